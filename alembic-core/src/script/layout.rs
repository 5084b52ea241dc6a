//! The digests of a script: SHA-256 over what would run. Their layout is fixed for ever.
//!
//! # Layout, version 1 (written as `sha256:<64 hex digits>`)
//!
//! A later layout gets another word before the colon; a digest once written keeps its meaning.
//!
//! A hash is fed with *fields*. A field is the length of its bytes as a little-endian `u32`, then the bytes. A
//! *count* is a little-endian `u32`.
//!
//! The digest of the upgrade:
//! 1. field `alembic upgrade 1`; `alembic upgrade of alternatives 1` where the header says `Alternatives: yes`
//! 2. field: the id
//! 3. count of parents, then a field for each, in the order of `Revises:`
//! 4. count of dependencies, then a field for each, in the order of `Depends-On:`
//! 5. the upgrade sections
//!
//! The digest of the downgrade:
//! 1. field `alembic downgrade 1`
//! 2. byte `i` if `-- alembic: irreversible` stands in the script, else `r`
//! 3. the downgrade sections
//!
//! Sections are a count of them, then for each, ordered by their dialects (the plain one first):
//! - count of dialects named, then a field for each name, in the order sqlite, postgresql, mysql
//! - byte `t` (in a transaction) or `n` (`no-transaction`)
//! - for each dialect that runs the section (those named; all that have no section of their own where none is named), in the same order:
//!   SHA-256 over the tokens of its statements, as [`significant`](crate::sql::significant) feeds them; 32 zero bytes where the
//!   section is refused for that dialect, which then never runs it
//!
//! Statements are those that the executor sends, found by the same splitter: a change that no database could notice changes
//! no digest, and every other change does. A plain section is read by all three dialects, because a comment of one may be code
//! of another. Message, labels, tags, the creation date, comments and white space do not count.

use sha2::{Digest as _, Sha256};

use super::digest::{Digests, TextHash, count, field};
use super::{Digest, Script, Section};
use crate::revision::Direction;
use crate::sql::{Dialect, Plain, significant};

impl Script {
    /// The digests of what the script does. Those of a seal, if the text of the script is the sealed one: see
    /// [`Lock::trust`](super::Lock::trust).
    #[must_use]
    pub fn digests(&self) -> Digests {
        self.sealed
            .unwrap_or_else(|| Digests { upgrade: self.upgrade_digest(), downgrade: self.downgrade_digest() })
    }

    /// The hash of the text.
    #[must_use]
    pub fn text_hash(&self) -> TextHash {
        TextHash::from_bytes(Sha256::digest(&self.text).into())
    }

    /// Whether another script does the same to a database, on whatever revisions each of them stands.
    #[cfg(feature = "driver")]
    pub(crate) fn does_the_same(&self, other: &Script) -> bool {
        let mut moved = Script { sealed: None, ..self.clone() };
        moved.revision.parents.clone_from(&other.revision.parents);
        moved.revision.depends_on.clone_from(&other.revision.depends_on);
        moved.digests().upgrade == other.digests().upgrade
    }

    fn upgrade_digest(&self) -> Digest {
        // Hashed in one go: this runs in proc macros, which are not optimised.
        let mut bytes = Vec::with_capacity(256);
        let is_plain = !self.revision.alternatives;
        field(&mut bytes, if is_plain { b"alembic upgrade 1" } else { b"alembic upgrade of alternatives 1" });
        field(&mut bytes, self.revision.id.as_str().as_bytes());
        count(&mut bytes, self.revision.parents.len());
        for parent in &self.revision.parents {
            field(&mut bytes, parent.as_str().as_bytes());
        }
        count(&mut bytes, self.revision.depends_on.len());
        for dependency in &self.revision.depends_on {
            field(&mut bytes, dependency.as_bytes());
        }
        self.add_sections(Direction::Upgrade, &mut bytes);
        Digest::from_bytes(Sha256::digest(&bytes).into())
    }

    fn downgrade_digest(&self) -> Digest {
        let mut bytes = Vec::with_capacity(256);
        field(&mut bytes, b"alembic downgrade 1");
        bytes.push(if self.irreversible { b'i' } else { b'r' });
        self.add_sections(Direction::Downgrade, &mut bytes);
        Digest::from_bytes(Sha256::digest(&bytes).into())
    }

    fn add_sections(&self, direction: Direction, bytes: &mut Vec<u8>) {
        let sections = self.sections.iter().filter(|section| section.direction == direction);
        let mut sections: Vec<&Section> = sections.collect();
        sections.sort_by_key(|section| &section.dialects);
        count(bytes, sections.len());
        for section in sections {
            count(bytes, section.dialects.len());
            for dialect in &section.dialects {
                field(bytes, dialect.name().as_bytes());
            }
            bytes.push(if section.transaction { b't' } else { b'n' });
            let runs = |dialect: &&Dialect| {
                self.section(direction, **dialect).is_some_and(|own| own.start == section.start)
            };
            let dialects = section.readers().iter().filter(runs);
            match Plain::read(&self.text[section.start..section.end]) {
                Some(plain) => {
                    let tokens = Sha256::digest(&plain.tokens);
                    dialects.for_each(|_| bytes.extend_from_slice(&tokens));
                }
                None => {
                    dialects.for_each(|dialect| bytes.extend_from_slice(&self.reading(section, *dialect)));
                }
            }
        }
    }

    /// The hash of the statements that a dialect runs.
    fn reading(&self, section: &Section, dialect: Dialect) -> [u8; 32] {
        let Ok(statements) = self.statements(section, dialect) else { return [0; 32] };
        let mut tokens = Vec::with_capacity(section.end - section.start);
        for statement in &statements {
            significant(self.statement_text(statement), dialect, &mut tokens);
        }
        Sha256::digest(&tokens).into()
    }
}
