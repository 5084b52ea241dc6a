//! What cannot be there without something else: keys of numbered columns, foreign keys to unique indexes, values of an enum in
//! arrays, in computed columns and in foreign keys.

use alembic_core::schema::{
    Column, Direction, Enum, ForeignKey, Generated, Index, IndexPart, ObjectName, ReferentialAction, Schema,
    Table, Type, Unique,
};
use alembic_core::sql::Dialect;

use super::{Chance, Referred, quoted};

/// Columns of a table, and the keys that they need.
pub(super) fn columns(chance: &mut Chance, dialect: Dialect, table: &mut Table, state: &Enum) {
    numbered_elsewhere(chance, dialect, table);
    if chance.percent(50) {
        // Existing rows get the number of the row.
        table.columns.push(Column::new("code", Type::BigInteger));
        unique(chance, table, &["code"]);
    }
    let enum_ = || Type::Enum(state.name.clone());
    // SQLite does not know of values, and renames none.
    if dialect != Dialect::Sqlite && chance.percent(40) {
        table.columns.push(Column::new("kind", enum_()));
        unique(chance, table, &["kind", "id"]);
    }
    if dialect != Dialect::Postgresql {
        return;
    }
    if chance.percent(40) {
        let mut column = Column::new("states", Type::Array(Box::new(enum_())));
        column.nullable = chance.percent(50);
        column.default = chance.percent(60).then(|| {
            let values: Vec<String> =
                (0..=chance.below(2)).map(|_| format!("\"{}\"", chance.pick(&state.values))).collect();
            format!("'{{{}}}'", values.join(",").replace('\'', "''"))
        });
        table.columns.push(column);
    }
    let has = |column: &&Column| column.type_ == enum_();
    let own: Vec<String> = table.columns.iter().filter(has).map(|column| column.name.clone()).collect();
    if !own.is_empty() && chance.percent(40) {
        let column = quoted(dialect, chance.pick::<String>(&own));
        let value = chance.pick(&state.values).replace('\'', "''");
        let mut computed = Column::new("is it", Type::Boolean);
        computed.nullable = true;
        computed.generated = Some(Generated { expression: format!("{column} = '{value}'"), stored: true });
        table.columns.push(computed);
        if chance.percent(50) {
            table.indexes.push(index(&name("ix it", table), &["is it"]));
        }
    }
}

/// MySQL: lets another key than the primary one be that of the numbered column.
fn numbered_elsewhere(chance: &mut Chance, dialect: Dialect, table: &mut Table) {
    let Some(key) = table.primary_key.as_mut().filter(|key| key.columns.len() > 1) else { return };
    if dialect != Dialect::Mysql || table.columns[0].identity.is_none() || chance.percent(40) {
        return;
    }
    key.columns.reverse();
    let columns: &[&str] = if chance.percent(50) { &["id"] } else { &["id", "part"] };
    if chance.percent(30) {
        unique(chance, table, columns);
    } else {
        table.indexes.push(index(&name("ix id", table), columns));
    }
}

fn name(first: &str, table: &Table) -> String {
    format!("{first} {}", table.name.name)
}

/// A unique index, or now and then a constraint.
fn unique(chance: &mut Chance, table: &mut Table, columns: &[&str]) {
    let name = name(&format!("uq {}", columns.join(" ")), table);
    if chance.percent(70) {
        let mut index = index(&name, columns);
        index.unique = true;
        table.indexes.push(index);
    } else {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        table.uniques.push(Unique {
            definition: None,
            name: Some(name),
            columns,
            nulls_not_distinct: false,
            deferrable: None,
        });
    }
}

fn index(name: &str, columns: &[&str]) -> Index {
    let part = |column: &&str| IndexPart {
        key: (*column).to_owned(),
        is_expression: false,
        direction: Direction::Ascending,
        nulls: None,
        collation: None,
        operator_class: None,
        prefix: None,
    };
    Index {
        definition: None,
        is_invalid: false,
        name: name.to_owned(),
        parts: columns.iter().map(part).collect(),
        unique: false,
        nulls_not_distinct: false,
        method: None,
        include: Vec::new(),
        condition: None,
        renamed_from: None,
    }
}

/// Foreign keys to the unique indexes, also to those of the own table.
pub(super) fn foreign_keys(chance: &mut Chance, schema: &mut Schema, keys: &[Referred], state: &Enum) {
    let having = |column: &str| -> Vec<ObjectName> {
        let tables = schema.tables.iter().filter(|table| table.column(column).is_some());
        tables.map(|table| table.name.clone()).collect()
    };
    let (codes, kinds) = (having("code"), having("kind"));
    for table in &mut schema.tables {
        if !codes.is_empty() && chance.percent(50) {
            let column = Column { nullable: true, ..Column::new("refcode", Type::BigInteger) };
            refer(table, vec![column], chance.pick(&codes), &["code"]);
        }
        if !kinds.is_empty() && chance.percent(50) {
            let referred = chance.pick(&kinds);
            let (_, _, id, _) = keys.iter().find(|(name, ..)| *name == referred.name).expect("a table");
            let columns = [("kind of", Type::Enum(state.name.clone())), ("refkind", id.clone())];
            let columns = columns.map(|(name, type_)| Column { nullable: true, ..Column::new(name, type_) });
            refer(table, columns.to_vec(), referred, &["kind", "id"]);
        }
    }
}

fn refer(table: &mut Table, columns: Vec<Column>, references: &ObjectName, referenced: &[&str]) {
    table.foreign_keys.push(ForeignKey {
        definition: None,
        name: Some(name(&format!("fk {}", columns[0].name), table)),
        columns: columns.iter().map(|column| column.name.clone()).collect(),
        references: references.clone(),
        referenced_columns: referenced.iter().map(|column| (*column).to_owned()).collect(),
        on_delete: ReferentialAction::NoAction,
        on_update: ReferentialAction::NoAction,
        deferrable: None,
    });
    table.columns.extend(columns);
}
