//! One script: a revision with the SQL that takes a database up to it and down from it.

use serde::{Deserialize, Serialize};

use super::error::{MOST_MISTAKES, Problem, ScriptError};
use super::header::HeaderLines;
use super::{Digests, Section, header, section};
use crate::revision::{Direction, Revision};
use crate::sql::{
    Dialect, Forbidden, Plain, Statement, StatementError, UnusableCharacter, conflict_mark, directive, split,
    with_line_feeds,
};

/// A script file, read. Its SQL is not looked at before it is asked for.
///
/// ```
/// use alembic_core::revision::Direction;
/// use alembic_core::script::Script;
/// use alembic_core::sql::Dialect;
///
/// let text = "-- Create users\n--\n-- Revision: 1975ea83b712\n\n-- alembic: upgrade\nCREATE TABLE users (id INT);\n";
/// let script = Script::parse("migrations/users.sql", text.to_owned()).unwrap();
/// assert_eq!(script.revision.message, "Create users");
///
/// let section = script.section(Direction::Upgrade, Dialect::Sqlite).unwrap();
/// let statements = script.statements(section, Dialect::Sqlite).unwrap();
/// assert_eq!(script.statement_text(&statements[0]), "CREATE TABLE users (id INT)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// The file, as it is named to the reader.
    pub path: String,
    /// The whole text of the file, with LF at the ends of its lines.
    pub text: String,
    /// The node of the graph that the header describes.
    pub revision: Revision,
    /// `Created:`, as written.
    pub created: Option<String>,
    /// Where the header says what.
    pub lines: HeaderLines,
    /// The sections, in the order of the file.
    pub sections: Vec<Section>,
    /// Whether `-- alembic: irreversible` stands in the file.
    pub irreversible: bool,
    /// The digests of the seal with this text.
    pub(super) sealed: Option<Digests>,
}

impl Script {
    /// Reads header and sections. `path` is what errors call the file.
    ///
    /// # Errors
    /// All mistakes of the file, except those of its SQL: see [`read_statements`](Script::read_statements).
    pub fn parse(path: &str, text: String) -> Result<Script, Vec<ScriptError>> {
        let at = |(line, problem)| ScriptError { path: path.to_owned(), line, problem };
        let refused = |unusable: Vec<(usize, UnusableCharacter)>| {
            unusable
                .into_iter()
                .map(|(line, character)| at((line, Problem::Character(character))))
                .collect::<Vec<_>>()
        };
        let text = with_line_feeds(text).map_err(refused)?;
        if let Some(line) = conflict(&text) {
            return Err(vec![at((line, Problem::Conflict))]);
        }
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Err(vec![at((0, Problem::Empty))]);
        }
        let (header, header_end, mut errors) = match header::parse(&text) {
            Ok(header) => (Some((header.revision, header.created, header.lines)), header.end, Vec::new()),
            // The sections of a file are checked even where its header is wrong: all errors in one go.
            Err(errors) => (None, first_code(&text), errors),
        };
        let sections = section::parse(&text, header_end);
        match (header, sections) {
            (Some((revision, created, lines)), Ok(found)) => {
                let (sections, irreversible) = (found.sections, found.irreversible);
                let path = path.to_owned();
                Ok(Script { path, text, revision, created, lines, sections, irreversible, sealed: None })
            }
            (_, sections) => {
                errors.extend(sections.err().unwrap_or_default());
                Err(errors.into_iter().map(at).collect())
            }
        }
    }

    /// The revision in a line for people: its id, its message, and when it was created by whom, as far as that is known.
    #[must_use]
    pub fn title(&self, author: Option<&str>) -> String {
        let message = self.revision.message.lines().next().unwrap_or_default();
        let when = self.created.as_ref().map(|created| format!(" {created}")).unwrap_or_default();
        let by = author.map(|author| format!(" by {author}")).unwrap_or_default();
        let created = if when.is_empty() && by.is_empty() { "" } else { ", created" };
        format!("{} {message}", self.revision.id).trim_end().to_owned() + created + &when + &by
    }

    /// The section that serves `dialect`: its own, else the plain one.
    #[must_use]
    pub fn section(&self, direction: Direction, dialect: Dialect) -> Option<&Section> {
        let mut sections = self.sections.iter().filter(|section| section.direction == direction);
        sections
            .clone()
            .find(|section| section.dialects.contains(&dialect))
            .or_else(|| sections.find(|section| section.dialects.is_empty()))
    }

    /// The statements of a section, as ranges of [`text`](Script::text).
    ///
    /// # Errors
    /// What keeps the SQL from being split into statements, or must not be in a script.
    pub fn statements(
        &self,
        section: &Section,
        dialect: Dialect,
    ) -> Result<Vec<Statement>, Vec<ScriptError>> {
        if let Some((_, known)) = section.statements.iter().find(|(dialects, _)| dialects.contains(&dialect))
        {
            return Ok(known.clone());
        }
        self.split(section, dialect).map_err(|errors| {
            errors
                .into_iter()
                .map(|error| self.statement_error(section.start + error.start(), error))
                .collect()
        })
    }

    /// The text of one of its statements.
    #[must_use]
    pub fn statement_text(&self, statement: &Statement) -> &str {
        &self.text[statement.start..statement.end]
    }

    /// Line and column, both from 1, of a byte of the text. A column counts characters.
    #[must_use]
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (1 + before.matches('\n').count(), 1 + before[line_start..].chars().count())
    }

    /// Finds the statements of every section now, so that later calls of [`statements`](Script::statements) only look
    /// them up, and reports what keeps them from being found.
    ///
    /// A plain section is read as each of `dialects` that has no section of its own; where none are given it must be good
    /// for at least one.
    pub fn read_statements(&mut self, dialects: &[Dialect]) -> Vec<ScriptError> {
        let mut errors = Vec::new();
        for index in 0..self.sections.len() {
            let section = &self.sections[index];
            if let Some(Plain { mut statements, .. }) = Plain::read(&self.text[section.start..section.end]) {
                shift(&mut statements, section.start);
                self.sections[index].statements = vec![(section.readers().to_vec(), statements)];
                continue;
            }
            let mut known: Vec<(Vec<Dialect>, Vec<Statement>)> = Vec::new();
            let mut refused: Vec<(Dialect, Vec<StatementError>)> = Vec::new();
            for dialect in section.readers() {
                match self.split(section, *dialect) {
                    Ok(statements) => match known.iter_mut().find(|(_, other)| *other == statements) {
                        Some((dialects, _)) => dialects.push(*dialect),
                        None => known.push((vec![*dialect], statements)),
                    },
                    Err(mistakes) => refused.push((*dialect, mistakes)),
                }
            }
            let is_plain = section.dialects.is_empty();
            if is_plain && dialects.is_empty() {
                let fewest = refused.into_iter().min_by_key(|(_, mistakes)| mistakes.len());
                refused = fewest.into_iter().filter(|_| known.is_empty()).collect();
            } else if is_plain {
                let serves = |dialect: &Dialect| {
                    dialects.contains(dialect)
                        && self
                            .section(section.direction, *dialect)
                            .is_some_and(|other| other.start == section.start)
                };
                refused.retain(|(dialect, _)| serves(dialect));
            }
            let mistakes =
                refused.into_iter().flat_map(|(_, mistakes)| mistakes.into_iter().take(MOST_MISTAKES));
            for mistake in mistakes {
                let error = self.statement_error(section.start + mistake.start(), mistake);
                if !errors.contains(&error) {
                    errors.push(error);
                }
            }
            self.sections[index].statements = known;
        }
        errors
    }

    fn split(&self, section: &Section, dialect: Dialect) -> Result<Vec<Statement>, Vec<StatementError>> {
        let sql = &self.text[section.start..section.end];
        let mut statements = split(sql, dialect)?;
        if !section.transaction || dialect == Dialect::Sqlite {
            let changes = statements.iter().filter_map(|statement| {
                let forbidden = Forbidden::of(statement.text(sql), dialect)?;
                let is_fine = matches!(forbidden, Forbidden::Outside(_)) != section.transaction;
                (!is_fine).then(|| StatementError::forbidden(forbidden, statement.start))
            });
            let mistakes: Vec<StatementError> = changes.collect();
            if !mistakes.is_empty() {
                return Err(mistakes);
            }
        }
        shift(&mut statements, section.start);
        Ok(statements)
    }

    /// The error for a mistake at this byte of the file.
    pub(crate) fn statement_error(&self, start: usize, error: StatementError) -> ScriptError {
        let (line, _) = self.place(start);
        ScriptError { path: self.path.clone(), line, problem: Problem::Statement(error) }
    }
}

/// The first line that git has left where two versions contradict each other.
fn conflict(text: &str) -> Option<usize> {
    let mut marks =
        (1..).zip(text.lines()).filter_map(|(line, content)| Some((line, conflict_mark(content)?)));
    let first = marks.clone().find(|(_, mark)| mark.starts_with('<'))?;
    marks.any(|(_, mark)| mark.starts_with('>')).then_some(first.0)
}

/// Moves statements that were found in a section to their place in the file.
fn shift(statements: &mut [Statement], by: usize) {
    for statement in statements {
        statement.start += by;
        statement.end += by;
    }
}

/// Where the leading comments and blank lines end.
fn first_code(text: &str) -> usize {
    let is_header = |line: &&str| {
        let line = line.trim_start_matches('\u{feff}').trim();
        line.is_empty() || (line.starts_with("--") && directive(line).is_none())
    };
    text.split_inclusive('\n').take_while(is_header).map(str::len).sum()
}
