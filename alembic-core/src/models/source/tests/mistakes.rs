//! One case for each mistake: the message, with file and line.

use super::{read, read_files};

/// The first line of the source is line 2.
#[track_caller]
fn check(source: &str, expected: &str) {
    let text = read(&format!("use alembic::{{Enum, Newtype, Table}};\n{source}"));
    assert_eq!(text.replace("\n\n", "\n"), format!("{}\n", expected.trim_end()), "{source}");
}

/// A mistake in a field, which stands in line 2.
#[track_caller]
fn field(field: &str, expected: &str) {
    check(
        &format!("#[derive(Table)] struct User {{ id: i32, {field} }}"),
        &format!("src/lib.rs:2: {expected}"),
    );
}

/// A mistake in `#[table(…)]`, which stands in line 3.
#[track_caller]
fn table(attribute: &str, expected: &str) {
    check(
        &format!("#[derive(Table)]\n#[table({attribute})]\nstruct User {{ id: i32, email: String }}"),
        &format!("src/lib.rs:3: {expected}"),
    );
}

#[test]
fn items_that_are_no_models() {
    let cases = [
        ("#[derive(Table)] enum User { A }", "an enum or a union cannot be the model of a table"),
        (
            "#[derive(Table)] struct User(i32);",
            "a struct without named fields cannot be the model of a table",
        ),
        ("#[derive(Table)] struct User;", "a struct without named fields cannot be the model of a table"),
        (
            "#[derive(Table)] struct User<T> { id: T }",
            "a struct with type parameters cannot be the model of a table",
        ),
        ("#[derive(Enum)] struct State;", "a struct or a union cannot be an enum of the database"),
        (
            "#[derive(Newtype)] struct Id(i32, i32);",
            "a type with more or less than one field cannot be a newtype",
        ),
        ("#[derive(Newtype)] enum Id { A }", "a type with more or less than one field cannot be a newtype"),
    ];
    for (source, expected) in cases {
        check(source, &format!("src/lib.rs:2: {expected}"));
    }
    check("#[derive(Table)] struct Row<'a> { name: &'a str }", "rows\n  name: text");
}

#[test]
fn keys_that_are_unknown() {
    table("nmae = \"x\"", "unknown key `nmae`; did you mean `name`?");
    table(
        "frobnicate",
        "unknown key `frobnicate`; the keys are name, schema, primary_key, unique, index, foreign_key, check, comment, \
         doc_comments, renamed_from, strict, without_rowid, unnamed_constraints",
    );
    table("index(email, wher = \"x\")", "unknown key `wher`; did you mean `where`?");
    table(
        "index(column(email, descending))",
        "unknown key `descending`; the keys are asc, desc, nulls_first, nulls_last, collation, operator_class, prefix",
    );
    table("unique(email, nam = \"x\")", "unknown key `nam`; did you mean `name`?");
    table("primary_key(id, deferrable = x)", "unknown key `deferrable`; the keys are name");
    field(
        "#[column(type(postgres = \"citext\"))] a: i32",
        "unknown key `postgres`; did you mean `postgresql`?",
    );
    field("#[column(primarykey)] a: i32", "unknown key `primarykey`; did you mean `primary_key`?");
    field(
        "#[column(unique(foo))] a: i32",
        "unknown key `foo`; the keys are name, nulls_not_distinct, deferrable",
    );
    field(
        "#[column(references(\"users\", on_delet = cascade))] a: i32",
        "unknown key `on_delet`; did you mean `on_delete`?",
    );
    field("#[column(check(\"a\", nmae = \"x\"))] a: i32", "unknown key `nmae`; did you mean `name`?");
    check(
        "#[derive(Enum)] #[alembic(nam = \"x\")] enum A { A }",
        "src/lib.rs:2: unknown key `nam`; did you mean `name`?",
    );
    check(
        "#[derive(Enum)] enum A { #[alembic(rename = \"x\")] A }",
        "src/lib.rs:2: unknown key `rename`; did you mean `name`?",
    );
}

#[test]
fn values_that_are_wrong() {
    table("name = users", "expected string literal");
    table("name", "expected `=`");
    table("name = \"a\", name = \"b\"", "`name` stands twice");
    table("name = \"a\" strict", "expected `,`");
    table("primary_key", "unexpected end of input, expected parentheses");
    table("unique()", "`unique` needs a column");
    table("index()", "an index needs a column or an expression");
    table("index(desc())", "`desc(…)` needs what is indexed");
    table("foreign_key(references = \"users\")", "a foreign key needs a column");
    table("foreign_key(id)", "a foreign key refers to a table: `references = \"users(id)\"`");
    table("check()", "expected `check(\"price > 0\")`");
    field("#[column(length = \"x\")] a: String", "expected integer literal");
    field("#[column(length = -1)] a: String", "expected a whole number from 0 to 4294967295");
    field("#[column(length = 99999999999)] a: String", "expected a whole number from 0 to 4294967295");
    field(
        "#[column(default = now())] a: String",
        "expected an SQL expression as a string, a number, `true` or `false`",
    );
    field("#[column(identity = sometimes)] a: i32", "expected `always`, `by_default` or `serial`");
    field(
        "#[column(references(\"users(id)\", on_delete = explode))] a: i32",
        "expected `no_action`, `restrict`, `cascade`, `set_null` or `set_default`",
    );
    field(
        "#[column(references(\"users\", deferrable = later))] a: i32",
        "expected `initially_immediate` or `initially_deferred`",
    );
    field(
        "#[column(references = \"users(\")] a: i32",
        "expected a table, or a table and its columns: \"users\", \"auth.users(id)\"",
    );
    field("#[column(generated(\"1\", sometimes))] a: i32", "expected `stored` or `virtual`");
    field(
        "#[column(type = txt)] a: i32",
        "unknown type `txt`; did you mean `text`? (A type in the words of the database is a string.)",
    );
    field("#[column(type = text(1, 2))] a: String", "expected `varchar(80)` or `decimal(10, 2)`");
    field("#[column(type = array())] a: String", "expected `array(text)`");
    field("#[column = 1] a: String", "expected `#[column(…)]`");
    field("#[table(name = \"x\")] a: i32", "`#[table(…)]` belongs to a struct; a field has `#[column(…)]`");
    check(
        "#[derive(Table)] #[column(name = \"x\")] struct A { a: i32 }",
        "src/lib.rs:2: `#[column(…)]` belongs to a field; a struct has `#[table(…)]`",
    );
    check(
        "#[derive(Enum)] #[alembic(rename_all = \"upper\")] enum A { A }",
        "src/lib.rs:2: `rename_all` is one of lowercase, snake_case, UPPERCASE, SCREAMING_SNAKE_CASE, kebab-case, camelCase, \
         PascalCase",
    );
    field(
        "#[sqlx(flatten)] a: Address",
        "the columns of a flattened field are not known here: write `#[column(skip)]`, or put its fields into this struct",
    );
}

#[test]
fn types_and_attributes_that_do_not_go_together() {
    let length = "\n  help: only text and bytes have a length";
    field(
        "#[column(length = 9)] a: i32",
        &format!("`length` does not go with a column of type integer{length}"),
    );
    field(
        "#[column(length = 9, type = \"text\")] a: String",
        &format!("`length` does not go with a column of type \"text\"{length}"),
    );
    field(
        "#[column(precision = 9)] a: f64",
        "`precision` does not go with a column of type double\n  help: only decimal numbers have a precision and a scale",
    );
    field("#[column(type = varchar)] a: String", "this type needs a length: `length = 80`");
    field("#[column(scale = 2)] a: rust_decimal::Decimal", "`scale` needs `precision`");
    field(
        "#[column(autoincrement)] a: String",
        "`autoincrement` does not go with a column of type text\n  help: only integers can be numbered by the database",
    );
    let remove = "\n  help: remove one of them";
    let cases = [
        ("nullable, not_null", "`nullable` and `not_null`"),
        ("default = 1, generated = \"1\"", "`default` and `generated`"),
        ("default = 1, autoincrement", "`default` and `autoincrement`"),
        ("generated = \"1\", identity", "`generated` and `autoincrement`"),
    ];
    for (attributes, names) in cases {
        field(&format!("#[column({attributes})] a: i32"), &format!("{names} contradict each other{remove}"));
    }
    field("#[column(autoincrement, identity)] a: i32", "`identity` stands twice");
    let null = "\n  help: remove `Option`, or write `#[column(not_null)]`";
    field(
        "#[column(primary_key)] a: Option<i32>",
        &format!("column a belongs to the primary key and may be NULL{null}"),
    );
}

#[test]
fn columns() {
    check(
        "#[derive(Table)] struct User { #[column(skip)] id: i32 }",
        "src/lib.rs:2: table users has no columns\n  help: a table needs at least one field that is not skipped",
    );
    field(
        "#[column(name = \"id\")] a: i32",
        "column id stands twice in table users\n  help: rename one of them with `#[column(name = \"…\")]`",
    );
    table("index(emial)", "table users has no column emial\n  help: did you mean `email`?");
    let help = "\n  help: a column is named as a field, or as a string by its name in the database";
    table("index(email, \"x\")", &format!("table users has no column x{help}"));
    table("unique(x)", &format!("table users has no column x{help}"));
    table("primary_key(x)", &format!("table users has no column x{help}"));
    table("index(email, include(x))", &format!("table users has no column x{help}"));
    table(
        "foreign_key(x, references = \"users(id)\"), unique(id)",
        &format!("table users has no column x{help}"),
    );
    table("unique(id, id)", "column id is named twice");
    check(
        "#[derive(Table)]\n#[table(index(old))]\nstruct User { id: i32,\n #[column(skip)] old: i32 }",
        &format!("src/lib.rs:3: table users has no column old{help}"),
    );
    check(
        "#[derive(Table)]\n#[table(primary_key(a))]\nstruct User { #[column(primary_key)] a: i32 }",
        "src/lib.rs:3: the primary key is marked at the fields and named at the table: keep one of them",
    );
}

#[test]
fn names_that_stand_twice() {
    let remove = "\n  help: remove one of them, or give it another `name`";
    check(
        "#[derive(Table)] #[table(unique(id, email),\nunique(id, email, name = \"x\"))] struct User { id: i32, email: String }",
        &format!("src/lib.rs:3: unique constraint of id, email stands twice in table users{remove}"),
    );
    check(
        "#[derive(Table)] #[table(unique(id, name = \"x\"), unique(id, name = \"y\"),\nunique(id))] struct User { id: i32 }",
        &format!("src/lib.rs:3: unique constraint of id stands twice in table users{remove}"),
    );
    check(
        "#[derive(Table)] struct User { #[column(primary_key)] id: i32, #[column(references = Self,\nreferences = User)] boss: i32 }",
        &format!("src/lib.rs:3: foreign key from boss to users stands twice in table users{remove}"),
    );
    table(
        "unique(id, name = \"x\"), unique(email, name = \"x\")",
        "constraint x stands twice in table users\n  help: remove one of them, or give it another `name`",
    );
    check(
        "#[derive(Table)] #[table(index(id, name = \"x\"),\nindex(email, name = \"x\"))] struct User { id: i32, email: String }",
        "src/lib.rs:3: index x stands twice in table users\n  help: remove one of them, or give it another `name`",
    );
}

#[test]
fn references() {
    let users = "#[derive(Table)] struct User { #[column(primary_key)] id: i32, tenant: i32, #[column(unique)] email: String }\n";
    let case = |attribute: &str, expected: &str| {
        check(
            &format!("{users}#[derive(Table)] struct Post {{\n{attribute}\nuser: i32 }}"),
            &format!("src/lib.rs:4: {expected}"),
        );
    };
    case(
        "#[column(references = \"user\")]",
        "table user, which is referred to, has no model\n  help: did you mean `users`?",
    );
    case(
        "#[column(references = \"elsewhere\")]",
        "table elsewhere, which is referred to, has no model\n  help: correct the name, or add a model for that table; one that `exclude` of `tables` leaves out needs none: `elsewhere(…)`",
    );
    case(
        "#[column(references = \"users.id\")]",
        "table users.id, which is referred to, has no model\n  \
         help: what stands before the point is a schema; a column is written in parentheses: `users(id)`",
    );
    case(
        "#[column(references = \"auth.users(id, tenant)\")]",
        "1 columns refer to 2 columns of table auth.users\n  help: name as many columns on both sides",
    );
    case(
        "#[column(references = Person)]",
        "`Person`, which is referred to, is no model\n  help: correct the path, or make a model of it",
    );
    case(
        "#[column(references = \"users(idd)\")]",
        "table users has no column idd\n  help: did you mean `id`?",
    );
    case(
        "#[column(references = User::emial)]",
        "table users has no column emial\n  help: did you mean `email`?",
    );
    case(
        "#[column(references = User::tenant)]",
        "nothing says that tenant is unique in table users, which a foreign key needs\n  \
         help: refer to the primary key, or add `unique` to the table that is referred to",
    );
    case(
        "#[column(references = \"users(id, tenant)\")]",
        "1 columns refer to 2 columns of table users\n  help: name as many columns on both sides",
    );
    check(
        "#[derive(Table)] struct Log { text: String }\n#[derive(Table)] struct Post {\n#[column(references = Log)]\nlog: i32 }",
        "src/lib.rs:4: table logs is referred to by its primary key and has none\n  \
         help: mark its key with `#[column(primary_key)]`, or name the columns: `logs(…)`",
    );
    let unique =
        ["#[column(primary_key)] id: i32", "#[column(unique)] id: i32", "#[column(index(unique))] id: i32"];
    for field in unique {
        let text = read(&format!(
            "use alembic::Table; #[derive(Table)] struct A {{ {field} }} #[derive(Table)] struct B {{ #[column(references = A::id)] a: i32 }}"
        ));
        assert!(text.contains("foreign key fk_bs_a_as (a) to as (id)"), "{text}");
    }
}

#[test]
fn two_models_of_one_table() {
    let text = read_files(&[
        ("src/lib.rs", "mod a;\nmod b;"),
        ("src/a.rs", "#[derive(alembic::Table)]\nstruct User { id: i32 }"),
        ("src/b.rs", "\n#[derive(alembic::Table)]\n#[table(name = \"users\")]\nstruct Person { id: i32 }"),
    ]);
    assert_eq!(
        text,
        "src/b.rs:4: a second model for table users; the first one is in src/a.rs:2\n  \
         help: give one of them another name, `#[table(name = \"…\")]`, or remove it\n"
    );
}

#[test]
fn enums() {
    check("#[derive(Enum)] enum State {}", "src/lib.rs:2: enum state has no values\n  help: add a variant");
    check(
        "#[derive(Enum)]\nenum State { A,\n#[sqlx(rename = \"A\")] B }",
        "src/lib.rs:4: value 'A' stands twice in enum state\n  help: rename one of them with `#[alembic(name = \"…\")]`",
    );
    check(
        "#[derive(Enum)]\nenum State { A,\nB(i32) }",
        "src/lib.rs:4: a value of an enum holds nothing: remove the fields of this variant",
    );
    check(
        "#[derive(Enum)] #[sqlx(type_name = \"a b\")] enum State { A }",
        "src/lib.rs:2: `a b` is not the name of a type",
    );
    check(
        "mod a { #[derive(alembic::Enum)] pub enum State { A } } mod b { #[derive(alembic::Enum)] pub enum State { B } }
         #[derive(Table)] struct A { a: a::State }\n#[derive(Table)] struct B { b: b::State }",
        "src/lib.rs:4: enum state has other values in src/lib.rs:3\n  \
         help: give one of them another name with `#[alembic(name = \"…\")]`",
    );
}

#[test]
fn all_mistakes_are_said_at_once() {
    let text = read_files(&[
        ("src/lib.rs", "mod b;\nmod a;\nmod c;"),
        (
            "src/a.rs",
            "#[derive(alembic::Table)]\n#[table(nmae = \"x\")]\n#[table(index(z))]\nstruct User {\n\
             #[column(lenght = 3)] a: i32,\n u: Unknown }",
        ),
        (
            "src/b.rs",
            "#[derive(alembic::Table)]\nstruct B { #[column(references = \"users(a)\")] u: i32,\n s: super::a::State }",
        ),
    ]);
    let problems: Vec<&str> = text.lines().filter(|line| line.starts_with("src")).collect();
    assert_eq!(
        problems,
        [
            "src/a.rs:2: unknown key `nmae`; did you mean `name`?",
            "src/a.rs:3: table users has no column z",
            "src/a.rs:5: unknown key `lenght`; did you mean `length`?",
            "src/a.rs:6: no column type is known for `Unknown`",
            "src/b.rs:2: nothing says that a is unique in table users, which a foreign key needs",
            "src/b.rs:3: no column type is known for `super::a::State`",
            "src/lib.rs:3: the file of module `c` does not exist: neither src/c.rs nor src/c/mod.rs",
        ]
    );
}

/// What refers to a model with a mistake is not wrong itself.
#[test]
fn mistakes_have_no_consequences() {
    check(
        "#[derive(Enum)]\n#[alembic(nam = \"x\")]\nenum State { A }\n#[derive(Table)]\n#[table(nmae = \"x\")]
         struct User { #[column(primary_key)] id: i32, state: State }
         #[derive(Table)] struct Post { #[column(references = User)] user: i32 }",
        "src/lib.rs:3: unknown key `nam`; did you mean `name`?\nsrc/lib.rs:6: unknown key `nmae`; did you mean `name`?",
    );
}
