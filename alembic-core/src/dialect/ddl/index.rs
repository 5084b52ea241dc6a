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
        if self.is(Dialect::Mysql) && index.condition.is_some() {
            let (dialect, table, index) = (self.dialect, table.clone(), index.name.clone());
            return Err(DdlError::PartialIndex { dialect, table, index });
        }
        let method = index.method.as_deref().map(str::to_ascii_lowercase);
        let mut kind = if index.unique { "UNIQUE INDEX" } else { "INDEX" };
        let mut using = String::new();
        match (self.dialect, method.as_deref()) {
            (Dialect::Postgresql, Some(method)) => using = format!(" USING {method}"),
            (Dialect::Mysql, Some("fulltext")) => kind = "FULLTEXT INDEX",
            (Dialect::Mysql, Some("spatial")) => kind = "SPATIAL INDEX",
            _ => {}
        }
        // SQLite's indexes are in the database of their table; PostgreSQL's in its schema.
        let name = self.name(&index.name);
        let parts = self.index_parts(index);
        let sql = match key_index {
            Some(own) if self.is(Dialect::Mysql) => {
                let drop = format!("DROP INDEX {}", self.name(&own.name));
                self.alter(table, &[drop, format!("ADD {kind} {name} ({parts})")])
            }
            _ => {
                if let Some(definition) = index.definition.as_ref().filter(|_| self.is(Dialect::Postgresql)) {
                    let sql = format!("CREATE {kind} {name} ON {} {definition}", self.object(table));
                    out.push(Statement { notes: Vec::new(), sql });
                    return Ok(());
                }
                let mut sql = format!("CREATE {kind} {name} ON {}{using} ({parts})", self.object(table));
                if self.is(Dialect::Postgresql) {
                    if !index.include.is_empty() {
                        sql += &format!(" INCLUDE ({})", self.names(&index.include));
                    }
                    sql += if index.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
                }
                sql + &index.condition.as_ref().map_or_else(String::new, |text| format!(" WHERE {text}"))
            }
        };
        out.push(Statement { notes: Vec::new(), sql });
        Ok(())
    }

    pub(super) fn drop_index(
        &self,
        table: &ObjectName,
        index: &Index,
        key_index: Option<&Index>,
        out: &mut Vec<Statement>,
    ) {
        let name = self.name(&index.name);
        let sql = match (self.dialect, key_index) {
            (Dialect::Mysql, Some(own)) => {
                let add = format!("ADD INDEX {} ({})", self.name(&own.name), self.index_parts(own));
                self.alter(table, &[add, format!("DROP INDEX {name}")])
            }
            (Dialect::Mysql, None) => format!("DROP INDEX {name} ON {}", self.object(table)),
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
