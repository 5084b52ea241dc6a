//! Random steps of a migration.

use super::case::Step;
use super::generate::{COLLATIONS, DEFAULTS, Generator, STRICT_TYPES, TYPES, VALUES};
use super::model::{Action, Column, Rule, Schema, Table};
use super::render::quoted;

impl Generator {
    /// A statement that changes rows.
    pub(super) fn change(&mut self, schema: &Schema) -> String {
        let table = &schema.tables[self.random.pick(&[0, 1, 1, 1, 2])];
        let name = quoted(&table.name);
        let plain: Vec<&Column> = table.columns.iter().filter(|column| !column.is_generated()).collect();
        let column = quoted(&plain[self.random.below(plain.len())].name.clone());
        let value = self.random.pick(&VALUES);
        match self.random.below(8) {
            0 => format!("INSERT INTO {name} DEFAULT VALUES"),
            1..=3 => {
                let mut columns = vec![column.clone()];
                let first = quoted(&table.columns[0].name);
                if column != first {
                    columns.push(first);
                }
                let values: Vec<&str> = columns.iter().map(|_| self.random.pick(&VALUES)).collect();
                format!("INSERT INTO {name} ({}) VALUES ({})", columns.join(", "), values.join(", "))
            }
            4 => format!("DELETE FROM {name} WHERE {column} IS {value}"),
            5 => format!("UPDATE {name} SET {column} = {column}"),
            _ => format!(
                "UPDATE {name} SET {column} = {value} WHERE {} IS {}",
                quoted(&table.columns[0].name),
                self.random.pick(&["1", "2", "3"])
            ),
        }
    }

    pub(super) fn step(&mut self, schema: &Schema) -> Step {
        let table = &schema.tables[self.random.pick(&[0, 1, 1, 1, 1, 1, 2])];
        if self.random.chance(12) {
            return self.rebuild(table);
        }
        let count = self.random.pick(&[1, 1, 1, 2, 3]);
        let actions = (0..count).map(|_| self.action(table)).collect();
        Step::Alter { table: table.name.clone(), actions }
    }

    fn action(&mut self, table: &Table) -> Action {
        let column = self.any_column(table);
        match self.random.below(15) {
            0..=2 => {
                let of_type =
                    if table.strict { self.random.pick(&STRICT_TYPES) } else { self.random.pick(&TYPES) };
                let of_type = if of_type.is_empty() { "TEXT" } else { of_type };
                let collation = self.random.chance(30).then(|| self.random.pick(&COLLATIONS));
                let form = self.random.pick(&[
                    "# || 'x'",
                    "length(#)",
                    "CAST(# AS INTEGER) + 1",
                    "nullif(#, 'a')",
                    "coalesce(#, 0)",
                ]);
                let using = self.random.chance(35).then(|| form.replace('#', &quoted(&column)));
                Action::SetType { column, of_type: of_type.to_owned(), collation, using }
            }
            3 => Action::SetNotNull(column),
            4 => Action::DropNotNull(column),
            5 | 6 => Action::SetDefault(column, self.random.pick(&DEFAULTS).to_owned()),
            7 => Action::DropDefault(column),
            8 | 9 => {
                let name = self.random.pick(&["z", "new one", "a"]).to_owned();
                Action::Add(self.column(table, name))
            }
            10 => Action::Drop(column),
            11 | 12 => {
                let named = self.table_rule(table);
                let is_check = matches!(named.rule, Rule::Check(_));
                Action::AddRule(named, !(is_check && self.random.chance(30)))
            }
            _ => self.drop_rule(table),
        }
    }

    fn drop_rule(&mut self, table: &Table) -> Action {
        let names: Vec<String> = table
            .all()
            .filter(|(_, named)| !matches!(named.rule, Rule::Deferral(_)))
            .filter_map(|(column, named)| named.name.clone().or_else(|| table.implied(column, &named.rule)))
            .collect();
        let fallback = vec!["t_pkey".to_owned()];
        Action::DropRule(self.random.pick(if names.is_empty() { &fallback } else { &names }))
    }

    /// The rebuild that SQLite's manual shows, of some columns.
    fn rebuild(&mut self, table: &Table) -> Step {
        let mut new = table.clone();
        new.name = format!("{}_new", table.name);
        for column in &mut new.columns {
            column.is_late = false;
        }
        if self.random.chance(50) {
            let column = self.column(table, "z".to_owned());
            new.columns.push(column);
        }
        let condition = self.random.pick(&["", "", " WHERE 1", " WHERE \"id\" <> 2"]);
        let condition = if new.columns.iter().any(|column| column.name == "id") { condition } else { "" };
        Step::Rebuild { table: table.name.clone(), new, condition }
    }
}
