//! Schemas by chance: pairs of a before and an after that share names, so that everything can have changed.
//!
//! Whatever is made can be made, and its rows can be taken along: a column keeps its family of types, numbers are small, and
//! what must be different in each row is the number of the row.

use alembic_core::schema::{
    Check, Column, Deferrable, Direction, Enum, ForeignKey, Generated, Identity, Index, IndexPart, Nulls,
    ObjectName, PrimaryKey, ReferentialAction, Schema, Table, Type, Unique,
};
use alembic_core::sql::Dialect;

mod linked;

/// Numbers that look like chance and are the same for the same seed (SplitMix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        number ^ (number >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("a small number")
    }

    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

const TABLES: [&str; 5] = ["users", "Group", "order items", "posts", "t"];

/// What values a column has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Number,
    Time,
    Flag,
    Document,
    Bytes,
    State,
}

const COLUMNS: [(&str, Family); 10] = [
    ("a", Family::Number),
    ("order", Family::Number),
    ("Mixed Case", Family::Number),
    ("name", Family::Number),
    ("price", Family::Number),
    ("at", Family::Time),
    ("flag", Family::Flag),
    ("doc", Family::Document),
    ("raw", Family::Bytes),
    ("state", Family::State),
];

/// A schema for a dialect. With a `before`, some of it is under a new name what was there before.
pub(crate) fn schema(chance: &mut Chance, dialect: Dialect, before: Option<&Schema>) -> Schema {
    let mut schema = Schema::default();
    let state = enum_(chance, before);
    let keys: Vec<Referred> = tables(chance, before)
        .into_iter()
        .map(|(name, from)| {
            let type_ = if chance.percent(70) { Type::BigInteger } else { Type::Integer };
            (name, from, type_, chance.percent(80))
        })
        .collect();
    for (name, from, type_, single) in &keys {
        let old = before.and_then(|before| before.table(&ObjectName::new(from.as_ref().unwrap_or(name))));
        let mut table = Table::new(ObjectName::new(name));
        table.renamed_from = from.as_ref().map(ObjectName::new);
        if dialect != Dialect::Sqlite && chance.percent(30) {
            table.comment = Some((*chance.pick(&["a table", "it's \\ another"])).to_owned());
        }
        columns(chance, dialect, &mut table, type_, *single, old, &state);
        linked::columns(chance, dialect, &mut table, &state);
        parts(chance, dialect, &mut table);
        foreign_keys(chance, dialect, &mut table, &keys);
        schema.tables.push(table);
    }
    linked::foreign_keys(chance, &mut schema, &keys, &state);
    let mut used = schema.tables.iter().flat_map(|table| &table.columns);
    if used.any(|column| column.type_.enum_name() == Some(&state.name)) {
        schema.enums.push(state);
    }
    schema
}

fn enum_(chance: &mut Chance, before: Option<&Schema>) -> Enum {
    // Rows have the first one.
    let mut values = vec!["it's".to_owned()];
    for value in ["b", "C", "d d"] {
        if chance.percent(60) {
            let place = chance.below(values.len() + 1);
            values.insert(place, value.to_owned());
        }
    }
    let mut renamed_values = Vec::new();
    if let Some(old) = before.and_then(|before| before.enums.first())
        && old.values.iter().any(|value| value == "it's")
        && chance.percent(20)
    {
        values.iter_mut().filter(|value| *value == "it's").for_each(|value| *value = "renamed".into());
        renamed_values.push(("renamed".to_owned(), "it's".to_owned()));
    }
    Enum { name: ObjectName::new("State"), values, renamed_values, renamed_from: None }
}

/// A table that keys refer to: its name, what it was called, the type of its `id`, and whether that alone is its key.
type Referred = (String, Option<String>, Type, bool);

/// The names of tables, and what some of them were called.
fn tables(chance: &mut Chance, before: Option<&Schema>) -> Vec<(String, Option<String>)> {
    let mut names = Vec::new();
    for name in TABLES {
        let was_there = before.is_some_and(|before| before.table(&ObjectName::new(name)).is_some());
        match chance.below(10) {
            0..=6 => names.push((name.to_owned(), None)),
            7..=8 if was_there => names.push((format!("new {name}"), Some(name.to_owned()))),
            _ => {}
        }
    }
    names
}

fn columns(
    chance: &mut Chance,
    dialect: Dialect,
    table: &mut Table,
    key: &Type,
    single: bool,
    old: Option<&Table>,
    state: &Enum,
) {
    let mut id = Column::new("id", key.clone());
    id.identity = match (dialect, chance.below(4)) {
        (_, 0) => None,
        (Dialect::Postgresql, 1) => Some(Identity::Always),
        (Dialect::Postgresql, 2) => Some(Identity::Serial),
        (Dialect::Sqlite, _) if !single => None,
        _ => Some(Identity::ByDefault),
    };
    table.columns.push(id);
    let mut key_columns = vec!["id".to_owned()];
    if !single {
        table.columns.push(Column::new("part", Type::Integer));
        key_columns.push("part".to_owned());
    }
    table.primary_key = Some(PrimaryKey {
        definition: None,
        name: Some(format!("pk_{}", table.name.name.replace(' ', "_"))),
        columns: key_columns,
        prefixes: Vec::new(),
    });
    for (name, family) in COLUMNS {
        let was_there =
            old.is_some_and(|old| old.column(name).is_some_and(|column| column.generated.is_none()));
        let mut column = match chance.below(10) {
            0..=5 => Column::new(name, Type::Text),
            6 if was_there => {
                let mut column = Column::new(format!("new {name}"), Type::Text);
                column.renamed_from = Some(name.to_owned());
                column
            }
            _ => continue,
        };
        let is_computed = fill_column(chance, dialect, &mut column, family, state);
        // What is computed from a number can be computed only if there is one.
        let bases: Vec<&str> = table.columns[1..]
            .iter()
            .filter(|column| is_integer(&column.type_))
            // Only PostgreSQL has none that are computed from computed ones.
            .filter(|column| column.generated.is_none() || dialect != Dialect::Postgresql)
            .map(|column| column.name.as_str())
            .collect();
        if is_computed && !bases.is_empty() {
            let base = (*chance.pick(&bases)).to_owned();
            let number = chance.below(3) + 1;
            let expression = format!("{} + {number}", quoted(dialect, &base));
            let stored = dialect == Dialect::Postgresql || chance.percent(50);
            column.type_ = Type::BigInteger;
            column.nullable = true;
            (column.default, column.collation) = (None, None);
            column.generated = Some(Generated { expression, stored });
        }
        if dialect != Dialect::Sqlite && chance.percent(15) {
            column.comment = Some((*chance.pick(&["a column", "it's \\ this"])).to_owned());
        }
        table.columns.push(column);
    }
}

/// Type, default and so on. Whether the column is to be computed if it can be.
fn fill_column(
    chance: &mut Chance,
    dialect: Dialect,
    column: &mut Column,
    family: Family,
    state: &Enum,
) -> bool {
    column.nullable = chance.percent(50);
    let default = chance.percent(35);
    let (type_, value) = match family {
        Family::Number => {
            let decimal = Type::Decimal { precision: Some(12), scale: Some(2) };
            let types = [
                (Type::SmallInteger, "7"),
                (Type::Integer, "-7"),
                (Type::BigInteger, "7"),
                (decimal, "1.50"),
                (Type::Double, "2"),
                (Type::Text, "'7'"),
                (Type::Varchar(20), "'8'"),
                (Type::Varchar(30), "'9'"),
            ];
            let (type_, value) = chance.pick(&types).clone();
            if matches!(type_, Type::Text | Type::Varchar(_)) && chance.percent(20) {
                column.collation = Some(
                    match dialect {
                        Dialect::Sqlite => "NOCASE",
                        Dialect::Postgresql => "C",
                        Dialect::Mysql => "utf8mb4_bin",
                    }
                    .to_owned(),
                );
            }
            (type_, value.to_owned())
        }
        Family::Time => {
            let types = [Type::Date, Type::Timestamp, Type::TimestampTz];
            let type_ = chance.pick(&types).clone();
            let now = if type_ == Type::Date { "'2020-01-02'" } else { "CURRENT_TIMESTAMP" };
            (type_, now.to_owned())
        }
        Family::Flag => (Type::Boolean, (*chance.pick(&["true", "false"])).to_owned()),
        Family::Document => (Type::Json, "'{}'".to_owned()),
        Family::Bytes => (Type::Bytes, "''".to_owned()),
        Family::State => {
            let value = chance.pick(&state.values).replace('\'', "''");
            (Type::Enum(state.name.clone()), format!("'{value}'"))
        }
    };
    column.type_ = type_;
    column.default = default.then_some(value);
    family == Family::Number && chance.percent(20)
}

fn is_integer(type_: &Type) -> bool {
    matches!(type_, Type::SmallInteger | Type::Integer | Type::BigInteger)
}

fn is_text(type_: &Type) -> bool {
    matches!(type_, Type::Text | Type::Varchar(_))
}

fn is_number_family(column: &Column) -> bool {
    is_integer(&column.type_)
        || is_text(&column.type_)
        || matches!(column.type_, Type::Decimal { .. } | Type::Double)
}

fn quoted(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Mysql => format!("`{name}`"),
        Dialect::Sqlite | Dialect::Postgresql => format!("\"{name}\""),
    }
}

fn parts(chance: &mut Chance, dialect: Dialect, table: &mut Table) {
    let prefix = table.name.name.replace(' ', "_");
    let numbers: Vec<Column> =
        table.columns[1..].iter().filter(|column| is_number_family(column)).cloned().collect();
    if numbers.is_empty() {
        return;
    }
    for place in 0..chance.below(3) {
        let column = chance.pick(&numbers).clone();
        // Rows that are there would all get the default, and MySQL has no unique keys on texts without an end.
        let fits = column.default.is_none()
            && column.generated.is_none()
            && column.name != "part"
            && (dialect != Dialect::Mysql || column.type_ != Type::Text);
        if fits && table.uniques.iter().all(|unique| unique.columns[0] != column.name) {
            let mut columns = vec![column.name.clone()];
            if chance.percent(30) {
                columns.push("id".to_owned());
            }
            table.uniques.push(Unique {
                definition: None,
                name: Some(format!("uq_{prefix}_{place}")),
                columns,
                nulls_not_distinct: false,
                deferrable: (dialect == Dialect::Postgresql && chance.percent(20))
                    .then_some(Deferrable::InitiallyDeferred),
            });
        }
    }
    for place in 0..chance.below(3) {
        let column = chance.pick(&numbers);
        let name = quoted(dialect, &column.name);
        let expression = if is_text(&column.type_) {
            format!("{name} <> 'nope'")
        } else {
            format!("{name} > -{}", 100 + chance.below(3))
        };
        let expression =
            if chance.percent(30) { format!("{expression} OR {name} IS NULL") } else { expression };
        let same = |check: &Check| check.expression == expression;
        if !table.checks.iter().any(same) {
            table.checks.push(Check {
                definition: None,
                name: Some(format!("ck_{prefix}_{place}")),
                expression,
            });
        }
    }
    for place in 0..chance.below(4) {
        let index = index(chance, dialect, &numbers, format!("ix {prefix} {place}"));
        let same = |other: &Index| (&other.parts, &other.condition) == (&index.parts, &index.condition);
        if !table.indexes.iter().any(same) {
            table.indexes.push(index);
        }
    }
}

fn index(chance: &mut Chance, dialect: Dialect, numbers: &[Column], name: String) -> Index {
    let mut parts: Vec<IndexPart> = Vec::new();
    for _ in 0..=chance.below(2) {
        let column = chance.pick(numbers);
        if parts.iter().any(|part| part.key == column.name) {
            continue;
        }
        let mut part = IndexPart {
            key: column.name.clone(),
            is_expression: false,
            direction: if chance.percent(30) { Direction::Descending } else { Direction::Ascending },
            nulls: None,
            collation: None,
            operator_class: None,
            prefix: None,
        };
        match dialect {
            Dialect::Mysql if column.type_ == Type::Text => part.prefix = Some(10),
            Dialect::Mysql => {}
            _ if is_text(&column.type_) && chance.percent(30) => {
                part.key = format!("lower({})", quoted(dialect, &column.name));
                part.is_expression = true;
            }
            _ if is_integer(&column.type_) && chance.percent(20) => {
                part.key = format!("{} + 1", quoted(dialect, &column.name));
                part.is_expression = true;
            }
            Dialect::Postgresql if chance.percent(20) => {
                part.nulls = Some(match part.direction {
                    Direction::Ascending => Nulls::First,
                    Direction::Descending => Nulls::Last,
                });
            }
            _ => {}
        }
        parts.push(part);
    }
    let condition = (dialect != Dialect::Mysql && chance.percent(25))
        .then(|| format!("{} IS NOT NULL", quoted(dialect, &chance.pick(numbers).name)));
    Index {
        definition: None,
        is_invalid: false,
        name,
        parts,
        unique: false,
        nulls_not_distinct: false,
        method: None,
        include: Vec::new(),
        condition,
        renamed_from: None,
    }
}

fn foreign_keys(chance: &mut Chance, dialect: Dialect, table: &mut Table, keys: &[Referred]) {
    let prefix = table.name.name.replace(' ', "_");
    for place in 0..chance.below(3) {
        let (referenced, _, type_, single) = chance.pick(keys);
        if !single {
            continue;
        }
        let mut column = Column::new(format!("ref{place}"), type_.clone());
        column.nullable = true;
        let actions = match dialect {
            Dialect::Mysql => {
                &[ReferentialAction::NoAction, ReferentialAction::Cascade, ReferentialAction::SetNull][..]
            }
            _ => &[
                ReferentialAction::NoAction,
                ReferentialAction::Cascade,
                ReferentialAction::SetNull,
                ReferentialAction::Restrict,
            ][..],
        };
        table.foreign_keys.push(ForeignKey {
            definition: None,
            name: Some(format!("fk_{prefix}_{place}")),
            columns: vec![column.name.clone()],
            references: ObjectName::new(referenced),
            referenced_columns: if chance.percent(50) { vec!["id".to_owned()] } else { Vec::new() },
            on_delete: *chance.pick(actions),
            on_update: ReferentialAction::NoAction,
            deferrable: (dialect != Dialect::Mysql && chance.percent(20))
                .then_some(Deferrable::InitiallyDeferred),
        });
        table.columns.push(column);
        if chance.percent(30) {
            let part = IndexPart {
                key: format!("ref{place}"),
                is_expression: false,
                direction: Direction::Ascending,
                nulls: None,
                collation: None,
                operator_class: None,
                prefix: None,
            };
            let mut index = index(chance, dialect, &table.columns[..1], format!("ix ref {prefix} {place}"));
            index.parts = vec![part];
            index.condition = None;
            table.indexes.push(index);
        }
    }
}
