//! The SQL of a difference, as the sections of a script.

use std::fmt;

use super::Difference;
use crate::dialect::{DdlError, script, statements};
use crate::operation::inverse;
use crate::revision::Direction;
use crate::script::Dialect;

/// The sections of a script: one for all dialects that say the same, one each for those that do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The sections of the upgrade.
    pub upgrade: Vec<RenderedSection>,
    /// The sections of the downgrade.
    pub downgrade: Vec<RenderedSection>,
}

/// A section of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedSection {
    /// The dialects that it is for; none where it is for all.
    pub dialects: Vec<Dialect>,
    /// Its statements.
    pub sql: String,
}

impl Difference {
    /// The statements that carry out the difference in one dialect, or that undo it.
    ///
    /// # Errors
    /// The dialect has no words for something.
    pub fn sql(&self, dialect: Dialect, direction: Direction) -> Result<String, DdlError> {
        let statements = match direction {
            Direction::Upgrade => statements(dialect, &self.operations, [&self.after, &self.before])?,
            Direction::Downgrade => {
                statements(dialect, &inverse(&self.operations), [&self.before, &self.after])?
            }
        };
        Ok(script(&statements))
    }

    /// The sections of a script that carry out the difference in all these dialects.
    ///
    /// # Errors
    /// A dialect has no words for something.
    pub fn render(&self, dialects: &[Dialect]) -> Result<Rendered, DdlError> {
        Ok(Rendered {
            upgrade: self.sections(dialects, Direction::Upgrade)?,
            downgrade: self.sections(dialects, Direction::Downgrade)?,
        })
    }

    fn sections(&self, dialects: &[Dialect], direction: Direction) -> Result<Vec<RenderedSection>, DdlError> {
        let mut sections: Vec<RenderedSection> = Vec::new();
        for &dialect in dialects {
            let sql = self.sql(dialect, direction)?;
            match sections.iter_mut().find(|section| section.sql == sql) {
                Some(section) => section.dialects.push(dialect),
                None => sections.push(RenderedSection { dialects: vec![dialect], sql }),
            }
        }
        if let [only] = sections.as_mut_slice() {
            only.dialects.clear();
        }
        Ok(sections)
    }
}

/// The text of the sections, each behind its line.
impl fmt::Display for Rendered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let upgrades = self.upgrade.iter().map(|section| ("upgrade", section));
        let sections = upgrades.chain(self.downgrade.iter().map(|section| ("downgrade", section)));
        for (place, (direction, RenderedSection { dialects, sql })) in sections.enumerate() {
            if place > 0 {
                formatter.write_str("\n")?;
            }
            let names: Vec<&str> = dialects.iter().map(|dialect| dialect.name()).collect();
            writeln!(formatter, "{}", format!("-- alembic: {direction} {}", names.join(", ")).trim_end())?;
            formatter.write_str(sql)?;
        }
        Ok(())
    }
}
