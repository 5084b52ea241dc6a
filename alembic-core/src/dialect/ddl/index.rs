//! Indexes.

use super::{DdlError, Statement, Writer};
use crate::schema::{Direction, Index, IndexPart, Nulls, ObjectName};
use crate::sql::Dialect;

impl Writer<'_> {
    /// The columns and expressions in the parentheses of an index.
    pub(super) fn index_parts(&self, index: &Index) -> String {
        let parts: Vec<String> = index.parts.iter().map(|part| self.index_part(part)).collect();
        parts.join(", ")
    }

    fn index_part(&self, part: &IndexPart) -> String {
        let mut text = match part.is_expression {
            true if self.is_call(&part.key) => part.key.clone(),
            true => format!("({})", part.key),
            false => self.name(&part.key),
        };
        if self.is(Dialect::Mysql) {
            text += &part.prefix.map_or_else(String::new, |length| format!("({length})"));
        } else {
            let collation = part.collation.as_ref();
            text += &collation.map_or_else(String::new, |name| format!(" COLLATE {}", self.collation(name)));
        }
        if self.is(Dialect::Postgresql) {
            text += &part.operator_class.as_ref().map_or_else(String::new, |class| format!(" {class}"));
        }
        if part.direction == Direction::Descending {
            text += " DESC";
        }
        if self.is(Dialect::Postgresql) {
            text += match part.nulls {
                None => "",
                Some(Nulls::First) => " NULLS FIRST",
                Some(Nulls::Last) => " NULLS LAST",
            };
        }
        text
    }

    pub(super) fn create_index(
        &self,
        table: &ObjectName,
        index: &Index,
        key_index: Option<&Index>,
        out: &mut Vec<Statement>,
    ) -> Result<(), DdlError> {
        if self.is(Dialect::Mysql) && key_index.is_some() {
            let actions = self.add_index_actions(table, index, key_index)?;
            out.push(Statement { notes: Vec::new(), sql: self.alter(table, &actions) });
            return Ok(());
        }
        let kind = self.index_kind(table, index)?;
        let using = match &index.method {
            Some(method) if self.is(Dialect::Postgresql) => format!(" USING {}", method.to_ascii_lowercase()),
            _ => String::new(),
        };
        let tree = self.tree(index);
        // SQLite's indexes are in the database of their table; PostgreSQL's in its schema.
        let (name, parts) = (self.name(&index.name), self.index_parts(index));
        if let Some(definition) = self.printed(index.definition.as_ref()) {
            let sql = format!("CREATE {kind} {name} ON {} {definition}{tree}", self.object(table));
            out.push(Statement { notes: Vec::new(), sql });
            return Ok(());
        }
        let mut sql = format!("CREATE {kind} {name} ON {}{using} ({parts}){tree}", self.object(table));
        if self.is(Dialect::Postgresql) {
            if !index.include.is_empty() {
                sql += &format!(" INCLUDE ({})", self.names(&index.include));
            }
            sql += if index.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
        }
        sql += &index.condition.as_ref().map_or_else(String::new, |text| format!(" WHERE {text}"));
        out.push(Statement { notes: Vec::new(), sql });
        Ok(())
    }

    /// MySQL: what an index of an engine says that has other ones unless it is told.
    fn tree(&self, index: &Index) -> &'static str {
        let is_tree = index.method.as_deref().is_some_and(|method| method.eq_ignore_ascii_case("btree"));
        if self.is(Dialect::Mysql) && is_tree { " USING BTREE" } else { "" }
    }

    fn index_kind(&self, table: &ObjectName, index: &Index) -> Result<&'static str, DdlError> {
        if self.is(Dialect::Mysql) && index.condition.is_some() {
            let (dialect, table, index) = (self.dialect, table.clone(), index.name.clone());
            return Err(DdlError::PartialIndex { dialect, table, index });
        }
        let method = index.method.as_deref().map(str::to_ascii_lowercase);
        Ok(match method.as_deref().filter(|_| self.is(Dialect::Mysql)) {
            Some("fulltext") => "FULLTEXT INDEX",
            Some("spatial") => "SPATIAL INDEX",
            Some("vector") => "VECTOR INDEX",
            _ if index.unique => "UNIQUE INDEX",
            _ => "INDEX",
        })
    }

    /// MySQL: an index as a part of a table's definition.
    pub(super) fn index_definition(&self, table: &ObjectName, index: &Index) -> Result<String, DdlError> {
        let (kind, name) = (self.index_kind(table, index)?, self.name(&index.name));
        Ok(match self.printed(index.definition.as_ref()) {
            Some(definition) => format!("{kind} {name} {definition}{}", self.tree(index)),
            None => format!("{kind} {name} ({}){}", self.index_parts(index), self.tree(index)),
        })
    }

    /// MySQL: what an `ALTER TABLE` does to make an index.
    pub(super) fn add_index_actions(
        &self,
        table: &ObjectName,
        index: &Index,
        key_index: Option<&Index>,
    ) -> Result<Vec<String>, DdlError> {
        let drop = key_index.map(|own| format!("DROP INDEX {}", self.name(&own.name)));
        let add = format!("ADD {}", self.index_definition(table, index)?);
        Ok(drop.into_iter().chain([add]).collect())
    }

    /// MySQL: what an `ALTER TABLE` does to drop an index.
    pub(super) fn drop_index_actions(&self, index: &Index, key_index: Option<&Index>) -> Vec<String> {
        let add =
            key_index.map(|own| format!("ADD INDEX {} ({})", self.name(&own.name), self.index_parts(own)));
        add.into_iter().chain([format!("DROP INDEX {}", self.name(&index.name))]).collect()
    }

    pub(super) fn drop_index(
        &self,
        table: &ObjectName,
        index: &Index,
        key_index: Option<&Index>,
        out: &mut Vec<Statement>,
    ) {
        let sql = match (self.dialect, key_index) {
            (Dialect::Mysql, Some(_)) => self.alter(table, &self.drop_index_actions(index, key_index)),
            (Dialect::Mysql, None) => {
                format!("DROP INDEX {} ON {}", self.name(&index.name), self.object(table))
            }
            (Dialect::Postgresql | Dialect::Sqlite, _) => {
                format!("DROP INDEX {}", self.beside(table, &index.name))
            }
        };
        out.push(Statement { notes: Vec::new(), sql });
    }

    pub(super) fn rename_index(
        &self,
        table: &ObjectName,
        from: &Index,
        to: &Index,
        out: &mut Vec<Statement>,
    ) -> Result<(), DdlError> {
        let new = self.name(&to.name);
        let sql = match self.dialect {
            Dialect::Sqlite => {
                self.drop_index(table, from, None, out);
                return self.create_index(table, to, None, out);
            }
            Dialect::Postgresql => format!("ALTER INDEX {} RENAME TO {new}", self.beside(table, &from.name)),
            Dialect::Mysql => {
                self.alter(table, &[format!("RENAME INDEX {} TO {new}", self.name(&from.name))])
            }
        };
        out.push(Statement { notes: Vec::new(), sql });
        Ok(())
    }
}
