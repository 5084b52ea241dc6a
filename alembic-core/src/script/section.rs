//! The sections of a script: `-- alembic: …` lines and what stands between them.

use serde::{Deserialize, Serialize};

use super::error::{MOST_MISTAKES, Problem};
use crate::revision::{Direction, nearest};
use crate::sql::{Dialect, Statement, TokenKind, delimiter_directive, directive, lex, tokens};

/// What directives begin with, after the `--`.
const NAME: &str = "alembic";

/// The words that follow it.
const WORDS: [&str; 5] = ["upgrade", "downgrade", "irreversible", "delimiter", "timeout"];

/// One `-- alembic: upgrade` or `-- alembic: downgrade` with the SQL below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Upgrade or downgrade.
    pub direction: Direction,
    /// The dialects it is for; empty: for each that has no section of its own.
    pub dialects: Vec<Dialect>,
    /// False after `no-transaction`: its statements run one by one, each committed by itself.
    pub transaction: bool,
    /// After `timeout 10min`: the milliseconds that each of its statements may take; zero: any time. It changes nothing that
    /// runs, and is not in the digest.
    pub timeout: Option<u64>,
    /// Line of the directive, from 1.
    pub line: u32,
    /// Where its body starts, in bytes of the script's text.
    pub start: usize,
    /// Where its body ends.
    pub end: usize,
    /// Its statements where they were found ahead of time, with the dialects for which they are these.
    pub(super) statements: Vec<(Vec<Dialect>, Vec<Statement>)>,
}

impl Section {
    /// The dialects whose SQL the body may be.
    pub(super) fn readers(&self) -> &[Dialect] {
        if self.dialects.is_empty() { &Dialect::ALL } else { &self.dialects }
    }
}

pub(super) struct Sections {
    pub(super) sections: Vec<Section>,
    pub(super) irreversible: bool,
}

/// Splits `text` from byte `start` on into sections.
pub(super) fn parse(text: &str, start: usize) -> Result<Sections, Vec<(usize, Problem)>> {
    let mut errors = Vec::new();
    let mut found = Sections { sections: Vec::new(), irreversible: false };
    let first_line = 1 + text[..start].bytes().filter(|byte| *byte == b'\n').count();
    let mut position = start;
    // What is in no section: from the end of the header, or of an `irreversible` line, to the next section.
    let mut outside = Some((first_line, start));
    for (number, line) in (first_line..).zip(text[start..].split_inclusive('\n')) {
        let here = position;
        position += line.len();
        let Some(words) = directive(line) else { continue };
        let (word, arguments) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        if word == "delimiter" {
            continue; // The statement splitter reads it.
        }
        if word == "timeout" {
            let section = found.sections.last_mut().filter(|_| outside.is_none());
            errors.extend(timeout(section, arguments).err().map(|problem| (number, problem)));
            continue;
        }
        if let Some((line, start)) = outside.take() {
            errors.extend(outside_section(&text[start..here], line));
        } else if let Some(section) = found.sections.last_mut() {
            section.end = here;
        }
        match word {
            "upgrade" | "downgrade" => {
                let direction = if word == "upgrade" { Direction::Upgrade } else { Direction::Downgrade };
                match section(direction, arguments, number, position, text.len()) {
                    Ok(section) => found.sections.push(section),
                    Err(problem) => {
                        errors.push((number, problem));
                        outside = None;
                    }
                }
            }
            "irreversible" if arguments.is_empty() => {
                found.irreversible = true;
                outside = Some((number + 1, position));
            }
            _ => {
                let nearest = nearest(word, WORDS);
                let nearest = nearest.into_iter().find(|near| near != word);
                errors.push((number, Problem::UnknownDirective { word: words.into(), nearest }));
            }
        }
    }
    if let Some((line, start)) = outside {
        errors.extend(outside_section(&text[start..], line));
    }
    check(&found, &mut errors);
    errors.extend(found.sections.iter().flat_map(|section| comments_like_directives(text, section)));
    // There are thousands of scripts, and hardly one has more than two.
    found.sections.shrink_to_fit();
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

fn section(
    direction: Direction,
    arguments: &str,
    line: usize,
    start: usize,
    end: usize,
) -> Result<Section, Problem> {
    let mut dialects = Vec::new();
    let mut transaction = true;
    for word in arguments.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
        match Dialect::from_name(word) {
            Some(dialect) => dialects.push(dialect),
            None if word == "no-transaction" => transaction = false,
            None => {
                let names = Dialect::ALL.map(Dialect::name).into_iter().chain(["no-transaction"]);
                let nearest = nearest(word, names).into_iter().next();
                return Err(Problem::UnknownSectionWord { word: word.into(), nearest });
            }
        }
    }
    dialects.sort_unstable();
    dialects.dedup();
    let line = u32::try_from(line).unwrap_or(u32::MAX);
    Ok(Section { direction, dialects, transaction, timeout: None, line, start, end, statements: Vec::new() })
}

/// Reads `10min` for a section.
fn timeout(section: Option<&mut Section>, text: &str) -> Result<(), Problem> {
    const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000)];
    let Some(section) = section.filter(|section| section.timeout.is_none()) else {
        return Err(Problem::MisplacedTimeout);
    };
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = UNITS.iter().find(|(name, _)| *name == unit.trim()).map(|(_, factor)| *factor);
    let factor = factor.or_else(|| (text == "0").then_some(0));
    let time = number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    // PostgreSQL has no longer ones.
    let time = time.filter(|time| i32::try_from(*time).is_ok());
    section.timeout = Some(time.ok_or_else(|| Problem::BadTimeout { text: text.to_owned() })?);
    Ok(())
}

/// The first thing between sections that is neither white space nor a comment.
fn outside_section(text: &str, line: usize) -> Option<(usize, Problem)> {
    let token =
        tokens(text, Dialect::Sqlite).next().filter(|token| text[token.start..token.end] != *"\u{feff}")?;
    let line = line + text[..token.start].bytes().filter(|byte| *byte == b'\n').count();
    let text: String = text[token.start..].lines().next().unwrap_or_default().chars().take(40).collect();
    Some((line, Problem::OutsideSection { text: text.trim_end().into() }))
}

/// Comments in a section that their author took for the beginning of another one.
fn comments_like_directives(text: &str, section: &Section) -> Vec<(usize, Problem)> {
    let body = &text[section.start..section.end];
    // Most bodies have no comment. These two searches are fast also where nothing is optimised.
    if !body.contains("--") && !body.contains('#') {
        return Vec::new();
    }
    if !body.as_bytes().windows(NAME.len()).any(|name| name.eq_ignore_ascii_case(NAME.as_bytes())) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for dialect in section.readers() {
        for token in lex(body, *dialect).filter(|token| token.kind == TokenKind::Comment) {
            let comment = token.text(body);
            let before = body[..token.start].rsplit('\n').next().unwrap_or_default();
            let is_timeout = before.trim().is_empty()
                && directive(comment).is_some_and(|words| words.starts_with("timeout"));
            if !looks_like_a_directive(comment) || is_timeout || delimiter_directive(comment).is_some() {
                continue;
            }
            let line = section.line as usize + 1 + body[..token.start].matches('\n').count();
            let problem = (line, Problem::NoDirective { text: comment.trim_end().into() });
            if found.len() == MOST_MISTAKES {
                break;
            }
            if !found.contains(&problem) {
                found.push(problem);
            }
        }
    }
    found
}

/// `--`, our name in any case, with or without a colon, and the word of a directive.
fn looks_like_a_directive(comment: &str) -> bool {
    let content = comment.trim_start_matches(['-', '#']).trim_start();
    let Some((name, rest)) = content.split_at_checked(NAME.len()) else { return false };
    let rest = rest.trim_start();
    let word = rest.trim_start_matches(':').split_whitespace().next().unwrap_or_default();
    name.eq_ignore_ascii_case(NAME) && WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn check(found: &Sections, errors: &mut Vec<(usize, Problem)>) {
    for (index, section) in found.sections.iter().enumerate() {
        let same = |other: &&Section| {
            other.direction == section.direction
                && (other.dialects.iter().any(|dialect| section.dialects.contains(dialect))
                    || (other.dialects.is_empty() && section.dialects.is_empty()))
        };
        if let Some(first) = found.sections[..index].iter().find(same) {
            let problem = Problem::RepeatedSection {
                section: section.direction.to_string(),
                first: first.line as usize,
            };
            errors.push((section.line as usize, problem));
        }
    }
    if found.irreversible {
        let downgrade = found.sections.iter().find(|section| section.direction == Direction::Downgrade);
        errors.extend(downgrade.map(|section| (section.line as usize, Problem::IrreversibleDowngrade)));
    }
    let upgrades = found.sections.iter().any(|section| section.direction == Direction::Upgrade);
    // A file whose sections could not be read has other errors: this one would only distract.
    if !upgrades && errors.is_empty() {
        errors.push((0, Problem::NoUpgrade));
    }
}
