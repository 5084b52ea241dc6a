//! A statement that writes rows, in its parts.

use super::step::{Step, list};

/// A statement that writes rows of one table.
pub(super) enum Write {
    Insert(Insert),
    Update(Update),
    /// Some rows, or all where no condition says which.
    Delete {
        table: String,
        filter: Vec<String>,
    },
}

/// Rows that are inserted.
pub(super) struct Insert {
    pub(super) table: String,
    /// The columns that it names.
    pub(super) columns: Option<Vec<String>>,
    /// The values of each row; none where a query makes them.
    pub(super) rows: Option<Vec<Vec<Vec<String>>>>,
    /// Whether it goes on where a row exists.
    pub(super) is_lenient: bool,
}

/// Rows that are changed.
pub(super) struct Update {
    pub(super) table: String,
    /// Columns with the words of their new values.
    pub(super) sets: Vec<(String, Vec<String>)>,
    pub(super) filter: Vec<String>,
}

impl Write {
    pub(super) fn of(step: &Step<'_>) -> Option<Write> {
        match step.word(0) {
            "insert" | "replace" => insert(step).map(Write::Insert),
            "update" => update(step).map(Write::Update),
            "delete" => {
                let (table, place) = table(step, step.find(&["from"], 0)? + 1)?;
                let filter = step.find(&["where"], place).map_or(&[][..], |at| &step.words[at + 1..]);
                Some(Write::Delete { table, filter: filter.to_vec() })
            }
            "truncate" => {
                let (table, _) = table(step, if step.word(1) == "table" { 2 } else { 1 })?;
                Some(Write::Delete { table, filter: Vec::new() })
            }
            _ => None,
        }
    }

    pub(super) fn table(&self) -> &str {
        match self {
            Write::Insert(Insert { table, .. })
            | Write::Update(Update { table, .. })
            | Write::Delete { table, .. } => table,
        }
    }
}

/// A name with or without a schema, and the place behind it.
fn table(step: &Step<'_>, place: usize) -> Option<(String, usize)> {
    let place = if step.word(place) == "only" { place + 1 } else { place };
    let (name, end) = match step.word(place + 1) {
        "." => (step.word(place + 2), place + 3),
        _ => (step.word(place), place + 1),
    };
    (!name.is_empty()).then(|| (name.to_owned(), end))
}

fn insert(step: &Step<'_>) -> Option<Insert> {
    let (table, place) = table(step, step.find(&["into"], 0)? + 1)?;
    let named = step.group(place).filter(|(words, _)| words.first().is_none_or(|word| word != "select"));
    let columns = named.map(|(words, _)| list(words).iter().map(|name| name.concat()).collect());
    let place = named.map_or(place, |(_, end)| end);
    let mut rows = None;
    if step.word(place) == "values" {
        let mut found = Vec::new();
        let mut next = place + 1;
        while let Some((values, end)) = step.group(next) {
            found.push(list(values).into_iter().map(<[String]>::to_vec).collect());
            next = if step.word(end) == "," { end + 1 } else { end };
        }
        rows = Some(found);
    }
    let is_lenient = step.has(&["on", "conflict"])
        || step.has(&["on", "duplicate"])
        || step.word(1) == "ignore"
        || step.word(1) == "or"
        || step.word(0) == "replace";
    Some(Insert { table, columns, rows, is_lenient })
}

fn update(step: &Step<'_>) -> Option<Update> {
    let (table, place) = table(step, if step.word(1) == "or" { 3 } else { 1 })?;
    let set = step.find(&["set"], place)?;
    let end = step.find(&["where"], set).unwrap_or(step.words.len());
    let filter = step.words.get(end + 1..).unwrap_or_default().to_vec();
    let sets = list(&step.words[set + 1..end]).into_iter().map(|part| {
        let at = part.iter().position(|word| word == "=").unwrap_or(part.len());
        (part[..at].last().cloned().unwrap_or_default(), part.get(at + 1..).unwrap_or_default().to_vec())
    });
    Some(Update { table, sets: sets.collect(), filter })
}

impl Insert {
    /// Whether a column gets its default.
    pub(super) fn omits(&self, column: &str) -> bool {
        self.columns.as_ref().is_some_and(|columns| columns.iter().all(|own| own != column))
    }
}
