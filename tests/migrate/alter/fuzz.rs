//! A fuzzer of alterations: random schemas, rows and migrations, and a slow reference that shares no code with the product.
//!
//! Compared are all rows (`typeof`, `quote`, rowids), sequences, definitions as the pragmas show them, the tokens and
//! comments of the texts, what a refusal leaves, whether a refusal is called for at all, and what checks, keys, conflict
//! clauses, foreign keys and triggers do with statements afterwards. A failure is reduced to a small case.

mod around;
mod back;
mod case;
mod database;
mod generate;
mod judge;
mod model;
mod random;
mod reduce;
mod reference;
mod render;
mod steps;

use std::collections::BTreeMap;

use generate::Generator;
use judge::judge;
use reduce::{kind, reduce};

/// So many different failures are reported at once.
const MOST_FAILURES: usize = 6;

/// The cases that are tried: `ALEMBIC_FUZZ_CASES` asks for more, from the seed `ALEMBIC_FUZZ_SEED` on.
fn seeds(default: u64) -> std::ops::Range<u64> {
    let number =
        |name: &str, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let seed = number("ALEMBIC_FUZZ_SEED", 1);
    seed..seed + number("ALEMBIC_FUZZ_CASES", default)
}

/// Tries cases, each with its own seed, and reports how many ended how.
async fn fuzz(title: &str, seeds: std::ops::Range<u64>, lively: bool) {
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut failures: BTreeMap<String, String> = BTreeMap::new();
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let case = Generator::new(seed).case(seed, lively);
        match judge(&case).await {
            Ok(class) => *classes.entry(class).or_default() += 1,
            Err(message) => {
                if !failures.contains_key(&kind(&message)) {
                    let kind = kind(&message);
                    let (case, message) = reduce(case, &message).await;
                    eprintln!("seed {seed}: {message}\n\n{case}");
                    failures.insert(kind, format!("seed {seed}: {message}\n\n{case}"));
                }
            }
        }
        if failures.len() >= MOST_FAILURES {
            break;
        }
    }
    assert!(failures.is_empty(), "{}", failures.into_values().collect::<Vec<_>>().join("\n\n"));
    let shown: Vec<String> = classes.iter().map(|(class, count)| format!("{count} {class}")).collect();
    let line = format!("{count} {title}: {}", shown.join(", "));
    report(&line);
    let altered: usize =
        classes.iter().filter(|(class, _)| class.starts_with("altered")).map(|(_, count)| count).sum();
    assert!(altered as u64 > count / 10, "{line}");
}

/// Says what was tried to `scripts/test`.
fn report(line: &str) {
    println!("{line}");
    if let Some(path) = std::env::var_os("ALEMBIC_TEST_REPORT") {
        use std::io::Write as _;
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
        file.and_then(|mut file| writeln!(file, "{line}")).expect("the report can be written");
    }
}

#[tokio::test]
async fn tables_and_what_is_around_them() {
    fuzz("alterations of SQLite tables", seeds(250), false).await;
}

#[tokio::test]
async fn with_triggers_and_changes_between_them() {
    fuzz("alterations of SQLite tables, with triggers and changed rows between them", seeds(150), true).await;
}
