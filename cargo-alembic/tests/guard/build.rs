//! What the build says of a package, and what the commands in its messages do: with the real cargo.

use alembic_testing::{TestProject, write_scripts};

use crate::package::{alembic, edit, two};

/// A package that embeds two migrations.
fn service(name: &str) -> TestProject {
    let package = TestProject::new(name);
    package.manifest("[dependencies]\nalembic = { path = \"{alembic}\" }\n");
    package.write(
        "src/main.rs",
        "static MIGRATOR: alembic::Migrator = alembic::embed_migrations!();\n\n\
         fn main() {\n    println!(\"{}\", MIGRATOR.directory().scripts().len());\n}\n",
    );
    write_scripts(&package.path("migrations"), &two());
    package.write("alembic.toml", "url = \"sqlite://app.db\"\n");
    alembic(&package, &["init"]).success();
    package
}

/// A downgrade that is wrong has never run: it is corrected, and then runs.
#[test]
fn a_wrong_downgrade_is_corrected() {
    let package = service("guard_downgrade");
    edit(&package, "r2.sql", "DROP TABLE t2", "DROP TABLE t22");
    alembic(&package, &["upgrade"]).success();
    package.build().success();
    let failed = alembic(&package, &["downgrade", "-1"]).code(1);
    assert!(failed.stderr.contains("no such table: t22"), "{failed}");

    edit(&package, "r2.sql", "DROP TABLE t22", "DROP TABLE t2");
    let command = "cargo alembic seal r2 --downgrade";
    let refused = package.build();
    assert!(refused.code != Some(0) && refused.stderr.contains(command), "{refused}");
    let refused = alembic(&package, &["downgrade", "-1"]).code(1);
    assert!(refused.stderr.contains(command), "{refused}");

    alembic(&package, &["seal", "r2", "--downgrade"]).success();
    package.build().success();
    let note = "note: another downgrade than when it was applied, which `downgrade --from-history` runs: r2";
    let verified = alembic(&package, &["verify"]).success();
    assert!(verified.stderr.contains(note), "{verified}");
    let json = alembic(&package, &["verify", "--json"]).success().stdout;
    assert!(json.contains("\"downgrades\": [\n    \"r2\"\n  ]"), "{json}");
    alembic(&package, &["downgrade", "-1"]).success();
    alembic(&package, &["upgrade"]).success();
    let verified = alembic(&package, &["verify"]).success();
    assert!(!verified.stderr.contains("another downgrade"), "{verified}");
}

/// What was only stamped may be edited, and the build does not mind.
#[test]
fn a_stamped_revision_may_be_edited() {
    let package = service("guard_stamped");
    alembic(&package, &["stamp", "head"]).success();
    package.build().success();
    edit(&package, "r2.sql", "id INTEGER", "id INTEGER, name TEXT");
    package.build().success();
    alembic(&package, &["upgrade"]).success();
    alembic(&package, &["verify"]).success();
}
