//! The texts that the fuzzer (`scripts/fuzz`) has kept, and those that once broke a law.

#[path = "../fuzz/laws.rs"]
mod laws;

use laws::{TARGETS, check};

#[test]
fn the_laws_hold_for_all_that_was_kept() {
    for target in TARGETS {
        let file = format!("{}/fuzz/corpus/{target}.jsonl", env!("CARGO_MANIFEST_DIR"));
        let lines = std::fs::read_to_string(&file).expect("the corpus");
        let texts: Vec<String> =
            lines.lines().map(|line| serde_json::from_str(line).expect("a text")).collect();
        assert!(texts.len() > 3, "{file} has the texts that it began with");
        for text in texts {
            assert!(!check(target, &text).is_empty(), "{target}: {text:?}");
        }
    }
}
