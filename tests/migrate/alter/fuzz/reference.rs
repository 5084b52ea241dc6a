//! What a migration has to do, done the slow way: a new database with the new definitions, into which each row is written.

use sqlx::sqlite::SqliteConnection;

use super::case::Step;
use super::database::{change, empty, has_sequence, lines, rowid_name, rows, run, violations};
use super::model::{Action, Change, Expression, Rule, Schema, Table};
use super::render::{self, Style, quoted};

pub(super) struct Reference {
    pub(super) schema: Schema,
    pub(super) connection: SqliteConnection,
}

impl Reference {
    /// A copy of a database with this schema.
    pub(super) async fn copy(from: &mut SqliteConnection, schema: &Schema) -> Result<Reference, String> {
        Reference::build(from, schema, schema.clone(), "", &Change::default()).await
    }

    /// Takes a step. Nothing has changed where it fails.
    pub(super) async fn step(&mut self, step: &Step, statements: &[String]) -> Result<(), String> {
        match step {
            Step::Change(sql) => change(&mut self.connection, sql).await,
            Step::Alter { table, actions } => self.alter(table, actions).await,
            Step::Rebuild { table, new, .. } => self.rebuild(table, new, statements).await,
        }
    }

    async fn alter(&mut self, table: &str, actions: &[Action]) -> Result<(), String> {
        let (schema, change) = self.schema.altered(table, actions)?;
        let mut new = Reference::build(&mut self.connection, &self.schema, schema, table, &change).await?;
        self.keeps_references(&mut new).await?;
        *self = new;
        Ok(())
    }

    /// Runs the statements as they are, as the plain client does.
    async fn rebuild(&mut self, table: &str, new: &Table, statements: &[String]) -> Result<(), String> {
        let mut copy = Reference::copy(&mut self.connection, &self.schema).await?;
        run(&mut copy.connection, "PRAGMA foreign_keys = OFF").await?;
        let sequences = sequence(&mut copy.connection, table).await?;
        for sql in statements {
            change(&mut copy.connection, sql).await?;
        }
        // Whether a row refers to itself or to none first depends on the order in which SQLite knows the tables.
        copy.schema.tables.retain(|other| other.name != table);
        let own = Table { name: table.to_owned(), ..new.clone() };
        copy.schema.tables.push(own.clone());
        copy.schema.indexes.retain(|index| index.table != table);
        let is_own = |sql: &str| sql.contains(&format!(" ON {table} BEGIN"));
        copy.schema.objects.retain(|object| !is_own(&object.sql));
        set_sequence(&mut copy.connection, &own, sequences).await?;
        self.keeps_references(&mut copy).await?;
        run(&mut copy.connection, "PRAGMA foreign_keys = ON").await?;
        *self = copy;
        Ok(())
    }

    async fn build(
        from: &mut SqliteConnection,
        before: &Schema,
        schema: Schema,
        altered: &str,
        change: &Change,
    ) -> Result<Reference, String> {
        let mut connection = empty().await;
        run(&mut connection, "PRAGMA ignore_check_constraints = ON").await?;
        for table in &schema.tables {
            run(&mut connection, &render::table(&mut Style::plain(), table, true)).await?;
            let old = before.table(&table.name).ok_or("no table")?;
            let unchanged = Change::default();
            let change = if table.name == altered { change } else { &unchanged };
            copy_rows(from, &mut connection, old, table, change).await?;
            let sequence = sequence(from, &table.name).await?;
            set_sequence(&mut connection, table, sequence).await?;
        }
        for sql in render::around(&schema) {
            run(&mut connection, &sql).await?;
        }
        run(&mut connection, "PRAGMA ignore_check_constraints = OFF; PRAGMA foreign_keys = ON").await?;
        Ok(Reference { schema, connection })
    }

    /// Fails if more rows than before violate a foreign key, or one finds no key any more.
    async fn keeps_references(&mut self, new: &mut Reference) -> Result<(), String> {
        let before = violations(&mut self.connection, &self.schema).await;
        let after = violations(&mut new.connection, &new.schema).await;
        for (table, found) in after {
            let Some(Ok(known)) = before.get(&table) else { continue };
            for (parent, count) in found? {
                if count > known.get(&parent).copied().unwrap_or_default() {
                    return Err(format!("rows of {table} without their row of {parent}"));
                }
            }
        }
        Ok(())
    }
}

async fn sequence(connection: &mut SqliteConnection, table: &str) -> Result<Option<String>, String> {
    if lines(connection, "SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'").await?.is_empty() {
        return Ok(None);
    }
    let query = format!("SELECT CAST(seq AS TEXT) FROM sqlite_sequence WHERE name = '{table}'");
    Ok(lines(connection, &query).await?.pop())
}

async fn set_sequence(
    connection: &mut SqliteConnection,
    table: &Table,
    sequence: Option<String>,
) -> Result<(), String> {
    if !has_sequence(connection, table).await? {
        return Ok(());
    }
    let Some(sequence) = sequence else { return Ok(()) };
    let name = &table.name;
    let sql = format!(
        "INSERT INTO sqlite_sequence SELECT '{name}', 0 WHERE NOT EXISTS (SELECT * FROM sqlite_sequence WHERE name = '{name}'); \
         UPDATE sqlite_sequence SET seq = max(seq, {sequence}) WHERE name = '{name}'"
    );
    run(connection, &sql).await
}

/// Writes each row by itself, as literals. A check may be violated by a row that violated it before, or need not obey it.
async fn copy_rows(
    from: &mut SqliteConnection,
    to: &mut SqliteConnection,
    old: &Table,
    new: &Table,
    change: &Change,
) -> Result<(), String> {
    let mut columns = Vec::new();
    let mut sources = Vec::new();
    for column in new.columns.iter().filter(|column| !column.is_generated()) {
        let is_old = old.columns.iter().any(|other| other.name == column.name);
        if is_old && !change.dropped.contains(&column.name) {
            let using = change.conversions.iter().rfind(|(name, _)| *name == column.name);
            columns.push(quoted(&column.name));
            sources.push(using.map_or_else(|| quoted(&column.name), |(_, using)| using.clone()));
        }
    }
    for (name, value) in &change.filled {
        columns.push(quoted(name));
        sources.push(value.clone());
    }
    let is_key_copied = new.rowid_column().is_some_and(|key| columns.contains(&quoted(key)));
    if let (false, Some(own), Some(rowid)) = (is_key_copied, rowid_name(new), rowid_name(old)) {
        columns.push(own.to_owned());
        sources.push(rowid.to_owned());
    }
    let checks: Vec<&Expression> = checks(new).collect();
    let old_checks: Vec<&Expression> = self::checks(old).collect();
    let mut shown: Vec<String> = sources.iter().map(|source| format!("quote({source})")).collect();
    shown.extend(checks.iter().map(|check| {
        match (change.not_valid.contains(check), old_checks.contains(check)) {
            (true, _) => "'1'".to_owned(),
            (false, true) => format!("CAST(coalesce(NOT {}, 0) AS TEXT)", check.text),
            (false, false) => "'0'".to_owned(),
        }
    }));
    let order = rowid_name(old).map_or("1", |rowid| rowid);
    let query =
        format!("SELECT {} FROM {} NOT INDEXED ORDER BY {order}", shown.join(", "), quoted(&old.name));
    for row in rows(from, &query).await? {
        let (values, allowed) = row.split_at(columns.len());
        let is_required = |column: &String| change.required.iter().any(|name| quoted(name) == *column);
        if columns.iter().zip(values).any(|(column, value)| value == "NULL" && is_required(column)) {
            return Err("a row has no value for its key".to_owned());
        }
        let is_number = |column: &String| new.rowid_column().is_some_and(|key| quoted(key) == *column);
        let is_new = old.rowid_column() != new.rowid_column();
        if is_new && columns.iter().zip(values).any(|(column, value)| value == "NULL" && is_number(column)) {
            return Err("a row has no number".to_owned());
        }
        let before = violated(to, new, &checks).await?;
        let sql = format!(
            "INSERT OR ABORT INTO {} ({}) VALUES ({})",
            quoted(&new.name),
            columns.join(", "),
            values.join(", ")
        );
        run(to, &sql).await?;
        let after = violated(to, new, &checks).await?;
        for (place, check) in checks.iter().enumerate() {
            if after[place] != before[place] && allowed[place] != "1" {
                return Err(format!("a row violates {}", check.text));
            }
        }
    }
    Ok(())
}

fn checks(table: &Table) -> impl Iterator<Item = &Expression> {
    table.all().filter_map(|(_, named)| match &named.rule {
        Rule::Check(expression) => Some(expression),
        _ => None,
    })
}

/// How many rows violate each check.
async fn violated(
    connection: &mut SqliteConnection,
    table: &Table,
    checks: &[&Expression],
) -> Result<Vec<String>, String> {
    let mut counts = Vec::new();
    for check in checks {
        let query =
            format!("SELECT CAST(count(*) AS TEXT) FROM {} WHERE NOT {}", quoted(&table.name), check.text);
        counts.extend(lines(connection, &query).await?);
    }
    Ok(counts)
}
