//! `CREATE TABLE`.

use super::tokens::{Result, Tokens, Unreadable};
use crate::schema::{Check, ForeignKey, Identity, ObjectName, PrimaryKey, Table, Unique};

/// A table as its definition has it, before names are compared with those of other tables.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) table: Table,
    /// What a schema does not hold: `ON CONFLICT`, and the order or collation of a key's columns.
    pub(crate) more: Vec<&'static str>,
}

const CONFLICT: &str = "ON CONFLICT";
const ORDER: &str = "order or collation of a key's columns";

impl Definition {
    pub(super) fn conflict(&mut self, tokens: &mut Tokens<'_>) {
        if tokens.on_conflict() && !self.more.contains(&CONFLICT) {
            self.more.push(CONFLICT);
        }
    }

    pub(super) fn ordered(&mut self, more: bool) {
        if more && !self.more.contains(&ORDER) {
            self.more.push(ORDER);
        }
    }
}

/// Reads the text that SQLite keeps for a table.
pub(crate) fn read_table(sql: &str) -> std::result::Result<Definition, Unreadable> {
    let mut tokens = Tokens::new(sql);
    tokens.expect(&["CREATE", "TABLE"], "CREATE TABLE")?;
    tokens.accept(&["IF", "NOT", "EXISTS"]);
    let table = Table::new(tokens.object_name()?);
    let mut definition = Definition { table, more: Vec::new() };
    tokens.expect(&["("], "the columns")?;
    loop {
        if starts_table_constraint(&tokens) {
            table_constraint(&mut tokens, &mut definition)?;
        } else {
            super::column::read(&mut tokens, &mut definition)?;
        }
        if tokens.accept(&[")"]) {
            break;
        }
        let comma = tokens.accept(&[","]);
        if !comma && !starts_table_constraint(&tokens) {
            return Err(Unreadable("a comma or a closing parenthesis"));
        }
    }
    while !tokens.at_end() {
        if tokens.accept(&["WITHOUT", "ROWID"]) {
            definition.table.options.without_rowid = true;
        } else if tokens.accept(&["STRICT"]) {
            definition.table.options.strict = true;
        } else if !tokens.accept(&[","]) && !tokens.accept(&[";"]) {
            return Err(Unreadable("STRICT or WITHOUT ROWID"));
        }
    }
    key_columns(&mut definition);
    Ok(definition)
}

/// Columns of the primary key hold no NULL. (Those of old tables may, which SQLite's documentation calls a bug that it
/// keeps; nothing is ever generated from it.)
fn key_columns(definition: &mut Definition) {
    let table = &mut definition.table;
    let Some(key) = &table.primary_key else { return };
    for column in &mut table.columns {
        if key.columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name)) {
            column.nullable = false;
        }
    }
}

fn starts_table_constraint(tokens: &Tokens<'_>) -> bool {
    // A column may be called like any of the words that only begin a constraint together with the next.
    let begins: [&[&str]; 5] =
        [&["CONSTRAINT"], &["PRIMARY", "KEY"], &["UNIQUE", "("], &["CHECK", "("], &["FOREIGN", "KEY"]];
    begins.iter().any(|words| tokens.sees(words))
}

fn table_constraint(tokens: &mut Tokens<'_>, definition: &mut Definition) -> Result<()> {
    let mut name = None;
    while tokens.accept(&["CONSTRAINT"]) {
        name = Some(tokens.name()?);
    }
    if tokens.accept(&["PRIMARY", "KEY"]) {
        let (columns, mut more) = tokens.names()?;
        let numbers = more.last().is_some_and(|word| word.eq_ignore_ascii_case("AUTOINCREMENT"));
        if numbers {
            more.pop();
            let own = definition
                .table
                .columns
                .iter_mut()
                .find(|column| columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name)));
            own.into_iter().for_each(|column| column.identity = Some(Identity::ByDefault));
        }
        definition.ordered(!more.is_empty());
        definition.table.primary_key = Some(PrimaryKey { name, columns, prefixes: Vec::new() });
        definition.conflict(tokens);
    } else if tokens.accept(&["UNIQUE"]) {
        let (columns, more) = tokens.names()?;
        definition.ordered(!more.is_empty());
        definition.table.uniques.push(Unique { name, columns, nulls_not_distinct: false, deferrable: None });
        definition.conflict(tokens);
    } else if tokens.accept(&["CHECK"]) {
        let expression = tokens.parentheses()?;
        definition.table.checks.push(Check { name, expression });
        definition.conflict(tokens);
    } else if tokens.accept(&["FOREIGN", "KEY"]) {
        let (columns, _) = tokens.names()?;
        tokens.expect(&["REFERENCES"], "REFERENCES")?;
        let key = references(tokens, name, columns)?;
        definition.table.foreign_keys.push(key);
    }
    Ok(())
}

/// What stands behind `REFERENCES`.
pub(super) fn references(
    tokens: &mut Tokens<'_>,
    name: Option<String>,
    columns: Vec<String>,
) -> Result<ForeignKey> {
    let references: ObjectName = tokens.object_name()?;
    let referenced_columns = if tokens.sees(&["("]) { tokens.names()?.0 } else { Vec::new() };
    let (on_delete, on_update) = tokens.actions()?;
    let deferrable = tokens.deferrable().unwrap_or_default();
    Ok(ForeignKey { name, columns, references, referenced_columns, on_delete, on_update, deferrable })
}
