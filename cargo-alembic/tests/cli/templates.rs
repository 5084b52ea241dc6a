//! Templates of scripts, and the hooks that are run on them.

use crate::support::{Package, branch, chain, package};

/// A package whose template `default` is this, with these other templates.
fn templates(default: &str, others: &[(&str, &str)]) -> Package {
    let package = package(&chain(2));
    let mut settings = "url = \"sqlite://app.db\"\n\n[templates]\n".to_owned();
    for (name, text) in [("default", default)].into_iter().chain(others.iter().copied()) {
        package.write(format!("templates/{name}.sql.j2"), text);
        settings += &format!("{name} = \"templates/{name}.sql.j2\"\n");
    }
    package.write("alembic.toml", settings);
    package
}

const AUDIT: &str = r#"{#- Tables with a trail of who changed what.
    For the billing team. -#}
{{ header }}

-- alembic: upgrade
{% for tag in tags %}
CREATE TABLE {{ tag }} (id BIGINT PRIMARY KEY);
{% endfor %}
INSERT INTO audit (what) VALUES ('{{ message | replace("'", "''") }} <{{ up_revision }}>');

-- alembic: downgrade
{% for tag in tags | reverse %}
DROP TABLE {{ tag }};
{% endfor %}
"#;

#[test]
fn by_name() {
    let package = templates("{{ header }}\n\n-- Reviewed by:\n\n{{ sections }}\n", &[("audit", AUDIT)]);
    package.session(
        "templates",
        &[
            "list-templates",
            "revision -m \"By default\" --rev-id a1",
            "revision -m \"It's \\{{ here }}\" --rev-id a2 --template audit --tag bills --tag lines",
            "revision --rev-id a3 --template audti",
            "revision --rev-id a3 --template nothing",
        ],
    );
    for (id, name) in [("a1", "templates_default"), ("a2", "templates_audit")] {
        let file = package
            .files()
            .into_keys()
            .map(|name| name.display().to_string())
            .find(|name| name.contains(&format!("_{id}_")));
        package.assert_snapshot(name, &package.read(file.expect("the script")));
    }
    package.alembic("heads").success();
}

#[test]
fn the_built_in_one() {
    let package = package(&[]);
    assert_eq!(package.alembic("list-templates").success().stdout, "default  (built in)\n");
    assert_eq!(package.alembic("list_templates").success().stdout, "default  (built in)\n");
    package.alembic("revision --rev-id a1 --template default").success();
    package.write("alembic.toml", "[templates]\ngone = \"gone.j2\"\n");
    package
        .session("templates_gone", &["list-templates", "revision --template gone", "revision --rev-id a2"]);
}

/// All variables, as a header that is written by hand.
#[test]
fn variables() {
    let template = "\
-- {{ message }}
--
-- Revision: {{ up_revision }}
-- Revises: {{ down_revision | join(', ') }}
-- Created: {{ create_date }}
{% if branch_labels %}
-- Branch-Labels: {{ branch_labels }}
{% endif %}
{% if depends_on %}
-- Depends-On: {{ depends_on }}
{% endif %}
-- Tags: {{ tags }}{{ ', ' if tags else '' }}mine

-- alembic: upgrade
SELECT {{ down_revision | length }}, '{{ down_revision[0] }}';
-- alembic: irreversible";
    let package = templates(template, &[]);
    package.write("migrations/x2.sql", branch().text());
    package.alembic("revision -m First --rev-id a1 --head r2 --branch-label one --branch-label two --depends-on x2 --tag t").success();
    package.alembic("merge --rev-id m2").success();
    package.assert_snapshot(
        "templates_variables",
        &package.read(package.only_file("migrations", "_a1_first.sql")),
    );
    package.assert_snapshot(
        "templates_variables_merge",
        &package.read(package.only_file("migrations", "_m2_merge_a1_and_x2.sql")),
    );
    package.alembic("heads").success();
}

#[test]
fn one_extends_another() {
    let package = templates(
        "{{ header }}\n\n-- alembic: upgrade\n{% block upgrade %}\n{% endblock %}\n-- alembic: irreversible\n",
        &[("lock", "{% extends 'default' %}{% block upgrade %}SET lock_timeout = '1s';\n{% endblock %}")],
    );
    package.alembic("revision --rev-id a1 --template lock").success();
    let text = package.read(package.only_file("migrations", "_a1.sql"));
    assert!(
        text.ends_with("-- alembic: upgrade\nSET lock_timeout = '1s';\n-- alembic: irreversible\n"),
        "{text}"
    );
}

/// Each mistake is shown in its line of the template, and nothing is written.
#[test]
fn mistakes() {
    let others = [("broken", "{{ header }}\n{% if %}\n"), ("good", "{{ header }}\n\n{{ sections }}\n")];
    let outputs = [
        "{{ header }}\n\n{{ sectoins }}\n",
        "{{ header }}\n\n{{ nothing_like_it }}\n",
        "{{ header }\n\n{{ sections }}\n",
        "{{ header | shout }}\n",
        "{{ header }}\n{% include 'broken' %}\n",
        "{{ header }}\n{% include 'nobody' %}\n",
        // No script.
        "{{ header }}\n",
        "CREATE TABLE a (id INTEGER);\n",
        "",
        "{{ header }}\n\n-- alembic: upgrade\nINSERT INTO a VALUES ('{{ message }}');\n",
        // Another script.
        "-- Revision: always\n{{ sections }}\n",
        "-- Revision: {{ up_revision }}\n-- Revises: r1\n{{ sections }}\n",
        "-- Revision: {{ up_revision }}\n-- Revises: {{ down_revision }}\n-- Tags: mine\n{{ sections }}\n",
    ];
    let outputs = outputs.map(|template| {
        let package = templates(template, &others);
        let before = package.files();
        let output = package.alembic("revision -m \"It's late\" --rev-id a1 --tag t").code(1);
        assert_eq!(package.files(), before);
        package.alembic("revision --rev-id a1 --template good").success();
        format!("=== {}\n{output}", template.trim_end())
    });
    let package = package(&[]);
    package.assert_snapshot("templates_mistakes", &outputs.join("\n"));
}

fn hooks(settings: &str) -> Package {
    let package = package(&chain(1));
    package.write("alembic.toml", settings);
    package
}

#[test]
fn hooks_run_in_their_order() {
    let package = hooks(
        r#"
        [[hooks]]
        command = "sed -i 's/-- alembic: downgrade/-- alembic: irreversible/'"

        [[hooks]]
        command = ["sh", "-c", "pwd; echo \"-- by $0\" >> $1", "the hook", "REVISION_SCRIPT_FILENAME"]
        cwd = "src"

        [[hooks]]
        command = "sh -c 'echo \"not bad\" >&2; cp \"$2\" copy.txt' sh --file=x REVISION_SCRIPT_FILENAME"
    "#,
    );
    let output = package.alembic("revision -m \"With hooks\" --rev-id a2").success();
    package.assert_snapshot("hooks", &output.to_string());
    let text = package.read(package.only_file("migrations", "_a2_with_hooks.sql"));
    assert!(text.contains("-- alembic: irreversible\n") && text.ends_with("-- by the hook\n"), "{text}");
    assert_eq!(package.read("copy.txt"), text);
    // It is a revision like any other.
    assert_eq!(package.listed(), ["a2", "r1"]);
    package.alembic("heads").success();
}

#[test]
fn hooks_that_fail() {
    let check = |name: &str, settings: &str| {
        let package = hooks(settings);
        let output = package.alembic("revision -m x --rev-id a2").code(1);
        package.assert_snapshot(&format!("hooks_{name}"), &output.to_string());
        package
    };
    // The script stays, and the hooks after it are not run.
    let failing =
        "[[hooks]]\ncommand = \"sh -c 'echo one; echo two >&2; exit 2'\"\n[[hooks]]\ncommand = \"rm\"\n";
    let package = check("failed", failing);
    package.only_file("migrations", "_a2_x.sql");
    assert_eq!(package.listed(), ["a2", "r1"]);
    let package = check("no_program", "[[hooks]]\ncommand = \"no-such-formatter --quiet\"\n");
    package.only_file("migrations", "_a2_x.sql");
    let package = check("broke_it", "[[hooks]]\ncommand = [\"sh\", \"-c\", \"echo SELECT 1 > $0\"]\n");
    package.only_file("migrations", "_a2_x.sql");
}

/// What can be known before is said before.
#[test]
fn hooks_that_cannot_be() {
    for (name, settings) in [
        ("quote", "\n[[hooks]]\ncommand = \"sed 's/a/b\"\n"),
        ("folder", "[[hooks]]\n\n\ncommand = \"true\"\ncwd = \"nowhere\"\n"),
        ("nothing", "[[hooks]]\ncommand = \"''\"\n"),
        ("comment", "[[hooks]]\ncommand = \"# black\"\n"),
    ] {
        hooks(settings).refuses(&format!("hooks_bad_{name}"), "revision -m x --rev-id a2");
    }
}
