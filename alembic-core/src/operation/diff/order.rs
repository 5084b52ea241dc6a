//! The order in which tables can be made.

use std::collections::BTreeSet;

use crate::schema::{ForeignKey, ObjectName, Table};

/// The tables so that each stands behind those that it refers to. Where they refer to each other in a circle, some foreign
/// keys are taken out of their tables: to be added when all tables are there.
pub(super) fn in_order(mut tables: Vec<Table>) -> (Vec<Table>, Vec<(ObjectName, ForeignKey)>) {
    tables.sort_by(|a, b| b.name.cmp(&a.name));
    let mut missing: BTreeSet<ObjectName> = tables.iter().map(|table| table.name.clone()).collect();
    let mut ordered = Vec::with_capacity(tables.len());
    let mut cut = Vec::new();
    while !tables.is_empty() {
        let waits = |table: &Table, missing: &BTreeSet<ObjectName>| {
            let foreign =
                |key: &&ForeignKey| key.references != table.name && missing.contains(&key.references);
            table.foreign_keys.iter().filter(foreign).count()
        };
        // From the end: it is sorted downwards.
        let ready = tables.iter().rposition(|table| waits(table, &missing) == 0);
        let next = ready.or_else(|| {
            let fewest = tables.iter().enumerate().rev().min_by_key(|(_, table)| waits(table, &missing));
            fewest.map(|(place, _)| place)
        });
        let mut table = tables.remove(next.unwrap_or(0));
        let keys = std::mem::take(&mut table.foreign_keys);
        for key in keys {
            if key.references != table.name && missing.contains(&key.references) {
                cut.push((table.name.clone(), key));
            } else {
                table.foreign_keys.push(key);
            }
        }
        missing.remove(&table.name);
        ordered.push(table);
    }
    (ordered, cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ReferentialAction;

    /// Tables as `a>b,c d`: a refers to b and c.
    fn check(sketch: &str, expected: &str) {
        let tables = sketch.split_whitespace().map(|word| {
            let (name, references) = word.split_once('>').unwrap_or((word, ""));
            let mut table = Table::new(ObjectName::new(name));
            for to in references.split(',').filter(|to| !to.is_empty()) {
                table.foreign_keys.push(ForeignKey {
                    definition: None,
                    name: None,
                    columns: Vec::new(),
                    references: ObjectName::new(to),
                    referenced_columns: Vec::new(),
                    on_delete: ReferentialAction::NoAction,
                    on_update: ReferentialAction::NoAction,
                    deferrable: None,
                });
            }
            table
        });
        let (ordered, cut) = in_order(tables.collect());
        let names: Vec<String> = ordered.iter().map(|table| table.name.to_string()).collect();
        let cut: Vec<String> = cut.iter().map(|(name, key)| format!("{name}>{}", key.references)).collect();
        assert_eq!(format!("{} | {}", names.join(" "), cut.join(" ")), expected, "{sketch}");
    }

    #[test]
    fn tables_stand_behind_what_they_refer_to() {
        check("a b c", "a b c | ");
        check("a>b b>c c", "c b a | ");
        check("a>a b>a", "a b | ");
        check("a>b b>a", "a b | a>b");
        check("a>b,c b>a c", "c a b | a>b");
        check("a>b b>c c>a d>a", "a c b d | a>b");
        check("a>elsewhere", "a | ");
    }
}
