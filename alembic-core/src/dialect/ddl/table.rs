//! `CREATE TABLE`.

use super::column::serial_name;
use super::numbered::needed_indexes;
use super::text::{aligned, literal};
use super::{DdlError, Statement, Writer};
use crate::operation::{Constraint, Key};
use crate::schema::{Column, ObjectName, Sequence, Table, Unique};
use crate::sql::Dialect;

impl Writer<'_> {
    /// The table with its constraints, then its indexes and comments.
    pub(super) fn create_table(&self, table: &Table, out: &mut Vec<Statement>) -> Result<(), DdlError> {
        let columns: Vec<[String; 3]> = table
            .columns
            .iter()
            .map(|column| self.column_parts(&table.name, column))
            .collect::<Result<_, _>>()?;
        let mut lines = aligned(&columns);
        if let Some(key) = &table.primary_key {
            let numbered = table
                .columns
                .iter()
                .find(|column| key.columns.contains(&column.name) && column.identity.is_some());
            let key = Key { key: key.clone(), numbered: numbered.cloned().map(Box::new) };
            lines.push(self.primary_key(&key));
        }
        let (merged, uniques): (Vec<&Unique>, Vec<&Unique>) =
            table.uniques.iter().partition(|unique| self.is_merged(table, unique));
        lines.extend(uniques.into_iter().map(|unique| self.unique(unique)));
        let needed = if self.is(Dialect::Mysql) { needed_indexes(table) } else { Vec::new() };
        for index in &needed {
            lines.push(self.index_definition(&table.name, index)?);
        }
        // A constraint that a table is created with holds for all of its rows.
        let is_late = |definition: &Option<String>| {
            self.is(Dialect::Postgresql)
                && definition.as_ref().is_some_and(|text| text.ends_with("NOT VALID"))
        };
        let (late_keys, keys): (Vec<_>, Vec<_>) =
            table.foreign_keys.iter().partition(|key| is_late(&key.definition));
        let (late_checks, checks): (Vec<_>, Vec<_>) =
            table.checks.iter().partition(|check| is_late(&check.definition));
        lines.extend(keys.into_iter().map(|key| self.foreign_key(key)));
        lines.extend(checks.into_iter().map(|check| self.check(check)));
        if self.is(Dialect::Mysql) {
            lines.extend(table.options.elements.iter().cloned());
        }
        let body =
            if lines.is_empty() { String::new() } else { format!("\n    {}\n", lines.join(",\n    ")) };
        let sql = format!("CREATE TABLE {} ({body}){}", self.object(&table.name), self.options(table));
        out.push(Statement { notes: Vec::new(), sql });
        // `SERIAL` gives it the type of the column, and a name of its own.
        for column in table.columns.iter().filter(|column| self.is_serial(column)) {
            let Some(known) = &column.sequence else { continue };
            let sequence = Sequence { name: serial_name(&table.name, column), ..known.clone() };
            let new = Column { sequence: None, ..column.clone() };
            let own = Column { sequence: Some(sequence), ..column.clone() };
            self.widen_sequence(&table.name, &new, &own, out)?;
        }
        let merged = merged.into_iter().cloned().map(Constraint::Unique);
        let late = late_keys.into_iter().cloned().map(Constraint::ForeignKey);
        let late = late.chain(late_checks.into_iter().cloned().map(Constraint::Check));
        for constraint in merged.chain(late) {
            let sql = self.alter(&table.name, &self.add_actions(&constraint, None));
            out.push(Statement { notes: Vec::new(), sql });
        }
        for index in table.indexes.iter().filter(|index| !needed.contains(index)) {
            self.create_index(&table.name, index, None, out)?;
        }
        if self.is(Dialect::Postgresql) {
            out.extend(table.comment.as_ref().and_then(|text| self.table_comment(&table.name, Some(text))));
            for column in table.columns.iter().filter(|column| column.comment.is_some()) {
                out.push(self.column_comment(&table.name, &column.name, column.comment.as_deref()));
            }
        }
        Ok(())
    }

    /// Whether PostgreSQL would make one constraint of this one and another that stands before it in the same statement.
    fn is_merged(&self, table: &Table, unique: &Unique) -> bool {
        let before = table.uniques.iter().take_while(|other| !std::ptr::eq(*other, unique));
        let content = |unique: &Unique| Unique { name: None, ..unique.clone() };
        let key = table.primary_key.as_ref().is_some_and(|key| {
            key.columns == unique.columns && !unique.nulls_not_distinct && unique.deferrable.is_none()
        });
        self.is(Dialect::Postgresql)
            && (key || before.into_iter().any(|other| content(other) == content(unique)))
    }

    /// What stands behind the closing parenthesis.
    fn options(&self, table: &Table) -> String {
        match self.dialect {
            Dialect::Sqlite => {
                let rowid = table.options.without_rowid.then_some("WITHOUT ROWID");
                let strict = table.options.strict.then_some("STRICT");
                let options: Vec<&str> = [strict, rowid].into_iter().flatten().collect();
                if options.is_empty() { String::new() } else { format!(" {}", options.join(", ")) }
            }
            Dialect::Postgresql => {
                let parted = table.options.partition_by.as_ref();
                parted.map_or_else(String::new, |key| format!(" PARTITION BY {key}"))
            }
            Dialect::Mysql => {
                let collation = &table.options.collation;
                let collate =
                    collation.as_ref().map_or_else(String::new, |name| format!(" COLLATE = {name}"));
                let comment = table.comment.as_ref();
                let comment = comment
                    .map_or_else(String::new, |text| format!(" COMMENT = {}", literal(self.dialect, text)));
                let settings = table.options.settings.iter().map(|own| format!(" {own}"));
                collate + &comment + &settings.collect::<String>()
            }
        }
    }

    pub(super) fn column_comment(
        &self,
        table: &ObjectName,
        column: &str,
        comment: Option<&str>,
    ) -> Statement {
        let text = comment.map_or_else(|| "NULL".to_owned(), |text| literal(self.dialect, text));
        let sql = format!("COMMENT ON COLUMN {}.{} IS {text}", self.object(table), self.name(column));
        Statement { notes: Vec::new(), sql }
    }
}
