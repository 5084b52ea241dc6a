//! The actions of an `ALTER TABLE` as edits of the stored text, and what else each of them asks for.

use super::catalog::readable;
use super::change::Change;
use super::edit::{Edits, deferrals_of, has_comments_around, keep_types, without};
use super::error::AlterError;
use super::keys::{ForeignKey, collation as collation_of, foreign_keys, inbound};
use super::names::{named, names};
use super::statement::Action;
use super::storage::{self, Storage};
use super::{proof, query, quoted};
use crate::dialect::sqlite::definition::{Column, Constraint, Rule, Table, same, table_constraint};
use crate::sql::Reader;

impl Change<'_> {
    /// Edits the text for one action. What SQLite does itself is not for here.
    pub(super) fn apply(&mut self, action: &Action) -> Result<(), AlterError> {
        let text = self.text.clone();
        let table = readable(self.name, &text)?;
        let mut edits = Edits::default();
        match action {
            Action::Native(_) => {}
            Action::SetType { column, of_type, collation, using } => {
                self.set_type(&table, column, of_type, using.as_deref(), &mut edits)?;
                if let Some(collation) = collation {
                    self.set_collation(&table, column, collation, &mut edits)?;
                }
            }
            Action::SetNotNull { column } => self.set_not_null(&table, column, &mut edits)?,
            Action::DropNotNull { column } => {
                let column = self.column(&table, column)?;
                self.refuse_key_without_value(&table, column)?;
                remove_from(column, &table, &mut edits, |rule| *rule == Rule::NotNull);
            }
            Action::SetDefault { column, value } => self.set_default(&table, column, value, &mut edits)?,
            Action::DropDefault { column } => {
                let column = self.column(&table, column)?;
                remove_from(column, &table, &mut edits, |rule| matches!(rule, Rule::Default { .. }));
            }
            Action::AddColumn { name, definition, if_not_exists } => match table.column(name) {
                Some(_) if *if_not_exists => {}
                Some(_) => {
                    let (table, column) = (self.name.to_owned(), name.clone());
                    return Err(AlterError::ColumnExists { table, column });
                }
                None => {
                    let Some(last) = table.columns.last().map(|column| &column.range) else { return Ok(()) };
                    edits.add_element(&table, last, definition);
                    let keys = Column::read(&mut Reader::stored(definition)).map_or(0, |column| {
                        column
                            .constraints
                            .iter()
                            .filter(|own| matches!(own.rule, Rule::Foreign { .. }))
                            .count()
                    });
                    let first = foreign_before(&table, last.end);
                    self.foreign.extend((first..first + keys).map(|place| (place, true)));
                }
            },
            Action::DropColumn { name, if_exists } => {
                if table.column(name).is_some() || !if_exists {
                    self.drop_column(&table, name)?;
                }
                return Ok(());
            }
            Action::AddConstraint { definition, validate } => {
                self.add_constraint(&table, definition, *validate, &mut edits)?;
            }
            Action::DropConstraint { name, if_exists } => match named(self.name, &table, name) {
                Ok((column, constraint)) => {
                    edits.remove_constraint(&table, column, constraint);
                }
                Err(_) if *if_exists => {}
                Err(error) => return Err(error),
            },
            Action::ValidateConstraint { name } => {
                let (_, constraint) = named(self.name, &table, name)?;
                match &constraint.rule {
                    Rule::Check { expression } => {
                        let check = storage::tokens(&table, expression);
                        self.not_valid.retain(|other| *other != check);
                        self.validated.push(check);
                        self.checks.push(query::check(self, name, &text[expression.clone()]));
                    }
                    Rule::Foreign { .. } => {
                        self.foreign.push((foreign_before(&table, constraint.range.start), true))
                    }
                    _ => {}
                }
            }
        }
        self.text = edits.apply(&text);
        let retyped = match action {
            Action::SetType { column, of_type, .. } => Some((column.as_str(), of_type.as_str())),
            _ => None,
        };
        self.text = keep_types(&table, std::mem::take(&mut self.text), retyped);
        Ok(())
    }

    fn column<'t>(&self, table: &'t Table<'_>, name: &str) -> Result<&'t Column, AlterError> {
        let missing = || AlterError::NoColumn { table: self.name.to_owned(), column: name.to_owned() };
        table.column(name).ok_or_else(missing)
    }

    fn set_type(
        &mut self,
        table: &Table<'_>,
        column: &str,
        of_type: &str,
        using: Option<&str>,
        edits: &mut Edits,
    ) -> Result<(), AlterError> {
        let column = self.column(table, column)?;
        if self.typed.iter().any(|typed| same(typed, &column.name.text)) {
            let (table, column) = (self.name.to_owned(), column.name.text.clone());
            return Err(AlterError::TypedTwice { table, column });
        }
        if let Some(unknown) = using.and_then(|using| unknown_name(table, using)) {
            return Err(AlterError::NoColumn { table: self.name.to_owned(), column: unknown });
        }
        self.typed.push(column.name.text.clone());
        match &column.of_type {
            Some(range) => edits.replace(range.clone(), of_type),
            None => edits.insert(column.name.range.end, format!(" {of_type}")),
        }
        self.conversions.extend(using.map(|using| (column.name.text.clone(), using.to_owned())));
        Ok(())
    }

    fn set_collation(
        &mut self,
        table: &Table<'_>,
        column: &str,
        collation: &str,
        edits: &mut Edits,
    ) -> Result<(), AlterError> {
        let column = self.column(table, column)?;
        if same(collation_of(column), collation) {
            return Ok(());
        }
        match column.collation() {
            Some(_) if same(collation, "BINARY") => {
                remove_from(column, table, edits, |rule| matches!(rule, Rule::Collate { .. }));
            }
            Some((found, _)) => {
                // The last token is the collation; what is before it may be a name.
                let last = table.within(&found.range).rest().last().map(|token| token.start..token.end);
                edits.replace(last.unwrap_or_else(|| found.range.clone()), quoted(collation));
            }
            None => edits.insert(behind_type(table, column), format!(" COLLATE {}", quoted(collation))),
        }
        Ok(())
    }

    fn set_not_null(&mut self, table: &Table<'_>, column: &str, edits: &mut Edits) -> Result<(), AlterError> {
        let column = self.column(table, column)?;
        if column.constraint(|rule| *rule == Rule::NotNull).is_none() {
            edits.insert(behind_type(table, column), " NOT NULL");
            remove_from(column, table, edits, |rule| *rule == Rule::Null);
            self.required.extend(query::not_null(self, &column.name.text));
        }
        Ok(())
    }

    /// Where SQLite demands a value of each column of the primary key, `DROP NOT NULL` would be a lie.
    fn refuse_key_without_value(&self, table: &Table<'_>, column: &Column) -> Result<(), AlterError> {
        let is_key = table.primary_key_columns().iter().any(|key| same(key, &column.name.text));
        if is_key && (table.strict || table.without_rowid) {
            return Err(AlterError::KeyNeedsValue {
                table: self.name.to_owned(),
                column: column.name.text.clone(),
            });
        }
        Ok(())
    }

    fn set_default(
        &mut self,
        table: &Table<'_>,
        column: &str,
        value: &str,
        edits: &mut Edits,
    ) -> Result<(), AlterError> {
        let column = self.column(table, column)?;
        if column.is_generated() {
            let (table, column) = (self.name.to_owned(), column.name.text.clone());
            return Err(AlterError::NoDefault { table, column });
        }
        match column.default_value() {
            Some(range) if table.sql.get(range.clone()) == Some(value) => return Ok(()),
            Some(range) => edits.replace(range.clone(), value),
            None => {
                let first = column.constraints.first().filter(|first| first.rule == Rule::NotNull);
                let behind = first.map_or_else(|| end_of_type(column), |not_null| not_null.range.end);
                edits.insert(behind, format!(" DEFAULT {value}"));
            }
        }
        Ok(())
    }

    fn add_constraint(
        &mut self,
        table: &Table<'_>,
        definition: &str,
        validate: bool,
        edits: &mut Edits,
    ) -> Result<(), AlterError> {
        // It could be read when the statement was.
        let Some(constraint) = table_constraint(&mut Reader::stored(definition)) else { return Ok(()) };
        if let Some(name) = &constraint.name
            && names(table).any(|known| same(known, name))
        {
            let (table, name) = (self.name.to_owned(), name.clone());
            return Err(AlterError::ConstraintExists { table, name });
        }
        match &constraint.rule {
            Rule::PrimaryKey { columns, .. } => {
                for column in columns {
                    let column = self.column(table, column)?;
                    self.required.extend(query::not_null(self, &column.name.text));
                }
            }
            Rule::Unique { columns, .. } => {
                for column in columns {
                    self.column(table, column)?;
                }
            }
            Rule::Check { expression } if !validate => {
                let reader = Reader::stored(definition).within(expression);
                self.not_valid.push(storage::texts(reader, definition));
            }
            Rule::Check { expression } => {
                let name = constraint.name.as_deref().unwrap_or_default();
                self.checks.push(query::check(self, name, &definition[expression.clone()]));
            }
            Rule::Foreign { columns, .. } => {
                for column in columns {
                    self.column(table, column)?;
                }
                self.foreign.push((foreign_before(table, table.sql.len()), validate));
            }
            _ => {}
        }
        if let Some(last) = table.last_element() {
            edits.add_element(table, last, definition);
        }
        Ok(())
    }

    /// Drops a column and what goes with it on PostgreSQL: its indexes, and the constraints that it is part of.
    fn drop_column(&mut self, table: &Table<'_>, name: &str) -> Result<(), AlterError> {
        let name = self.column(table, name)?.name.text.as_str();
        let mut users = Vec::new();
        let has = |columns: &[String]| columns.iter().any(|column| same(column, name));
        let own = foreign_keys(table, self.name).into_iter();
        let own = own.filter(|key| same(&key.parent, self.name) && !has(&key.columns));
        let keys = inbound(self.catalog, self.name).into_iter().chain(own);
        let needed = keys.filter(|key| has(key.referred(table)));
        users.extend(needed.map(|key| format!("a foreign key of table {}", key.child)));
        for column in &table.columns {
            let uses = |rule: &Rule| match rule {
                Rule::Generated { expression, .. } => table.mentions(expression, name),
                _ => false,
            };
            if column.constraint(uses).is_some() {
                users.push(format!("generated column {}", column.name.text));
            }
        }
        if !users.is_empty() {
            let (table, column) = (self.name.to_owned(), name.to_owned());
            return Err(AlterError::ColumnUsed { table, column, users });
        }
        let goes = |table: &Table<'_>, column: Option<&Column>, constraint: &Constraint| {
            let is_own = column.is_some_and(|column| same(&column.name.text, name));
            match &constraint.rule {
                // What is written at the column itself goes with its text.
                Rule::PrimaryKey { columns, .. } | Rule::Unique { columns, .. } => !is_own && has(columns),
                Rule::Foreign { columns, .. } => {
                    (!is_own && has(columns)) || (is_own && !deferrals_of(table, constraint).is_empty())
                }
                Rule::Check { expression } => !is_own && table.mentions(expression, name),
                _ => false,
            }
        };
        let catalog = self.catalog;
        let indexes = catalog.indexes(self.name)?.into_iter().filter(|(_, index)| index.mentions(name));
        self.dropped_indexes.extend(indexes.map(|(name, _)| name));
        self.dropped_columns.push(name.to_owned());
        self.text = without(table.sql, goes);
        let text = self.text.clone();
        let table = readable(self.name, &text)?;
        let column = self.column(&table, name)?;
        // SQLite itself takes comments for a part of the column, and a comma in one of them for that before the column.
        let has_comments = table.columns.len() > 1 && has_comments_around(&table, &column.range);
        let is_key = |rule: &Rule| matches!(rule, Rule::PrimaryKey { .. } | Rule::Unique { .. });
        if has_comments || column.constraint(is_key).is_some() || self.changes_storage(&table) {
            let mut edits = Edits::default();
            edits.remove_element(&text, &column.range);
            self.text = edits.apply(&text);
        } else {
            self.native_drop = Some(column.name.text.clone());
        }
        Ok(())
    }

    /// Whether the actions so far rewrite the rows.
    pub(super) fn rewrites_rows(&self) -> bool {
        Table::parse(&self.text).is_ok_and(|table| self.changes_storage(&table))
    }

    fn changes_storage(&self, after: &Table<'_>) -> bool {
        !self.conversions.is_empty() || Storage::of(&self.before) != Storage::of(after)
    }

    /// Decides whether the rows have to be rewritten, and looks at the foreign keys: those that need a key of the table,
    /// and those that are new.
    pub(super) fn finish(&mut self) -> Result<(), AlterError> {
        let text = self.text.clone();
        let (table, catalog) = (readable(self.name, &text)?, self.catalog);
        self.rebuild = self.changes_storage(&table);
        // SQLite would give a row without a value the next number.
        let number = table.rowid_column().map(|column| column.name.text.clone());
        let is_new = self.before.rowid_column().map(|column| &column.name.text) != number.as_ref();
        if let Some(number) = number.filter(|_| is_new) {
            self.required.extend(query::not_null(self, &number));
        }
        let defaults = storage::changed_defaults(&self.before, &table).into_iter();
        self.defaults = defaults.map(|column| column.name.text.clone()).collect();
        let own = foreign_keys(&table, self.name);
        let old = foreign_keys(&self.before, self.name);
        let to_itself = |key: &&ForeignKey| same(&key.parent, self.name) && old.contains(key);
        for key in inbound(catalog, self.name).iter().chain(own.iter().filter(to_itself)) {
            let is_kept = same_names(key.referred(&self.before), key.referred(&table))
                && key.finds_key(catalog, &table, &self.dropped_indexes)?;
            if !is_kept && key.finds_key(catalog, &self.before, &[])? {
                let columns = key.referred(&self.before).join(", ");
                return Err(AlterError::KeyUsed {
                    table: self.name.to_owned(),
                    columns,
                    child: key.child.clone(),
                });
            }
        }
        for (place, validate) in std::mem::take(&mut self.foreign) {
            if let Some(key) = own.get(place) {
                key.check(catalog, &table)?;
            }
            if validate {
                // SQLite counts them from the last one.
                self.checks_after.push(proof::foreign_key(self, own.len() - 1 - place));
            }
        }
        Ok(())
    }
}

/// A name in double quotes that no column has. SQLite would take it for a string, and write that into each row.
fn unknown_name(table: &Table<'_>, using: &str) -> Option<String> {
    let mut reader = Reader::stored(using);
    let mut is_qualified = false;
    while !reader.is_done() {
        let is_quoted = reader.text(0).starts_with('"');
        let Some(name) = is_quoted.then(|| reader.identifier()).flatten() else {
            is_qualified = reader.text(0) == ".";
            reader.next();
            continue;
        };
        // A part of a longer name, or a function: SQLite knows those.
        let is_part = is_qualified || ["(", "."].contains(&reader.text(0));
        let is_rowid = ["rowid", "oid", "_rowid_"].iter().any(|known| same(known, &name.text));
        if !is_part && !is_rowid && table.column(&name.text).is_none() {
            return Some(name.text);
        }
        is_qualified = false;
    }
    None
}

fn same_names(some: &[String], others: &[String]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(one, other)| same(one, other))
}

/// Where a constraint can be inserted. A comment before `GENERATED ALWAYS` is a part of the type, and has to stay one.
fn behind_type(table: &Table<'_>, column: &Column) -> usize {
    let words = column.of_type.clone().and_then(|range| table.sql.get(range)).unwrap_or_default();
    match column.constraints.first() {
        Some(first) if column.is_generated() && column.declared_type(table.sql) != words => first.range.end,
        _ => end_of_type(column),
    }
}

fn end_of_type(column: &Column) -> usize {
    column.of_type.as_ref().unwrap_or(&column.name.range).end
}

fn remove_from(column: &Column, table: &Table<'_>, edits: &mut Edits, wanted: impl Fn(&Rule) -> bool) {
    for constraint in column.constraints.iter().filter(|constraint| wanted(&constraint.rule)) {
        edits.remove(table.sql, &constraint.range);
    }
}

/// How many foreign keys stand before `end`.
fn foreign_before(table: &Table<'_>, end: usize) -> usize {
    let is_it = |constraint: &Constraint| {
        constraint.range.start < end && matches!(constraint.rule, Rule::Foreign { .. })
    };
    table.all_constraints().filter(|(_, constraint)| is_it(constraint)).count()
}
