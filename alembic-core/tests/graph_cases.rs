//! Every graph case that Alembic was recorded on, against our answer.
//!
//! Compared are success or the kind of mistake, the set of steps, and the rows at the end; one topological order
//! is as good as another, so the order of our steps is checked by itself. Where Alembic crashed, any
//! answer of ours will do.

mod graph {
    pub(crate) mod accepted;
    pub(crate) mod answer;
}

use std::collections::BTreeSet;

use graph::accepted::ACCEPTED;
use graph::answer::{answer, load};
use serde_json::{Value, json};

const ALEMBIC_TESTS: &str = include_str!("graph/alembic_tests.jsonl");
const HANDMADE: &str = include_str!("graph/handmade.jsonl");

#[test]
fn recorded_cases_of_alembics_own_tests() {
    assert_eq!(compare(ALEMBIC_TESTS), 450);
}

#[test]
fn recorded_cases_of_surprising_behaviour() {
    assert_eq!(compare(HANDMADE), 215);
}

#[test]
fn accepted_differences_name_recorded_cases() {
    let recorded: BTreeSet<String> =
        documents(ALEMBIC_TESTS).chain(documents(HANDMADE)).map(|d| id(&d)).collect();
    for (document, ..) in ACCEPTED {
        assert!(recorded.contains(*document), "{document}");
    }
}

/// Compares all documents and returns how many commands there were.
fn compare(corpus: &str) -> usize {
    let mut commands = 0;
    let mut complaints = Vec::new();
    for document in documents(corpus) {
        let (given, expected) = (list(&document["commands"]), list(&document["expected"]));
        let answers = answer(&document);
        assert_eq!((given.len(), given.len()), (expected.len(), answers.len()));
        for (number, ((command, expected), ours)) in given.iter().zip(expected).zip(&answers).enumerate() {
            commands += 1;
            let place = format!("{} command {number} {command}", id(&document));
            let alternatives = expected["alternatives"].as_array().into_iter().flatten();
            let same = std::iter::once(expected)
                .chain(alternatives)
                .any(|theirs| crashed(theirs) || essence(command, theirs) == essence(command, ours));
            match (same, reason(&document, number)) {
                (false, None) => complaints.push(format!(
                    "{place}\n  alembic: {}\n  ours:    {}\n           {}",
                    essence(command, expected),
                    essence(command, ours),
                    ours["error"]["message"]
                )),
                (true, Some(reason)) => complaints.push(format!("{place}\n  no longer differs: {reason}")),
                _ => {}
            }
            complaints.extend(disorder(&document, ours).map(|message| format!("{place}\n  {message}")));
        }
    }
    assert!(complaints.is_empty(), "{} differences:\n{}", complaints.len(), complaints.join("\n"));
    commands
}

fn documents(corpus: &str) -> impl Iterator<Item = Value> {
    corpus.lines().map(|line| serde_json::from_str(line).expect("the corpus is JSON"))
}

fn id(document: &Value) -> String {
    document["id"].as_str().expect("every document has an id").to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn reason(document: &Value, number: usize) -> Option<&'static str> {
    let id = document["id"].as_str()?;
    ACCEPTED
        .iter()
        .find(|(name, numbers, _)| *name == id && numbers.contains(&number))
        .map(|&(.., reason)| reason)
}

fn crashed(result: &Value) -> bool {
    result["error"]["crash"] == json!(true)
}

/// What must be equal.
fn essence(command: &Value, result: &Value) -> Value {
    let rows = if command["sql"] == json!(true) { &Value::Null } else { &result["rows"] };
    if result["ok"] != json!(true) {
        let error = &result["error"];
        let cause = if error["cause"].is_null() { &error["class"] } else { &error["cause"] };
        return json!({"cause": cause, "rows": rows});
    }
    match command["cmd"].as_str().unwrap_or_default() {
        "upgrade" | "downgrade" => {
            let steps = list(&result["steps"]).iter().map(|step| json!([step["dir"], step["rev"]]));
            json!({"steps": sorted(steps), "rows": rows})
        }
        "stamp" => json!({"rows": rows}),
        "revision" | "merge" => {
            json!([result["down_revision"], result["depends_on"], result["branch_labels"], result["heads"]])
        }
        "branches" => json!(sorted(list(&result["branches"]).iter().cloned())),
        "map" => {
            let mut revisions = result["revisions"].clone();
            for revision in revisions.as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
                // Which dependencies are redundant is a detail of how Alembic orders rows.
                revision.as_object_mut().and_then(|fields| fields.remove("normalized_deps"));
            }
            let ends = ["heads", "real_heads", "bases", "real_bases"];
            json!([revisions, ends.map(|end| sorted(list(&result[end]).iter().cloned()))])
        }
        _ => json!(sorted(list(&result["revs"]).iter().cloned())),
    }
}

fn sorted(values: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut values: Vec<Value> = values.collect();
    values.sort_by_key(Value::to_string);
    values
}

/// What is wrong with the order of our steps, if anything.
fn disorder(document: &Value, ours: &Value) -> Option<String> {
    let graph = load(document).ok()?;
    let mut done = Vec::new();
    for step in list(&ours["steps"]) {
        let node = graph.find(step["rev"].as_str()?)?;
        let (before, after) = (graph.ancestors([node]), graph.descendants([node]));
        let too_early = if step["dir"] == json!("up") { after } else { before };
        if done.iter().any(|&earlier| too_early.contains(earlier)) {
            return Some(format!("{} comes too late", graph.id(node)));
        }
        done.push(node);
    }
    None
}
