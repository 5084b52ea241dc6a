//! Constraints.

use super::Writer;
use crate::operation::{Constraint, Key};
use crate::schema::{
    Check, Deferrable, ForeignKey, Index, ObjectName, PrimaryKey, ReferentialAction, Unique,
};
use crate::sql::Dialect;

impl Writer<'_> {
    fn named(&self, name: Option<&String>) -> String {
        name.map_or_else(String::new, |name| format!("CONSTRAINT {} ", self.name(name)))
    }

    /// A definition as a server prints it, for no other kind of server.
    pub(super) fn printed<'d>(&self, definition: Option<&'d String>) -> Option<&'d String> {
        definition.filter(|_| self.dialect == self.of)
    }

    pub(super) fn primary_key(&self, key: &Key) -> String {
        if let Some(definition) = self.printed(key.key.definition.as_ref()) {
            return format!("{}{definition}", self.named(key.key.name.as_ref()));
        }
        let columns = match &key.numbered {
            Some(_) if self.is(Dialect::Sqlite) => format!("{} AUTOINCREMENT", self.names(&key.key.columns)),
            _ if self.is(Dialect::Mysql) => self.key_columns(&key.key),
            _ => self.names(&key.key.columns),
        };
        format!("{}PRIMARY KEY ({columns})", self.named(key.key.name.as_ref()))
    }

    /// The columns of a key, each with how many of its characters are in it.
    fn key_columns(&self, key: &PrimaryKey) -> String {
        let prefixes = key.prefixes.iter().copied().chain(std::iter::repeat(None));
        let columns = key.columns.iter().zip(prefixes).map(|(column, prefix)| {
            let prefix = prefix.map_or_else(String::new, |length| format!("({length})"));
            self.name(column) + &prefix
        });
        columns.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn unique(&self, unique: &Unique) -> String {
        let Unique { name, columns, nulls_not_distinct, deferrable, definition } = unique;
        if let Some(definition) = self.printed(definition.as_ref()) {
            return format!("{}{definition}", self.named(name.as_ref()));
        }
        let nulls =
            if *nulls_not_distinct && self.is(Dialect::Postgresql) { " NULLS NOT DISTINCT" } else { "" };
        let deferrable = self.deferrable(deferrable.filter(|_| self.is(Dialect::Postgresql)));
        format!("{}UNIQUE{nulls} ({}){deferrable}", self.named(name.as_ref()), self.names(columns))
    }

    pub(super) fn foreign_key(&self, key: &ForeignKey) -> String {
        if let Some(definition) = self.printed(key.definition.as_ref()) {
            return format!("{}{definition}", self.named(key.name.as_ref()));
        }
        let columns = if key.referenced_columns.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.names(&key.referenced_columns))
        };
        format!(
            "{}FOREIGN KEY ({}) REFERENCES {}{columns}{}{}{}",
            self.named(key.name.as_ref()),
            self.names(&key.columns),
            self.object(&key.references),
            action(" ON DELETE", key.on_delete),
            action(" ON UPDATE", key.on_update),
            self.deferrable(key.deferrable.filter(|_| !self.is(Dialect::Mysql))),
        )
    }

    pub(super) fn check(&self, check: &Check) -> String {
        match self.printed(check.definition.as_ref()) {
            Some(definition) => format!("{}{definition}", self.named(check.name.as_ref())),
            None => format!("{}CHECK ({})", self.named(check.name.as_ref()), check.expression),
        }
    }

    fn constraint(&self, constraint: &Constraint) -> String {
        match constraint {
            Constraint::Unique(unique) => self.unique(unique),
            Constraint::ForeignKey(key) => self.foreign_key(key),
            Constraint::Check(check) => self.check(check),
        }
    }

    fn deferrable(&self, deferrable: Option<Deferrable>) -> &'static str {
        match deferrable {
            None => "",
            Some(Deferrable::InitiallyImmediate) => " DEFERRABLE INITIALLY IMMEDIATE",
            Some(Deferrable::InitiallyDeferred) => " DEFERRABLE INITIALLY DEFERRED",
        }
    }

    pub(super) fn add_actions(&self, constraint: &Constraint, key_index: Option<&Index>) -> Vec<String> {
        let mut actions = vec![format!("ADD {}", self.constraint(constraint))];
        // The server makes the index of a foreign key by itself.
        let gives_way = self.is(Dialect::Mysql) && !matches!(constraint, Constraint::ForeignKey(_));
        if let Some(index) = key_index.filter(|_| gives_way) {
            actions.insert(0, format!("DROP INDEX {}", self.name(&index.name)));
        }
        actions
    }

    pub(super) fn drop_actions(&self, constraint: &Constraint, key_index: Option<&Index>) -> Vec<String> {
        let name = self.own_name(constraint);
        let mut actions = vec![match constraint {
            Constraint::Unique(_) if self.is(Dialect::Mysql) => format!("DROP INDEX {name}"),
            Constraint::ForeignKey(_) if self.is(Dialect::Mysql) => format!("DROP FOREIGN KEY {name}"),
            _ => format!("DROP CONSTRAINT {name}"),
        }];
        if let Some(index) = key_index.filter(|_| self.is(Dialect::Mysql)) {
            actions.push(match constraint {
                Constraint::ForeignKey(_) => format!("DROP INDEX {}", self.name(&index.name)),
                _ => format!("ADD INDEX {} ({})", self.name(&index.name), self.index_parts(index)),
            });
        }
        actions
    }

    fn own_name(&self, constraint: &Constraint) -> String {
        self.name(constraint.name().map_or("", String::as_str))
    }

    pub(super) fn rename_constraint(
        &self,
        table: &ObjectName,
        [from, to]: [&Constraint; 2],
        key_index: Option<&Index>,
    ) -> String {
        let (old, new) = (self.own_name(from), self.own_name(to));
        let actions = match (self.dialect, to) {
            (Dialect::Postgresql, _) => vec![format!("RENAME CONSTRAINT {old} TO {new}")],
            (Dialect::Mysql, Constraint::Unique(_)) => vec![format!("RENAME INDEX {old} TO {new}")],
            (Dialect::Mysql, Constraint::ForeignKey(_)) => {
                let index = key_index.map(|index| format!("DROP INDEX {}", self.name(&index.name)));
                let add = format!("ADD {}", self.constraint(to));
                [format!("DROP FOREIGN KEY {old}")].into_iter().chain(index).chain([add]).collect()
            }
            _ => vec![format!("DROP CONSTRAINT {old}"), format!("ADD {}", self.constraint(to))],
        };
        self.alter(table, &actions)
    }

    /// What an `ALTER TABLE` does to change the primary key.
    pub(super) fn key_actions(
        &self,
        table: &ObjectName,
        before: Option<&Key>,
        after: Option<&Key>,
    ) -> Vec<String> {
        let name = |key: &Key| {
            let implied = || format!("{}_pkey", table.name);
            self.name(&key.key.name.clone().unwrap_or_else(implied))
        };
        if let (Some(old), Some(new)) = (before, after)
            && old.key.columns == new.key.columns
            && old.key.definition == new.key.definition
            && (old.key.prefixes == new.key.prefixes || !self.is(Dialect::Mysql))
            && !self.is(Dialect::Sqlite)
        {
            let renamed = new.key.name.is_some() && old.key.name != new.key.name;
            return match self.dialect {
                Dialect::Postgresql if renamed => {
                    vec![format!("RENAME CONSTRAINT {} TO {}", name(old), name(new))]
                }
                _ => Vec::new(),
            };
        }
        let drop = before.map(|key| match self.dialect {
            Dialect::Mysql => "DROP PRIMARY KEY".to_owned(),
            _ => format!("DROP CONSTRAINT {}", name(key)),
        });
        let add = after.map(|key| format!("ADD {}", self.primary_key(key)));
        drop.into_iter().chain(add).collect()
    }
}

fn action(when: &str, action: ReferentialAction) -> String {
    let words = match action {
        ReferentialAction::NoAction => return String::new(),
        ReferentialAction::Restrict => "RESTRICT",
        ReferentialAction::Cascade => "CASCADE",
        ReferentialAction::SetNull => "SET NULL",
        ReferentialAction::SetDefault => "SET DEFAULT",
    };
    format!("{when} {words}")
}
