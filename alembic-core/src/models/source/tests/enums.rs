//! Enums.

use super::check;

/// Compares the enum of a field.
#[track_caller]
fn of(definition: &str, expected: &str) {
    check(&format!("{definition} #[derive(Table)] struct User {{ state: State }}"), expected);
}

#[test]
fn values_are_the_variants() {
    of(
        "#[derive(sqlx::Type, Enum)] enum State { New, InProgress }",
        "
         users
           state: enum state
         enum state: New, InProgress",
    );
}

#[test]
fn the_name_is_the_one_that_sqlx_asks_for() {
    let cases = [
        ("", "orderstate"),
        ("#[sqlx(type_name = \"order_state\")]", "order_state"),
        ("#[sqlx(type_name = \"OrderState\")]", "orderstate"),
        ("#[sqlx(type_name = \"shop.state\")]", "shop.state"),
        ("#[alembic(name = \"OrderState\")]", "OrderState"),
        ("#[alembic(name = \"state\", schema = \"shop\")]", "shop.state"),
    ];
    for (attribute, name) in cases {
        check(
            &format!(
                "#[derive(Enum)] {attribute} enum OrderState {{ A }} #[derive(Table)] struct X {{ a: OrderState }}"
            ),
            &format!("xes\n  a: enum {name}\nenum {name}: A"),
        );
    }
}

#[test]
fn values_are_renamed() {
    of(
        "#[derive(Enum)] #[sqlx(rename_all = \"snake_case\")]
         enum State { New, InProgress, #[sqlx(rename = \"DONE\")] Done, #[alembic(name = \"x\", renamed_from = \"y\")] X }",
        "
         users
           state: enum state
         enum state: new, in_progress, DONE, x [x was y]",
    );
    of(
        "#[derive(Enum)] #[alembic(rename_all = \"kebab-case\", renamed_from = \"status\")] #[sqlx(rename_all = \"lowercase\")]
         enum State { InProgress }",
        "
         users
           state: enum state
         enum state: in-progress was status",
    );
}

#[test]
fn integers_and_text() {
    of("#[derive(Enum)] #[repr(i16)] enum State { A = 1 }", "users\n  state: small_integer");
    of("#[derive(Enum)] #[repr(C, u8)] enum State { A = 1 }", "users\n  state: unsigned_tiny_integer");
    of("#[derive(Enum)] #[sqlx(type_name = \"text\")] enum State { A }", "users\n  state: text");
    of("#[derive(Enum)] #[sqlx(type_name = \"VARCHAR\")] enum State { A }", "users\n  state: \"varchar\"");
}

#[test]
fn an_enum_that_no_table_uses_is_left_out() {
    check(
        "#[derive(Enum)] enum State { A } #[derive(Table)] struct User { id: i32 }",
        "users\n  id: integer",
    );
}

#[test]
fn several_tables_may_use_one() {
    check(
        "#[derive(Enum)] enum State { A }
         #[derive(Table)] struct A { state: Option<State> }
         #[derive(Table)] struct B { states: Vec<State> }",
        "
         as
           state: enum state null
         bs
           states: array(enum state)
         enum state: A",
    );
}
