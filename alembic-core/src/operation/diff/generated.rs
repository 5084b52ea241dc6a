//! Which generated columns use which, because one that uses another comes after it and goes before it.

use std::collections::HashMap;

use crate::schema::Column;
use crate::sql::Dialect;
use crate::sql::expression::{folded, names};

/// How far each column of a table is from those that are not generated: these have 0, one that is computed from them has 1,
/// one that is computed from that has 2.
pub(super) struct Ranks {
    dialect: Dialect,
    ranks: HashMap<String, usize>,
}

impl Ranks {
    pub(super) fn of(columns: &[Column], dialect: Dialect) -> Ranks {
        let generated = columns.iter().filter_map(|column| {
            let expression = &column.generated.as_ref()?.expression;
            Some((folded(&column.name, dialect), names(expression, dialect)))
        });
        let uses: HashMap<String, Vec<String>> = generated.collect();
        let mut ranks = HashMap::new();
        for name in uses.keys() {
            rank(name, &uses, &mut ranks);
        }
        Ranks { dialect, ranks }
    }

    pub(super) fn rank(&self, column: &Column) -> usize {
        self.ranks.get(&folded(&column.name, self.dialect)).copied().unwrap_or(0)
    }
}

/// No database has columns that use each other in a circle; what looks so ends it.
fn rank(name: &str, uses: &HashMap<String, Vec<String>>, ranks: &mut HashMap<String, usize>) -> usize {
    let Some(used) = uses.get(name) else { return 0 };
    if let Some(known) = ranks.get(name) {
        return *known;
    }
    ranks.insert(name.to_owned(), 0);
    let below = used.iter().map(|other| rank(other, uses, ranks)).max().unwrap_or(0);
    ranks.insert(name.to_owned(), below + 1);
    below + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Generated, Type};

    fn generated(name: &str, expression: String) -> Column {
        let mut column = Column::new(name, Type::Integer);
        column.generated = Some(Generated { expression, stored: false });
        column
    }

    /// What is known of a column is not asked again: otherwise this would take for ever.
    #[test]
    fn each_column_uses_all_before_it() {
        let sum = |end: usize| (0..end).map(|at| format!(" + C{at}")).collect::<String>();
        let column = |at: usize| generated(&format!("c{at}"), format!("x{}", sum(at)));
        let columns: Vec<Column> = (0..400).map(column).collect();
        let ranks = Ranks::of(&columns, Dialect::Sqlite);
        assert_eq!(ranks.rank(&columns[0]), 1);
        assert_eq!(ranks.rank(&columns[399]), 400);
        assert_eq!(ranks.rank(&Column::new("x", Type::Integer)), 0);
    }

    #[test]
    fn a_circle_ends() {
        let columns = [generated("a", "b + 1".to_owned()), generated("b", "a + 1".to_owned())];
        let ranks = Ranks::of(&columns, Dialect::Postgresql);
        assert_ne!(ranks.rank(&columns[0]), ranks.rank(&columns[1]));
    }
}
