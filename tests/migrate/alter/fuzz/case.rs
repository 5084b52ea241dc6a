//! A case: a schema with rows, a migration of it, and what is done afterwards.

use std::fmt;

use super::model::{Action, Schema, Table};
use super::random::Random;
use super::render::{self, Style, quoted};

#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) schema: Schema,
    /// The place of the table, and the values of its columns.
    pub(super) rows: Vec<(usize, Vec<String>)>,
    pub(super) steps: Vec<Step>,
    pub(super) no_transaction: bool,
    /// The seed of white space, comments and quotes; 0: none.
    pub(super) style: u64,
    pub(super) end: End,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Alter {
        table: String,
        actions: Vec<Action>,
    },
    /// A statement that changes rows.
    Change(String),
    /// A rebuild by hand.
    Rebuild {
        table: String,
        new: Table,
        condition: &'static str,
    },
}

/// What is done after the migration.
#[derive(Clone, Debug)]
pub(super) enum End {
    Changes(Vec<String>),
    /// The way back.
    Back,
}

impl Case {
    fn style(&self) -> Style {
        Style((self.style > 0).then(|| Random::new(self.style)))
    }

    /// The statements that make and fill the tables. Rows may be refused, and are left out then; all else may not.
    pub(super) fn setup(&self) -> Vec<(String, bool)> {
        let mut style = self.style();
        let tables = self.schema.tables.iter().map(|table| (render::table(&mut style, table, false), false));
        let mut statements: Vec<(String, bool)> = tables.collect();
        let is_late = |number: &usize| number % 3 == 2;
        statements.extend(
            (0..self.rows.len()).filter(|row| !is_late(row)).map(|row| (self.insert(row, false), true)),
        );
        for table in &self.schema.tables {
            for column in table.columns.iter().filter(|column| column.is_late) {
                let column = render::column(&mut style, column);
                statements.push((format!("ALTER TABLE {} ADD COLUMN {column}", quoted(&table.name)), false));
            }
        }
        statements.extend(render::around(&self.schema).into_iter().map(|sql| (sql, false)));
        statements.extend((0..self.rows.len()).filter(is_late).map(|row| (self.insert(row, true), true)));
        statements
    }

    fn insert(&self, row: usize, with_late: bool) -> String {
        let (place, values) = &self.rows[row];
        let table = &self.schema.tables[*place];
        let own = table.columns.iter().zip(values);
        let own = own.filter(|(column, _)| (with_late || !column.is_late) && !column.is_generated());
        let (columns, values): (Vec<String>, Vec<&str>) =
            own.map(|(column, value)| (quoted(&column.name), value.as_str())).unzip();
        format!(
            "INSERT OR ABORT INTO {} ({}) VALUES ({})",
            quoted(&table.name),
            columns.join(", "),
            values.join(", ")
        )
    }

    /// The statements of each step.
    pub(super) fn statements(&self) -> Vec<Vec<String>> {
        let mut style = self.style();
        self.steps.iter().map(|step| step.statements(&mut style)).collect()
    }
}

impl Step {
    fn statements(&self, style: &mut Style) -> Vec<String> {
        match self {
            Step::Change(sql) => vec![sql.clone()],
            Step::Alter { table, actions } => {
                let actions: Vec<String> =
                    actions.iter().map(|action| render::action(style, action)).collect();
                vec![format!("ALTER TABLE {} {}", quoted(table), actions.join(", "))]
            }
            Step::Rebuild { table, new, condition } => {
                let plain = new.columns.iter().filter(|column| !column.is_generated() && column.name != "z");
                let columns: Vec<String> = plain.map(|column| quoted(&column.name)).collect();
                let (columns, name, old) = (columns.join(", "), quoted(&new.name), quoted(table));
                vec![
                    render::table(style, new, true),
                    format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {old}{condition}"),
                    format!("DROP TABLE {old}"),
                    format!("ALTER TABLE {name} RENAME TO {old}"),
                ]
            }
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (sql, _) in self.setup() {
            writeln!(formatter, "{sql};")?;
        }
        writeln!(
            formatter,
            "-- alembic: upgrade{}",
            if self.no_transaction { " no-transaction" } else { "" }
        )?;
        for sql in self.statements().iter().flatten() {
            writeln!(formatter, "{sql};")?;
        }
        match &self.end {
            End::Back => writeln!(formatter, "-- and back"),
            End::Changes(changes) => changes.iter().try_for_each(|sql| writeln!(formatter, "-- then {sql}")),
        }
    }
}
