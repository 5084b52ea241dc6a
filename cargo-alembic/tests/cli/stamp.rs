//! `stamp`.

use alembic_testing::{Script, on_every_database};

use crate::support::{Package, branch, chain, package, package_on};

on_every_database! {
    async fn says_that_it_is_applied(database: TestDatabase) {
        let package = package_on(&database, &chain(3));
        package.alembic("stamp r2").success();
        assert_eq!(database.versions().await, ["r2"]);
        assert!(database.user_tables().await.is_empty(), "nothing is run");
        assert!(!package.path("migrations/alembic.lock").exists(), "nothing is sealed");
        package.alembic("stamp base").success();
        assert!(database.versions().await.is_empty());
    }

    /// A stamp seals nothing, later runs seal only what they ran, and both say what was only stamped.
    async fn is_not_applied(database: TestDatabase) {
        let package = package_on(&database, &chain(3));
        package.alembic("stamp r1").success();
        package.edit("migrations/r1.sql", "id INTEGER", "n INTEGER, id INTEGER");
        for command in ["upgrade r2", "downgrade r1", "upgrade", "seal --from-database"] {
            package.alembic(command).success();
            assert!(package.listed().contains(&"r1".to_owned()), "{command}: {}", package.lock());
        }
        assert_eq!(package.listed(), ["r1", "r2*", "r3*"]);
        let output = package.alembic("verify").success();
        assert!(output.stderr.contains("note: only stamped, and so not compared: r1"), "{output}");
        let json = package.alembic("verify --json").success().stdout;
        assert!(json.contains("\"stamped\": [\n    \"r1\"\n  ]"), "{json}");
        // Nothing was created for it, so nothing is dropped without a word.
        let refused = package.changes_nothing("downgrade base").code(1);
        for words in ["would run SQL of r1", "`cargo alembic stamp REVISION`", "`--stamped`"] {
            assert!(refused.stderr.contains(words), "{words}: {refused}");
        }
        assert_eq!(database.versions().await, ["r3"]);
        package.alembic("downgrade r1").success();
        package.alembic("stamp base").success();
        assert!(database.user_tables().await.is_empty());
    }
}

#[test]
fn a_session() {
    let mut scripts = chain(2);
    scripts.push(branch());
    let package = package(&scripts);
    package.session(
        "stamp",
        &[
            "stamp r1",
            "current",
            "stamp r1",
            "stamp r2 x2",
            "current",
            "stamp heads",
            "stamp base",
            "current",
            "stamp",
            "stamp head",
            "stamp nobody",
            "stamp r2 nobody",
        ],
    );
}

/// Edited and deleted scripts, a lock that cannot be read: a stamp changes the database alone.
#[test]
fn from_every_state() {
    type Change<'c> = (&'static str, &'c dyn Fn(&Package));
    let changes: [Change<'_>; 5] = [
        ("an edit", &|package| package.edit("migrations/r1.sql", "id INTEGER", "n INTEGER, id INTEGER")),
        ("a deleted head", &|package| package.remove("migrations/r3.sql")),
        ("no scripts", &|package| {
            for id in ["r1", "r2", "r3"] {
                package.remove(format!("migrations/{id}.sql"));
            }
        }),
        ("a broken lock", &|package| package.write("migrations/alembic.lock", "<<<<<<< HEAD\n")),
        ("no lock", &|package| package.remove("migrations/alembic.lock")),
    ];
    for (what, change) in changes {
        for target in ["base", "r1", "head"] {
            let package = package(&chain(3));
            package.alembic("upgrade").success();
            change(&package);
            if target == "r1" && what == "no scripts" {
                continue;
            }
            let before = package.files();
            let output = package.alembic(&format!("stamp --purge {target} --locked"));
            assert_eq!(output.code, Some(0), "{what}, {target}: {output}");
            for (path, text) in before {
                let path = path.to_str().expect("a path");
                assert!(
                    path.starts_with("app.db") || package.files()[std::path::Path::new(path)] == text,
                    "{path}"
                );
            }
        }
    }
}

#[test]
fn unfinished_work_is_given_up_with_a_word() {
    let mut scripts = chain(1);
    let body = "-- alembic: upgrade no-transaction\nCREATE TABLE half (n INTEGER);\nINSERT INTO missing VALUES (1);\n";
    scripts.push(Script::with_body("r2", "r1", body));
    for way in ["stamp r1 --abandon", "resume --abandon"] {
        let package = package(&scripts);
        package.alembic("upgrade").code(1);
        let refused = package.changes_nothing("stamp r1").code(1);
        assert!(refused.stderr.contains("`cargo alembic resume --abandon`"), "{refused}");
        package.remove("migrations/r2.sql");
        let name = format!("{}_abandon", way.split(' ').next().expect("a word"));
        package.assert_snapshot(&name, &package.alembic(way).success().to_string());
        assert_eq!(package.alembic("upgrade").success().stderr.trim(), "Up to date at r1");
    }
}
