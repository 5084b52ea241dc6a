//! Several databases with the same scripts, and two services in one database.

use crate::world::{Checkout, World, script};

/// Two regions with the same scripts, and one that cannot be reached.
fn regions(world: &World) -> Checkout<'_> {
    let alice = world.first();
    for id in ["r1", "r2"] {
        alice.revision(id);
    }
    alice.write(
        "alembic.toml",
        "[databases.eu]\nurl = \"sqlite://eu.db\"\n\n[databases.us]\nurl = \"sqlite://us.db\"\n",
    );
    alice.alembic("-n eu upgrade").success();
    alice
}

#[test]
fn unseal_asks_every_region() {
    let world = World::new();
    let alice = regions(&world);
    for line in ["-n us unseal r2", "-n us --url sqlite://other.db unseal r2"] {
        let output = alice.alembic(line).code(1);
        assert!(
            output.stderr.contains("the database `eu` has revision r2 applied; nothing was changed"),
            "{output}"
        );
    }
    assert_eq!(alice.seals(), "r1+ r2+");
    alice.alembic("-n eu downgrade r1").success();
    alice.alembic("-n us unseal r2").success();
    assert_eq!(alice.seals(), "r1+ r2");
}

#[test]
fn rebase_and_edit_ask_every_region() {
    let world = World::new();
    let alice = regions(&world);
    alice.forget_seals();
    alice.revision_of("x2", "-n us --head r1 --splice", "CREATE TABLE x2 (n INTEGER);", "DROP TABLE x2;");
    let editor = [("EDITOR", "sed -i s/INTEGER/TEXT/"), ("VISUAL", "")];
    let before = (alice.read(&script("r1")), alice.read(&script("r2")));
    let output = alice.alembic("-n us rebase r2 --onto x2").code(1);
    assert!(output.stderr.contains("the database `eu` has revision r2 applied"), "{output}");
    for id in ["r1", "r2"] {
        let output = alice.alembic_with(&format!("-n us edit {id}"), &editor).code(1);
        assert!(output.stderr.contains(&format!("the database `eu` has revision {id} applied")), "{output}");
    }
    assert_eq!((alice.read(&script("r1")), alice.read(&script("r2"))), before);
    // A blank is no change of what was applied; x2 was applied nowhere.
    let blank = [("EDITOR", "sed -i 's/CREATE TABLE/CREATE  TABLE/'"), ("VISUAL", "")];
    alice.alembic_with("-n us edit r2", &blank).success();
    alice.alembic_with("-n us edit x2", &editor).success();
    alice.alembic("-n us rebase x2 --onto r2").success();
    assert!(alice.read(&script("x2")).contains("Revises: r2"));
}

/// The same folder of scripts in another spelling, through a link, and together with another folder.
#[test]
fn a_folder_in_another_spelling() {
    let world = World::new();
    let alice = regions(&world);
    alice.revision_of("x2", "-n us --head r1 --splice", "CREATE TABLE x2 (n INTEGER);", "DROP TABLE x2;");
    let sealed = alice.lock();
    std::os::unix::fs::symlink("migrations", alice.folder.join("link")).expect("a link");
    alice.write("links/none.txt", "");
    std::os::unix::fs::symlink("../migrations/r2.sql", alice.folder.join("links/r2.sql")).expect("a link");
    let editor = [("EDITOR", "sed -i s/INTEGER/TEXT/"), ("VISUAL", "")];
    for folders in
        ["\"./migrations/\"", "\"src/../migrations\"", "\"link\"", "[\"src\", \"migrations\"]", "\"links\""]
    {
        alice.write(
            "alembic.toml",
            &format!(
                "[databases.eu]\nurl = \"sqlite://eu.db\"\nmigrations = {folders}\n\n[databases.us]\nurl = \"sqlite://us.db\"\n"
            ),
        );
        let before = alice.read(&script("r2"));
        for line in ["-n us unseal r2", "-n us rebase r2 --onto x2", "-n us edit r2"] {
            alice.write("migrations/alembic.lock", &sealed);
            if !line.contains("unseal") {
                alice.forget_seals();
            }
            let output = alice.alembic_with(line, &editor).code(1);
            assert!(
                output.stderr.contains("the database `eu` has revision r2 applied"),
                "{folders}: {line}: {output}"
            );
        }
        assert_eq!(alice.read(&script("r2")), before);
    }
}

#[test]
fn a_database_that_cannot_be_reached_is_named() {
    let world = World::new();
    let alice = regions(&world);
    let settings = alice.read("alembic.toml");
    for (url, reason) in [
        ("postgres://nobody@127.0.0.1:1/x", "cannot connect"),
        ("${ASIA_URL}", "its `url` in alembic.toml has no value here"),
    ] {
        alice.write("alembic.toml", &format!("{settings}\n[databases.asia]\nurl = \"{url}\"\n"));
        alice.alembic("-n eu downgrade r1").success();
        let output = alice.alembic("-n eu unseal r2").code(1);
        let message = "the database `asia` cannot be asked whether it has r2 applied";
        assert!(output.stderr.contains(message) && output.stderr.contains(reason), "{output}");
        assert!(output.stderr.contains("`--offline`"), "{output}");
        alice.alembic("-n eu unseal r2 --offline").success();
        let output =
            alice.alembic_with("-n eu edit r2", &[("EDITOR", "sed -i s/INTEGER/TEXT/"), ("VISUAL", "")]);
        assert!(
            output.success().stderr.contains("the database `asia` was not asked whether it has r2 applied")
        );
        let output = alice.alembic("-n eu rebase r2 --onto base").success();
        assert!(output.stderr.contains("the database `asia` was not asked"), "{output}");
        let output = alice.alembic("-n eu rebase r2 --onto r1 --offline").success();
        assert!(!output.stderr.contains("asia"), "{output}");
        alice.edit(&script("r2"), "TEXT", "INTEGER");
        alice.alembic("-n eu upgrade").success();
    }
}

/// A shop that has applied `r1`, and a service that shares its database and has not applied its revision with this id.
pub(crate) async fn services<'w>(worlds: &'w (World, World), id: &str) -> (Checkout<'w>, Checkout<'w>) {
    let (shop, billing) = (worlds.0.first(), worlds.1.first());
    shop.revision("r1");
    shop.alembic("upgrade").success();
    shop.sql("INSERT INTO r1 VALUES (1), (2)").await;
    billing.write("alembic.toml", &format!("url = \"sqlite://{}\"\n", shop.folder.join("app.db").display()));
    billing.revision_of(id, "", "CREATE TABLE bills (n INTEGER);", "DROP TABLE bills;");
    billing.edit(&script(id), &format!("-- {id}\n"), "-- The bills\n");
    billing.edit(&script(id), "-- Created: 2", "-- Created: 1");
    (shop, billing)
}

/// Another service with the same database. Its ids are other ones, or the same by chance.
#[tokio::test]
async fn two_services_in_one_database() {
    for id in ["billing1", "r1"] {
        let worlds = (World::new(), World::new());
        let (shop, billing) = services(&worlds, id).await;
        for command in ["upgrade", "verify", "current --check-heads"] {
            let output = billing.alembic(command).code(1);
            assert!(output.stderr.contains("`version_table`"), "{command}: {output}");
            for destructive in ["alembic downgrade", "--purge", "from-history"] {
                assert!(!output.stderr.contains(destructive), "{command}: {output}");
            }
        }
        let settings = billing.read("alembic.toml");
        billing.write("alembic.toml", &format!("version_table = \"alembic_version_billing\"\n{settings}"));
        for (service, command) in
            [(&billing, "upgrade"), (&billing, "verify"), (&shop, "verify"), (&shop, "upgrade")]
        {
            service.alembic(command).success();
        }
        assert_eq!(shop.tables().await, "bills r1");
        assert_eq!(shop.sql("SELECT CAST(n AS TEXT) FROM r1").await.len(), 2);
    }
}

/// A table of versions without a history, as Alembic has it.
#[tokio::test]
async fn a_service_of_alembic_in_the_same_database() {
    let world = World::new();
    let alice = world.first();
    alice.revision("r1");
    std::fs::write(alice.folder.join("app.db"), "").expect("a database");
    alice.sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)").await;
    alice.sql("INSERT INTO alembic_version VALUES ('python1')").await;
    let output = alice.alembic("upgrade").code(1);
    let (table, purge) = (output.stderr.find("`version_table`"), output.stderr.find("stamp --purge"));
    assert!(table.is_some() && table < purge, "{output}");
}
