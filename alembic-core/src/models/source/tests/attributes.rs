//! One case for each attribute.

use super::check;

/// Compares what stands in a struct `User` with the lines of its table.
#[track_caller]
fn fields(fields: &str, expected: &str) {
    check(&format!("#[derive(Table)] struct User {{ {fields} }}"), &format!("users\n{expected}"));
}

/// Compares `#[table(…)]` of a struct with four fields.
#[track_caller]
fn table(attributes: &str, head: &str, expected: &str) {
    let columns = "  id: big_integer\n  tenant: integer\n  email: text\n  created: timestamp null\n";
    check(
        &format!(
            "#[derive(Table)] #[table({attributes})] struct User {{\n id: i64, tenant: i32, email: String, \
             created: Option<chrono::NaiveDateTime> }}"
        ),
        &format!("{head}\n{columns}{expected}"),
    );
}

#[test]
fn a_plain_struct_is_a_table() {
    fields("id: i64, name: Option<String>", "  id: big_integer\n  name: text null\n");
}

#[test]
fn names() {
    table("name = \"people\"", "people", "");
    table("schema = \"auth\"", "auth.users", "");
    table("schema = \"auth\", name = \"people\"", "auth.people", "");
    table("renamed_from = \"people\"", "users was people", "");
    fields("#[column(name = \"e-mail\")] email: String", "  e-mail: text\n");
    fields("#[column(renamed_from = \"mail\")] email: String", "  email: text was mail\n");
    fields("#[column(using = \"length(n)\")] n: i32", "  n: integer using length(n)\n");
    fields("r#type: String", "  type: text\n");
}

#[test]
fn names_of_sqlx_are_honoured() {
    fields("#[sqlx(rename = \"e_mail\")] email: String", "  e_mail: text\n");
    fields("#[column(name = \"a\")] #[sqlx(rename = \"b\")] email: String", "  a: text\n");
    check(
        "#[derive(sqlx::FromRow, Table)] #[sqlx(rename_all = \"camelCase\")]
         struct User { first_name: String, #[sqlx(rename = \"x\")] last_name: String, #[column(name = \"y\")] other: i32 }",
        "
         users
           firstName: text
           x: text
           y: integer",
    );
}

#[test]
fn other_attributes_are_passed_over() {
    fields(
        "#[serde(rename = \"x\", default)] #[sqlx(default, unknown = 1, other(x, y))] #[validate(email)] email: String",
        "  email: text\n",
    );
}

#[test]
fn skipped_fields() {
    fields("id: i32, #[column(skip)] posts: Vec<Post>", "  id: integer\n");
    fields("id: i32, #[sqlx(skip)] posts: Vec<Post>", "  id: integer\n");
    fields("id: i32, #[sqlx(flatten)] #[column(skip)] address: Address", "  id: integer\n");
}

#[test]
fn primary_keys() {
    fields("#[column(primary_key)] id: i64", "  id: big_integer\n  primary key pk_users (id)\n");
    fields(
        "#[column(primary_key)] tenant: i32, #[column(primary_key)] id: i64",
        "  tenant: integer\n  id: big_integer\n  primary key pk_users (tenant, id)\n",
    );
    table("primary_key(id, tenant)", "users", "  primary key pk_users (id, tenant)\n");
    table("primary_key(id, name = \"users_pkey\")", "users", "  primary key users_pkey (id)\n");
}

#[test]
fn numbers_by_the_database() {
    fields("#[column(autoincrement)] id: i64", "  id: big_integer identity\n");
    fields("#[column(identity)] id: i64", "  id: big_integer identity\n");
    fields("#[column(identity = by_default)] id: i64", "  id: big_integer identity\n");
    fields("#[column(identity = always)] id: i64", "  id: big_integer identity always\n");
    fields("#[column(identity = \"serial\")] id: i32", "  id: integer serial\n");
}

#[test]
fn types_by_attribute() {
    fields("#[column(type = \"citext\")] email: String", "  email: \"citext\"\n");
    fields("#[column(type = \"inet\")] ip: Option<Unknown>", "  ip: \"inet\" null\n");
    fields("#[column(type = text)] kind: Kind", "  kind: text\n");
    fields("#[column(type = timestamp_tz)] at: Moment", "  at: timestamp_tz\n");
    fields("#[column(type = varchar(20))] kind: Kind", "  kind: varchar(20)\n");
    fields("#[column(type = varchar, length = 20)] kind: Kind", "  kind: varchar(20)\n");
    fields("#[column(type = char(2))] country: String", "  country: char(2)\n");
    fields("#[column(type = decimal(10, 2))] price: f64", "  price: decimal(10, 2)\n");
    fields("#[column(type = decimal(10))] price: f64", "  price: decimal(10)\n");
    fields("#[column(type = array(varchar(9)))] tags: Tags", "  tags: array(varchar(9))\n");
    fields("#[column(type = array(array(uuid)))] tags: Tags", "  tags: array(array(uuid))\n");
    fields(
        "#[column(type(postgresql = \"citext\", mysql = \"VARCHAR(80)\"))] email: Option<String>",
        "  email: text postgresql \"citext\" mysql \"VARCHAR(80)\" null\n",
    );
    fields(
        "#[column(type = varchar(9), type(sqlite = \"TEXT\"))] kind: Kind",
        "  kind: varchar(9) sqlite \"TEXT\"\n",
    );
    fields("#[sqlx(json)] data: HashMap<String, String>", "  data: json\n");
    fields("#[sqlx(json(nullable))] data: Option<HashMap<String, String>>", "  data: json null\n");
    fields("#[sqlx(try_from = \"i64\")] size: u64", "  size: big_integer\n");
    fields("#[sqlx(try_from = \"Option<String>\")] name: Name", "  name: text null\n");
}

#[test]
fn lengths() {
    fields("#[column(length = 80)] name: String", "  name: varchar(80)\n");
    fields("#[column(length = 32)] hash: Vec<u8>", "  hash: varbinary(32)\n");
    fields("#[column(length = 9)] tags: Vec<String>", "  tags: array(varchar(9))\n");
    fields("#[column(precision = 10, scale = 2)] price: rust_decimal::Decimal", "  price: decimal(10, 2)\n");
    fields("#[column(precision = 10)] price: bigdecimal::BigDecimal", "  price: decimal(10)\n");
}

#[test]
fn null() {
    fields("#[column(nullable)] name: String", "  name: text null\n");
    fields("#[column(not_null, default = \"''\")] name: Option<String>", "  name: text default ''\n");
}

#[test]
fn defaults() {
    fields("#[column(default = \"now()\")] at: String", "  at: text default now()\n");
    fields("#[column(default = 0)] n: i32", "  n: integer default 0\n");
    fields("#[column(default = -1)] n: i32", "  n: integer default -1\n");
    fields("#[column(default = 1_000_i32)] n: i32", "  n: integer default 1000\n");
    fields("#[column(default = 0.5)] n: f64", "  n: double default 0.5\n");
    fields("#[column(default = true)] on: bool", "  on: boolean default TRUE\n");
}

#[test]
fn uniques() {
    fields("#[column(unique)] email: String", "  email: text\n  unique uq_users_email (email)\n");
    fields("#[column(unique = \"one\")] email: String", "  email: text\n  unique one (email)\n");
    fields(
        "#[column(unique(name = \"one\", nulls_not_distinct, deferrable))] email: String",
        "  email: text\n  unique one (email) nulls not distinct deferrable\n",
    );
    table("unique(tenant, email)", "users", "  unique uq_users_tenant_email (tenant, email)\n");
    table(
        "unique(email, name = \"one\", nulls_not_distinct), unique(tenant, deferrable = initially_deferred)",
        "users",
        "  unique one (email) nulls not distinct\n  unique uq_users_tenant (tenant) deferrable initially deferred\n",
    );
}

#[test]
fn indexes_of_a_field() {
    fields("#[column(index)] email: String", "  email: text\n  index ix_users_email (email)\n");
    fields("#[column(index = \"by_mail\")] email: String", "  email: text\n  index by_mail (email)\n");
    fields(
        "#[column(index(unique, desc, nulls_last, where = \"email <> ''\", method = \"btree\", collation = \"C\"))] email: String",
        "  email: text\n  unique index ix_users_email (email collate C desc nulls last) using btree where email <> ''\n",
    );
    fields(
        "#[column(index, index(name = \"search\", method = \"gin\", operator_class = \"gin_trgm_ops\"))] email: String",
        "  email: text\n  index ix_users_email (email)\n  index search (email gin_trgm_ops) using gin\n",
    );
}

#[test]
fn indexes_of_a_table() {
    table("index(tenant, email)", "users", "  index ix_users_tenant_email (tenant, email)\n");
    table(
        "index(tenant, desc(created, nulls_last), unique, include(email), where = \"created IS NOT NULL\", nulls_not_distinct)",
        "users",
        "  unique index ix_users_tenant_created (tenant, created desc nulls last) nulls not distinct include (email) \
         where created IS NOT NULL\n",
    );
    table("index(expression(\"lower(email)\"))", "users", "  index ix_users_lower_email ((lower(email)))\n");
    table(
        "index(expression(\"lower(email)\", desc, operator_class = \"text_pattern_ops\"), asc(id), name = \"i\", renamed_from = \"j\")",
        "users",
        "  index i ((lower(email)) text_pattern_ops desc, id) was j\n",
    );
    table(
        "index(column(email, prefix = 20, collation = \"C\", desc))",
        "users",
        "  index ix_users_email (email collate C(20) desc)\n",
    );
    table(
        "index(\"email\", method = \"hash\", name = \"h\"), index(email, name = \"b\")",
        "users",
        "  index h (email) using hash\n  index b (email)\n",
    );
}

#[test]
fn foreign_keys() {
    let parents =
        "#[derive(Table)] struct Team { #[column(primary_key)] tenant: i32, #[column(primary_key)] id: i64, \
                   #[column(unique, name = \"slug_\")] slug: String }
                   #[derive(Table)] struct Role { #[column(primary_key, name = \"role_id\")] id: i32 }\n";
    let parent_tables = "roles\n  role_id: integer\n  primary key pk_roles (role_id)\n\
         teams\n  tenant: integer\n  id: big_integer\n  slug_: text\n  primary key pk_teams (tenant, id)\n  \
         unique uq_teams_slug_ (slug_)\n";
    let case = |fields: &str, attributes: &str, columns: &str, expected: &str| {
        let source = format!("{parents}#[derive(Table)] {attributes} struct User {{ {fields} }}");
        check(&source, &format!("{parent_tables}users\n{columns}  {expected}\n"));
    };
    let role = |attribute: &str, expected: &str| {
        case(&format!("#[column({attribute})] role: i32"), "", "  role: integer\n", expected);
    };
    role("references = \"roles\"", "foreign key fk_users_role_roles (role) to roles (role_id)");
    role("references = \"roles(role_id)\"", "foreign key fk_users_role_roles (role) to roles (role_id)");
    role("references = Role", "foreign key fk_users_role_roles (role) to roles (role_id)");
    role("references = crate::Role", "foreign key fk_users_role_roles (role) to roles (role_id)");
    role("references = Role::id", "foreign key fk_users_role_roles (role) to roles (role_id)");
    role(
        "references(Role, on_delete = cascade, on_update = \"SET NULL\")",
        "foreign key fk_users_role_roles (role) to roles (role_id) on delete cascade on update set null",
    );
    role(
        "references(\"roles\", on_delete = restrict, on_update = set_default, name = \"to_role\", deferrable)",
        "foreign key to_role (role) to roles (role_id) on delete restrict on update set default deferrable",
    );
    role(
        "references(\"roles\", on_delete = no_action, deferrable = initially_deferred)",
        "foreign key fk_users_role_roles (role) to roles (role_id) deferrable initially deferred",
    );
    case(
        "team: String",
        "#[table(foreign_key(team, references = Team::slug))]",
        "  team: text\n",
        "foreign key fk_users_team_teams (team) to teams (slug_)",
    );
    case(
        "tenant: i32, team: i64",
        "#[table(foreign_key(tenant, team, references = Team, on_delete = cascade, deferrable, name = \"k\"))]",
        "  tenant: integer\n  team: big_integer\n",
        "foreign key k (tenant, team) to teams (tenant, id) on delete cascade deferrable",
    );
    case(
        "tenant: i32, team: i64",
        "#[table(foreign_key(\"team\", \"tenant\", references = \"teams(id, tenant)\"))]",
        "  tenant: integer\n  team: big_integer\n",
        "foreign key fk_users_team_tenant_teams (team, tenant) to teams (id, tenant)",
    );
}

#[test]
fn a_table_may_refer_to_itself() {
    for target in ["Self", "User", "\"users\"", "\"users(id)\"", "Self::id"] {
        fields(
            &format!("#[column(primary_key)] id: i64, #[column(references = {target})] boss: Option<i64>"),
            "  id: big_integer\n  boss: big_integer null\n  primary key pk_users (id)\n  \
             foreign key fk_users_boss_users (boss) to users (id)\n",
        );
    }
}

#[test]
fn checks() {
    fields("#[column(check = \"age > 0\")] age: i32", "  age: integer\n  check ck_users_age: age > 0\n");
    fields(
        "#[column(check(\"age > 0\", name = \"positive\"), check = \"age < 200\")] age: i32",
        "  age: integer\n  check positive: age > 0\n  check ck_users_age: age < 200\n",
    );
    table(
        "check = \"id > tenant AND length(email) > 0\", check(\"1 = 1\"), check(\"2 = 2\")",
        "users",
        "  check ck_users_id_tenant_email: id > tenant AND length(email) > 0\n  check ck_users: 1 = 1\n  \
         check ck_users_2: 2 = 2\n",
    );
}

#[test]
fn generated_columns() {
    fields("#[column(generated = \"a + 1\")] b: i32", "  b: integer as (a + 1) stored\n");
    fields("#[column(generated(\"a + 1\", stored))] b: i32", "  b: integer as (a + 1) stored\n");
    fields("#[column(generated(\"a + 1\", virtual))] b: i32", "  b: integer as (a + 1) virtual\n");
}

#[test]
fn collations_and_comments() {
    fields("#[column(collation = \"NOCASE\")] email: String", "  email: text collate NOCASE\n");
    fields("#[column(comment = \"Where to write\")] email: String", "  email: text -- Where to write\n");
    fields("/// Documentation is for people.\n email: String", "  email: text\n");
    table("comment = \"People\"", "users -- People", "");
    check(
        "/// People.\n///\n/// All of them. \n#[derive(Table)] #[table(doc_comments)]
         struct User { /// Where to write.\n email: String, /// x\n #[column(comment = \"y\")] id: i32, plain: i32 }",
        "
         users -- People.\\n\\nAll of them.
           email: text -- Where to write.
           id: integer -- y
           plain: integer",
    );
}

#[test]
fn options_of_sqlite() {
    table("strict, without_rowid", "users strict without rowid", "");
}

/// Only indexes get a name then, and what is meant twice may be there twice.
#[test]
fn constraints_without_a_name() {
    check(
        "#[derive(Table)] #[table(unnamed_constraints, unique(b, a), check = \"a > 0\", check(\"b > 0\", name = \"own\"))]
         struct User {
             #[column(primary_key)] id: i64,
             #[column(unique, unique, index)] a: i32,
             #[column(references(Self))] b: i64
         }",
        "
         users
           id: big_integer
           a: integer
           b: big_integer
           primary key unnamed (id)
           unique unnamed (a)
           unique unnamed (a)
           unique unnamed (b, a)
           foreign key unnamed (b) to users (id)
           check unnamed: a > 0
           check own: b > 0
           index ix_users_a (a)",
    );
}

#[test]
fn attributes_may_be_split() {
    check(
        "#[derive(Table)] #[table(name = \"people\")] #[table(unique(a),)] #[table]
         struct User { #[column(length = 9)] #[column(index)] a: String }",
        "
         people
           a: varchar(9)
           unique uq_people_a (a)
           index ix_people_a (a)",
    );
}

#[test]
fn fields_and_columns_are_told_apart() {
    check(
        "#[derive(Table)] #[table(index(a, name = \"field\"), index(\"a\", name = \"column\"), index(c, name = \"fallback\"))]
         struct User { #[column(name = \"b\")] a: i32, #[column(name = \"a\")] b: i32, #[column(name = \"c\")] d: i32 }",
        "
         users
           b: integer
           a: integer
           c: integer
           index field (b)
           index column (a)
           index fallback (c)",
    );
}
