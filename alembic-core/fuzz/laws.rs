//! What holds for any text that the readers of scripts are given. Used by the fuzzer (`examples/fuzz.rs`) and by the test
//! that goes through its corpus (`tests/corpus.rs`).

use std::hash::{DefaultHasher, Hash, Hasher};

use alembic_core::revision::{Direction, RevisionId};
use alembic_core::script::{Lock, Script};
use alembic_core::sql::{Dialect, TokenKind, keywords, lex, significant, split};

/// The readers.
pub(crate) const TARGETS: [&str; 3] = ["statements", "header", "lock"];

/// Gives a text to a reader, and fails where a law is broken. Returns what the reader did, as numbers: a text that makes
/// it do something new is worth keeping.
pub(crate) fn check(target: &str, text: &str) -> Vec<u64> {
    let mut features = Features(Vec::new());
    match target {
        "statements" => statements(text, &mut features),
        "header" => header(text, &mut features),
        _ => lock(text, &mut features),
    }
    features.0
}

struct Features(Vec<u64>);

impl Features {
    fn note(&mut self, feature: impl Hash) {
        let mut hasher = DefaultHasher::new();
        feature.hash(&mut hasher);
        self.0.push(hasher.finish());
    }
}

fn tokens(sql: &str, dialect: Dialect) -> Vec<u8> {
    let mut tokens = Vec::new();
    significant(sql, dialect, &mut tokens);
    tokens
}

/// Lexer and splitter: nothing is lost, every place is one of the text, a statement alone is one statement.
fn statements(sql: &str, features: &mut Features) {
    for dialect in Dialect::ALL {
        let mut joined = String::with_capacity(sql.len());
        let mut before = TokenKind::Whitespace;
        for token in lex(sql, dialect) {
            assert!(token.start < token.end, "{dialect}: an empty token");
            joined.push_str(sql.get(token.start..token.end).expect("a token of whole characters"));
            features.note((dialect as u8, before as u8, token.kind as u8));
            before = token.kind;
        }
        assert_eq!(joined, sql, "{dialect}: the tokens are the text");
        assert!(keywords(sql, dialect, 4).len() <= 4);
        match split(sql, dialect) {
            Ok(found) => {
                features.note((dialect as u8, "statements", found.len().min(6)));
                let mut position = 0;
                for statement in found {
                    assert!(position <= statement.start && statement.start < statement.end, "{dialect}");
                    position = statement.end;
                    let text = sql.get(statement.start..statement.end).expect("whole characters");
                    assert!(tokens(text, dialect).ends_with(&[0; 4]), "{dialect}: tokens end");
                    let words = keywords(text, dialect, 2);
                    features.note((
                        dialect as u8,
                        words.first().map_or(0, |word| word.len().min(12)),
                        words.len(),
                    ));
                    // Another delimiter holds for what follows it, and `--` at the very end is a comment to MySQL.
                    let alone = !sql.to_ascii_lowercase().contains("delimiter")
                        && !sql.contains('\u{feff}')
                        && !text.ends_with("--");
                    if alone {
                        let again = split(text, dialect).expect("a statement is good by itself");
                        let whole = again.len() == 1 && (again[0].start, again[0].end) == (0, text.len());
                        assert!(whole, "{dialect}: one statement: {text:?}");
                    }
                }
                assert!(position <= sql.len());
            }
            Err(errors) => {
                assert!(!errors.is_empty(), "{dialect}: a refusal has a reason");
                for error in errors {
                    assert!(sql.is_char_boundary(error.start()), "{dialect}: a place in the text");
                    let words = format!("{error:?}");
                    features.note((dialect as u8, words.split([' ', '{', '(']).next().map(str::to_owned)));
                    assert!(!error.to_string().is_empty() && !error.help().is_empty());
                }
            }
        }
    }
}

/// Script files: header and sections.
fn header(text: &str, features: &mut Features) {
    match Script::parse("x.sql", text.to_owned()) {
        Ok(mut script) => {
            features.note(("sections", script.sections.len().min(4), script.irreversible));
            features.note((script.revision.parents.len().min(3), script.revision.labels.len().min(2)));
            features.note((script.revision.depends_on.len().min(2), script.revision.tags.len().min(2)));
            let digest = script.digests();
            let again = Script::parse("y.sql", text.to_owned()).expect("the same text");
            assert_eq!(again.digests(), digest, "the digest is that of the text");
            let with_mark = format!("\u{feff}{}", text.trim_start_matches('\u{feff}'));
            if let Ok(marked) = Script::parse("x.sql", with_mark) {
                assert_eq!(marked.digests(), digest, "a byte order mark means nothing");
            }
            if !text.contains('\r') {
                let other =
                    Script::parse("x.sql", text.replace('\n', "\r\n")).expect("line ends mean nothing");
                assert_eq!((other.digests(), &other.revision), (digest, &script.revision));
            }
            for dialect in Dialect::ALL {
                for direction in [Direction::Upgrade, Direction::Downgrade] {
                    let Some(section) = script.section(direction, dialect) else { continue };
                    for statement in script.statements(section, dialect).unwrap_or_default() {
                        assert!(!script.statement_text(&statement).is_empty());
                        let (line, column) = script.place(statement.start);
                        assert!(line > 0 && column > 0);
                    }
                }
            }
            let errors = script.read_statements(&[]);
            features.note(("mistakes", errors.len().min(3)));
        }
        Err(errors) => {
            assert!(!errors.is_empty(), "a refusal has a reason");
            for error in errors {
                assert!(error.line <= text.lines().count() + 1, "line {} is none of the file", error.line);
                let words = format!("{:?}", error.problem);
                features.note(words.split([' ', '{', '(']).next().map(str::to_owned));
                assert!(!error.to_string().is_empty());
                let _ = error.help();
            }
        }
    }
}

/// `alembic.lock`: what is written is read again.
fn lock(text: &str, features: &mut Features) {
    match Lock::parse("alembic.lock", text) {
        Ok(lock) => {
            features.note(("entries", lock.len().min(5)));
            let written = lock.to_string();
            let again = Lock::parse("alembic.lock", &written).expect("what was written can be read");
            assert_eq!(again.to_string(), written, "and says the same");
            let id = RevisionId::new("fuzz0").expect("an id");
            let mut more = again;
            more.add(&id);
            let more = Lock::parse("alembic.lock", &more.to_string()).expect("with another entry too");
            assert!(more.contains(&id));
            features.note(("sealed", written.matches(" text:").count().min(3)));
        }
        Err(error) => {
            assert!(error.line <= text.lines().count() + 1, "line {} is none of the file", error.line);
            let words = error.to_string();
            // The kind of the mistake, not what it is about.
            let kinds = [
                "newer",
                "invalid",
                "duplicate",
                "different",
                "expected",
                "missing",
                "unknown",
                "digest",
                "id",
            ];
            features.note(kinds.map(|kind| words.contains(kind)));
            assert!(!words.is_empty());
            let _ = error.help();
        }
    }
}
