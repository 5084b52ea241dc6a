//! Tables of cases in files.
//!
//! A case is a line `=== name` and then parts, each behind a line `--- name`; what stands before the first one is the input.
//! With `UPDATE_CASES=1` the parts are written as they came out.

use std::path::PathBuf;

/// One case of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) input: String,
    /// Name and text of each part.
    pub(crate) parts: Vec<(String, String)>,
}

impl Case {
    pub(crate) fn part(&self, name: &str) -> &str {
        self.parts.iter().find(|(own, _)| own == name).map_or("", |(_, text)| text)
    }
}

/// The file of cases, and what was found for them.
pub(crate) struct Cases {
    path: PathBuf,
    pub(crate) cases: Vec<Case>,
    differences: Vec<String>,
    found: Vec<Case>,
}

impl Cases {
    /// Reads a file in `tests/autogenerate/cases`.
    pub(crate) fn read(file: &str) -> Cases {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/autogenerate/cases").join(file);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = match file.contains("postgresql") && postgresql() < 150_000 {
            true => text.replace(" NULLS NOT DISTINCT", "").replace(" nulls not distinct", ""),
            false => text,
        };
        let mut cases: Vec<Case> = Vec::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("=== ") {
                cases.push(Case { name: name.to_owned(), input: String::new(), parts: Vec::new() });
                continue;
            }
            let case = cases.last_mut().expect("a case before anything else");
            if let Some(name) = line.strip_prefix("--- ") {
                case.parts.push((name.to_owned(), String::new()));
                continue;
            }
            let text = case.parts.last_mut().map_or(&mut case.input, |(_, text)| text);
            text.push_str(line);
            text.push('\n');
        }
        for case in &mut cases {
            case.input = trim(&case.input);
            for (_, text) in &mut case.parts {
                *text = trim(text);
            }
        }
        Cases { path, cases, differences: Vec::new(), found: Vec::new() }
    }

    /// Compares a case with what came out: its parts that `expected` names.
    pub(crate) fn check(&mut self, case: &Case, found: &[(&str, String)]) {
        let mut new = case.clone();
        for (name, text) in found {
            let text = as_before_16(trim(text));
            if text != case.part(name) {
                let expected = case.part(name);
                self.differences.push(format!("=== {}\n--- {name}\n{expected}--- found\n{text}", case.name));
            }
            new.parts.retain(|(own, _)| own != name);
            if !text.is_empty() {
                new.parts.push(((*name).to_owned(), text));
            }
        }
        self.found.push(new);
    }

    /// Fails the test where a case was different.
    pub(crate) fn finish(self) {
        if std::env::var_os("UPDATE_CASES").is_some() {
            let mut text = String::new();
            for case in &self.found {
                text += &format!("=== {}\n{}", case.name, case.input);
                for (name, part) in &case.parts {
                    text += &format!("--- {name}\n{part}");
                }
                text.push('\n');
            }
            std::fs::write(&self.path, text.trim_end().to_owned() + "\n").expect("the file of cases");
            return;
        }
        assert!(
            self.differences.is_empty(),
            "{} of {} cases in {} differ:\n{}",
            self.differences.len(),
            self.cases.len(),
            self.path.display(),
            self.differences.join("\n")
        );
    }
}

/// What PostgreSQL prints otherwise in newer versions: views without the names of their only table (16), functions in the
/// context of an error with their schema (18).
fn as_before_16(text: String) -> String {
    const NEWER: [(&str, &str); 3] = [
        ("v: SELECT a, b FROM t WHERE id > 0;", "v: SELECT t.a, t.b FROM t WHERE t.id > 0;"),
        ("SELECT id FROM audit.log;", "SELECT log.id FROM audit.log;"),
        ("PL/pgSQL function public.", "PL/pgSQL function "),
    ];
    NEWER.iter().fold(text, |text, (newer, older)| text.replace(newer, older))
}

/// The version of the server, such as 150018. What is newer than 14 is left out of the cases there.
fn postgresql() -> u32 {
    let url = std::env::var("ALEMBIC_TEST_POSTGRES_URL").expect("a server: see scripts/servers");
    let mut psql = std::process::Command::new("psql");
    psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", "SHOW server_version_num", &url]);
    let answer = psql.output().expect("psql").stdout;
    String::from_utf8_lossy(&answer).trim().parse().expect("a number")
}

fn trim(text: &str) -> String {
    let text = text.trim_matches('\n');
    if text.is_empty() { String::new() } else { format!("{text}\n") }
}
