//! The definitions and rows that both branches start from, as far as the scripts before them show.

use std::collections::HashMap;

use super::step::{Step, list};
use super::write::{Insert, Write};
use crate::sql::facts::{Action, Object, ObjectKind};

/// What the scripts before two branches have made.
#[derive(Default)]
pub(super) struct Past {
    tables: HashMap<String, Table>,
    /// The words of the definitions of indexes and constraints, by their names.
    parts: HashMap<String, Vec<String>>,
    inserts: HashMap<String, Vec<Insert>>,
}

#[derive(Default)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    /// The columns of the primary key and of unique constraints.
    pub(super) keys: Vec<Vec<String>>,
    /// A column whose values the database chooses.
    pub(super) generated: Option<String>,
}

impl Past {
    pub(super) fn of(steps: &[Step<'_>]) -> Past {
        let mut past = Past::default();
        for step in steps {
            past.add(step);
        }
        past
    }

    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    pub(super) fn inserts(&self, table: &str) -> &[Insert] {
        self.inserts.get(table).map_or(&[], Vec::as_slice)
    }

    /// The words of the definition of an index or a constraint.
    pub(super) fn definition(&self, object: &Object) -> &[String] {
        self.parts.get(&object.name.name.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, step: &Step<'_>) {
        if let Some(Write::Insert(insert)) = Write::of(step) {
            self.inserts.entry(insert.table.clone()).or_default().push(insert);
        }
        for index in step.facts.changed(Action::Creates, ObjectKind::Index) {
            self.parts.insert(index.name.name.to_lowercase(), step.words.clone());
        }
        for place in step.places("constraint") {
            let mut end = place + 2;
            while !matches!(step.word(end), "" | "," | "constraint") {
                end = step.group(end).map_or(end + 1, |(_, end)| end);
            }
            let words = step.words[place + 2..end].to_vec();
            self.parts.insert(step.word(place + 1).to_owned(), words);
        }
        if let Some(table) = step.facts.changed(Action::Creates, ObjectKind::Table).next()
            && let Some(open) = step.find(&["("], 0)
            && let Some((definition, _)) = step.group(open)
        {
            self.tables.insert(table.name.name.to_lowercase(), read(definition));
        }
        for column in step.facts.changed(Action::Creates, ObjectKind::Column) {
            let table = column.of.as_ref().and_then(|of| self.tables.get_mut(&of.name.to_lowercase()));
            if let Some(table) = table {
                table.columns.push(column.name.name.to_lowercase());
            }
        }
    }
}

/// Reads the columns and keys of a table.
fn read(definition: &[String]) -> Table {
    let mut table = Table::default();
    for item in list(definition) {
        let has = |word: &str| item.iter().any(|own| own == word);
        let first = item.first().map_or("", String::as_str);
        let is_key = has("primary") || has("unique");
        if ["constraint", "primary", "unique", "foreign", "check", "exclude", "key", "index"].contains(&first)
        {
            let columns = item.iter().skip_while(|word| *word != "(").skip(1);
            if is_key {
                let names = columns.take_while(|word| *word != ")").filter(|word| *word != ",");
                table.keys.push(names.cloned().collect());
            }
            continue;
        }
        table.columns.push(first.to_owned());
        if is_key {
            table.keys.push(vec![first.to_owned()]);
        }
        let kind = item.get(1).map_or("", String::as_str);
        let generates = ["serial", "bigserial", "smallserial"].contains(&kind)
            || ["identity", "auto_increment", "autoincrement"].iter().any(|word| has(word))
            || kind == "integer" && has("primary");
        if generates {
            table.generated = Some(first.to_owned());
        }
    }
    table
}
