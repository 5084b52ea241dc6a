//! Two scripts side by side: the statements that differ.

use std::fmt::Write as _;

use similar::TextDiff;

use crate::script::Script;
use crate::sql::Dialect;

/// The statements of two versions of a script as a unified diff. Formatting and comments outside of statements are left
/// out. A version that cannot be read is shown as its plain text.
#[must_use]
pub fn diff(path: &str, before: &str, after: &str) -> String {
    let (before, after) = (statements(path, before), statements(path, after));
    let diff = TextDiff::from_lines(&before, &after);
    diff.unified_diff().context_radius(2).header("applied", path).to_string()
}

/// The header that counts and the statements, one after the other.
fn statements(path: &str, text: &str) -> String {
    let Ok(script) = Script::parse(path, text.replace("\r\n", "\n")) else { return text.to_owned() };
    let ids: Vec<&str> = script.revision.parents.iter().map(|parent| parent.as_str()).collect();
    let mut result = format!("-- Revision: {}\n-- Revises: {}\n", script.revision.id, ids.join(", "));
    for section in &script.sections {
        let dialects: String = section.dialects.iter().map(|dialect| format!(" {dialect}")).collect();
        let mode = if section.transaction { "" } else { " no-transaction" };
        let _ = writeln!(result, "-- alembic: {}{dialects}{mode}", section.direction);
        let readers = if section.dialects.is_empty() { &Dialect::ALL[..] } else { &section.dialects };
        let statements = readers.iter().find_map(|dialect| script.statements(section, *dialect).ok());
        for statement in statements.unwrap_or_default() {
            let _ = writeln!(result, "{};", script.statement_text(&statement));
        }
    }
    result
}
