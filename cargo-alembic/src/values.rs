//! What becomes of existing rows: told on the command line, or asked for on a terminal.

use alembic_core::autogenerate::{Difference, Unconverted};
use alembic_core::config::ModelSource;
use alembic_core::schema::ObjectName;
use alembic_core::sql::Dialect;

use crate::args::AutogenerateArgs;
use crate::ask;
use crate::error::Failure;

/// Says how the values of a column become those of its new type where no database has a conversion that keeps them.
pub(crate) fn convert(
    difference: &mut Difference,
    dialects: &[Dialect],
    source: ModelSource,
    args: &AutogenerateArgs,
) -> Result<(), Failure> {
    for written in &args.using {
        let columns = difference.retyped_columns();
        let found =
            columns.iter().find_map(|(table, column)| Some((table, column, value(written, table, column)?)));
        let Some((table, column, value)) = found else {
            let wanted = written.split('=').next().unwrap_or_default().trim();
            let names = difference.retyped_columns();
            let names: Vec<String> =
                names.iter().map(|(table, column)| format!("{table}.{column}")).collect();
            let help = match names.as_slice() {
                [] => "no column gets another type".to_owned(),
                names => format!("those that get another type are {}", names.join(", ")),
            };
            return Err(Failure::new(format!("`--using`: the column `{wanted}` keeps its type"), &help));
        };
        difference.convert(table, column, value);
    }
    let mut open: Vec<Unconverted> = Vec::new();
    for own in dialects.iter().flat_map(|dialect| difference.unconverted(*dialect)) {
        if !open.iter().any(|known| (&known.table, &known.column) == (&own.table, &own.column)) {
            open.push(own);
        }
    }
    if !ask::is_possible() && !open.is_empty() {
        let what =
            |own: &Unconverted| format!("{}.{} from {} to {}", own.table, own.column, own.from, own.to);
        let what: Vec<String> = open.iter().map(what).collect();
        let argument = |own: &Unconverted| format!("--using '{}.{}=…'", own.table, own.column);
        let arguments: Vec<String> = open.iter().map(argument).collect();
        let attribute = match source {
            ModelSource::Rust => "; or in the model, `using = \"…\"`",
            _ => "",
        };
        return Err(Failure::new(
            format!("no conversion is known for {}", what.join(", ")),
            &format!(
                "nothing was written; say what the new value is, as an SQL expression: {}{attribute}",
                arguments.join(" ")
            ),
        ));
    }
    for Unconverted { table, column, from, to } in open {
        let question = format!(
            "{table}.{column} becomes {to}, and no conversion from {from} is known: what is the new value, as an SQL expression"
        );
        difference.convert(&table, &column, &ask::text(&question)?);
    }
    Ok(())
}

/// The value of `TABLE.COLUMN=VALUE` if it is for this column: names may have points and equals signs too.
fn value<'a>(written: &'a str, table: &ObjectName, column: &str) -> Option<&'a str> {
    let rest = written.trim_start().strip_prefix(&format!("{table}.{column}"))?;
    rest.trim_start().strip_prefix('=').map(str::trim)
}

/// Says what the rows that are there get in columns for which nothing else says it.
pub(crate) fn fill(difference: &mut Difference, args: &AutogenerateArgs) -> Result<(), Failure> {
    for written in &args.fill {
        let unfilled = difference.unfilled();
        let found = unfilled.iter().find_map(|own| Some((own, value(written, &own.table, &own.column)?)));
        let Some((own, value)) = found else {
            let wanted = written.split('=').next().unwrap_or_default().trim();
            let names: Vec<String> =
                unfilled.iter().map(|own| format!("{}.{}", own.table, own.column)).collect();
            let help = match names.as_slice() {
                [] => "no column needs one".to_owned(),
                names => format!("those that need one are {}", names.join(", ")),
            };
            return Err(Failure::new(format!("`--fill`: the column `{wanted}` needs no value"), &help));
        };
        difference.fill(&own.table, &own.column, value);
    }
    let unfilled = difference.unfilled();
    if !ask::is_possible() && !unfilled.is_empty() {
        let names: Vec<String> = unfilled.iter().map(|own| format!("{}.{}", own.table, own.column)).collect();
        let quoted = names.iter().map(|name| name.replace('\'', "'\\''"));
        let arguments: Vec<String> = quoted.map(|name| format!("--fill '{name}=…'")).collect();
        return Err(Failure::new(
            format!("rows that are there would have no value in {}", names.join(", ")),
            &format!(
                "nothing was written; say which they get, as an SQL expression: {}; or give the column a default, or \
                 let it be NULL",
                arguments.join(" ")
            ),
        ));
    }
    for own in unfilled {
        let question = format!(
            "{}.{} {} NOT NULL: which value do the rows get that are there, as an SQL expression",
            own.table,
            own.column,
            if own.is_new { "is new and" } else { "becomes" }
        );
        difference.fill(&own.table, &own.column, &ask::text(&question)?);
    }
    Ok(())
}
