//! Gives changed texts to the readers of scripts until a law is broken or the time is over (`scripts/fuzz`).
//!
//!     cargo run --release --example fuzz -- statements|header|lock SECONDS [SEED]
//!
//! Starts from the corpus in `fuzz/corpus`, and keeps there what makes a reader do something that no text did before.

#[path = "../fuzz/laws.rs"]
mod laws;

use std::collections::HashSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use laws::{TARGETS, check};

/// What texts are made of.
const WORDS: [&str; 87] = [
    "'",
    "''",
    "\"",
    "`",
    "[",
    "]",
    ";",
    "--",
    "-- ",
    "/*",
    "*/",
    "/*!",
    "/*!50003 ",
    "/*+",
    "#",
    "$$",
    "$a$",
    "$1",
    "\\",
    "\\'",
    "E'",
    "U&'",
    "U&\"",
    "N'",
    "X'",
    "BEGIN",
    "END",
    "BEGIN ATOMIC",
    "CASE",
    "IF",
    "END IF",
    "LOOP",
    "CREATE",
    "TRIGGER",
    "PROCEDURE",
    "FUNCTION",
    "RULE",
    "PACKAGE",
    "EVENT",
    "AS",
    "DO",
    "ON",
    "RETURN",
    "DECLARE",
    "COMMIT",
    "ROLLBACK",
    "PRAGMA",
    "SET",
    "COPY t FROM STDIN",
    "DELIMITER //",
    "//",
    "-- alembic: delimiter //",
    "-- alembic: delimiter ;",
    "-- alembic: upgrade",
    "-- alembic: downgrade",
    "-- alembic: irreversible",
    "sqlite",
    "postgresql",
    "mysql",
    "no-transaction",
    ",",
    "(",
    ")",
    "Revision: a1",
    "-- Revises: b2, c3",
    "-- Created: ",
    "-- Branch-Labels: ",
    "-- Depends-On: ",
    "-- Tags: ",
    "-- Revision: ",
    "2026-11-22T09:10:00Z",
    "version 1",
    "a1",
    " sha256:",
    " text:",
    "<<<<<<< ours",
    "=======",
    ">>>>>>> theirs",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\u{feff}",
    "\u{0}",
    "é",
    "😀",
    "\u{2028}",
];

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap_or_default() % limit.max(1)
    }
}

fn boundary(text: &str, random: &mut Random) -> usize {
    text.floor_char_boundary(random.below(text.len() + 1))
}

fn range(text: &str, random: &mut Random) -> std::ops::Range<usize> {
    let (a, b) = (boundary(text, random), boundary(text, random));
    a.min(b)..a.max(b)
}

/// Changes a text in one to four places.
fn mutate(text: &str, corpus: &[String], random: &mut Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..=random.below(4) {
        let at = boundary(&text, random);
        match random.below(9) {
            0 => text.insert_str(at, WORDS[random.below(WORDS.len())]),
            1 => text.insert_str(at, &format!(" {} ", WORDS[random.below(WORDS.len())])),
            2 => text.replace_range(range(&text, random), ""),
            3 => {
                let part = text[range(&text, random)].to_owned();
                text.insert_str(at, &part);
            }
            4 => {
                let other = &corpus[random.below(corpus.len())];
                text.insert_str(at, &other[range(other, random)]);
            }
            5 => text.replace_range(range(&text, random), WORDS[random.below(WORDS.len())]),
            6 => text.truncate(at),
            7 => {
                if let Some(letter) = text[at..].chars().next() {
                    let other = char::from_u32(random.below(0x250) as u32).unwrap_or('x');
                    text.replace_range(at..at + letter.len_utf8(), &other.to_string());
                }
            }
            _ => {
                let other = &corpus[random.below(corpus.len())];
                let tail = other[boundary(other, random)..].to_owned();
                text.truncate(at);
                text.push_str(&tail);
            }
        }
    }
    text.truncate(text.floor_char_boundary(2000));
    text
}

/// Leaves out of a text what is not needed for what it does.
fn shrink(target: &str, mut text: String, features: &[u64]) -> String {
    let mut size = text.len() / 2;
    while size > 0 {
        let mut start = 0;
        while start < text.len() {
            let end = text.ceil_char_boundary(start + size);
            let shorter = format!("{}{}", &text[..start], &text[end..]);
            let found = catch_unwind(|| check(target, &shorter));
            if found.is_ok_and(|found| features.iter().all(|feature| found.contains(feature))) {
                text = shorter;
            } else {
                start = end;
            }
        }
        size /= 2;
    }
    text
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (target, seconds) = (arguments.next().unwrap_or_default(), arguments.next());
    let seconds = seconds.and_then(|seconds| seconds.parse::<u64>().ok());
    let (true, Some(seconds)) = (TARGETS.contains(&target.as_str()), seconds) else {
        eprintln!("usage: fuzz {} SECONDS [SEED]", TARGETS.join("|"));
        return ExitCode::from(2);
    };
    let seed: u64 = arguments.next().and_then(|seed| seed.parse().ok()).unwrap_or(std::process::id().into());
    let mut random = Random(seed | 1);

    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("fuzz/corpus/{target}.jsonl"));
    let lines = fs::read_to_string(&file).expect("the corpus");
    let mut corpus: Vec<String> =
        lines.lines().map(|line| serde_json::from_str(line).expect("a text")).collect();
    let mut known: HashSet<u64> = corpus.iter().flat_map(|text| check(&target, text)).collect();
    let (begin, kept) = (Instant::now(), corpus.len());
    let mut tried = 0_u64;
    // What fails says so itself, once.
    std::panic::set_hook(Box::new(|_| {}));
    while begin.elapsed() < Duration::from_secs(seconds) {
        let text = mutate(&corpus[random.below(corpus.len())], &corpus, &mut random);
        tried += 1;
        let Ok(features) = catch_unwind(|| check(&target, &text)) else {
            let _ = std::panic::take_hook();
            eprintln!("{target}: after {tried} texts a law is broken by {text:?}");
            check(&target, &text);
            return ExitCode::FAILURE;
        };
        let new = features.into_iter().filter(|feature| !known.contains(feature)).collect::<Vec<_>>();
        if !new.is_empty() {
            let text = shrink(&target, text, &new);
            known.extend(check(&target, &text));
            corpus.push(text);
        }
    }
    let text: String =
        corpus.iter().map(|text| serde_json::to_string(text).expect("a text") + "\n").collect();
    fs::write(&file, text).expect("the corpus");
    println!(
        "{target}: {tried} texts in {seconds} s, seed {seed}: no law is broken; {} kept, {} of them new",
        corpus.len(),
        corpus.len() - kept
    );
    ExitCode::SUCCESS
}
