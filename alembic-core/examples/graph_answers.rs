//! Answers documents of graph commands, one JSON document a line, for comparison with Alembic.
//!
//! ```text
//! cargo run --release -p alembic-core --example graph_answers < documents.jsonl
//! ```

#[path = "../tests/graph/answer.rs"]
mod answer;

use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let document: serde_json::Value = serde_json::from_str(&line?)?;
        let results = answer::answer(&document);
        writeln!(output, "{}", serde_json::json!({"id": document["id"], "results": results}))?;
    }
    output.flush()
}
