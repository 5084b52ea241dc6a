//! Time of the readers for texts that are made to be slow to read, at 1, 10 and 100 times a size: it grows as the text does.
//! `cargo bench -p alembic-core --all-features --bench hostile`.

use alembic_core::config::ConfigFile;
use alembic_core::models::{Package, Sources, rust_models};
use alembic_core::schema::NamingConvention;
use alembic_core::script::{Lock, Script, ScriptDirectory};
use alembic_core::sql::{Dialect, Dump, split};
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// What is repeated in a statement.
const TEXTS: [&str; 18] = [
    "$a# ",
    "['",
    "(",
    "/*",
    "/*! ",
    "BEGIN ",
    "CASE ",
    "'",
    "\"",
    "`",
    "--",
    "\\'",
    "$$ ",
    ";",
    "a,",
    "COLLATE a ",
    "[",
    "E'",
];

/// A text with this repeated; `#` is the number of the repetition.
fn repeated(text: &str, count: usize) -> String {
    if !text.contains('#') {
        return text.repeat(count);
    }
    (0..count).map(|number| text.replace('#', &format!("{number}$"))).collect()
}

fn script(header: &str, body: &str) -> String {
    format!("-- one\n--\n-- Revision: a\n-- Revises:{header}\n\n-- alembic: upgrade\n{body}\n")
}

#[divan::bench(args = SIZES)]
fn statements(bencher: Bencher<'_, '_>, count: usize) {
    let texts: Vec<String> = TEXTS.iter().map(|text| format!("SELECT {}", repeated(text, count))).collect();
    let length: usize = texts.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(length)).bench(|| {
        let all = texts.iter().flat_map(|text| Dialect::ALL.map(|dialect| split(text, dialect).is_ok()));
        all.filter(|is_read| *is_read).count()
    });
}

#[divan::bench(args = SIZES)]
fn scripts(bencher: Bencher<'_, '_>, count: usize) {
    let mut texts: Vec<String> =
        TEXTS.iter().map(|text| script("", &format!("SELECT {};", repeated(text, count)))).collect();
    for line in [
        "-- Alembic upgrade\n",
        "-- alembic:\n",
        "-- alembic: upgrade\n",
        "-- alembic: downgrade\nSELECT 1;\n",
    ] {
        texts.push(script("", &line.repeat(count)));
    }
    let names: String = (0..count).map(|number| format!(" n{number},")).collect();
    texts.push(script(names.trim_end_matches(','), "SELECT 1;"));
    texts.push(script(&format!("\n-- Tags:{}", names.trim_end_matches(',')), "SELECT 1;"));
    texts.push(script(&"\n-- Tags: a".repeat(count), "SELECT 1;"));
    let length: usize = texts.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(length)).bench(|| {
        let all = texts.iter().map(|text| match Script::parse("a.sql", text.clone()) {
            Ok(mut script) => script.read_statements(&Dialect::ALL).len(),
            Err(errors) => errors.len(),
        });
        all.sum::<usize>()
    });
}

#[divan::bench(args = SIZES)]
fn many_parents(bencher: Bencher<'_, '_>, count: usize) {
    let names: Vec<String> = (0..count).map(|number| format!("n{number}")).collect();
    let parent = |name: &str, parents: &str| {
        let text = format!(
            "-- x\n--\n-- Revision: {name}\n-- Revises: {parents}\n\n-- alembic: upgrade\nSELECT 1;\n"
        );
        Script::parse(&format!("{name}.sql"), text).expect("a script")
    };
    let mut scripts: Vec<Script> = names.iter().map(|name| parent(name, "")).collect();
    scripts.push(parent("last", &names.join(", ")));
    bencher.with_inputs(|| scripts.clone()).bench_values(|scripts| {
        ScriptDirectory::new(scripts).map(|directory| directory.scripts().len()).ok()
    });
}

#[divan::bench(args = SIZES)]
fn locks(bencher: Bencher<'_, '_>, count: usize) {
    let lines: String = (0..count).map(|number| format!("r{number}\n")).collect();
    let same = "r\n".repeat(count);
    let conflict = format!("<<<<<<< a\n{lines}=======\n{lines}>>>>>>> b\n");
    let texts =
        [lines, same, conflict, "<<<<<<< a\n".repeat(count)].map(|text| format!("version 1\n\n{text}"));
    bencher.bench(|| texts.iter().filter(|text| Lock::parse("alembic.lock", text).is_ok()).count());
}

#[divan::bench(args = SIZES)]
fn settings(bencher: Bencher<'_, '_>, count: usize) {
    let keys: String = (0..count).map(|number| format!("k{number} = 1\n")).collect();
    let databases: String = (0..count).map(|number| format!("[databases.d{number}]\n")).collect();
    let templates: String = (0..count).map(|number| format!("t{number} = \"a\"\n")).collect();
    let texts = [keys, databases, format!("[templates]\n{templates}"), "[".repeat(count)];
    bencher.bench(|| texts.iter().filter(|text| ConfigFile::parse(text).is_ok()).count());
}

#[divan::bench(args = SIZES)]
fn dumps(bencher: Bencher<'_, '_>, count: usize) {
    let texts = [
        ("-- PostgreSQL database dump\n", "INSERT INTO t VALUES (1);\n"),
        ("-- PostgreSQL database dump\n", "COPY t (a) FROM stdin;\n1\n\\.\n"),
        ("-- PostgreSQL database dump\n", "\\connect a\n"),
        ("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", "INSERT INTO t VALUES (1);\n"),
        ("-- MySQL dump 10.13\n", "/*!40101 SET a=1 */;\n"),
        ("-- MySQL dump 10.13\n", "DELIMITER ;;\nSELECT 1 ;;\nDELIMITER ;\n"),
    ];
    let texts = texts.map(|(head, text)| format!("{head}{}", text.repeat(count)));
    bencher.bench(|| texts.iter().filter(|text| Dump::read(text, &[]).is_ok()).count());
}

#[divan::bench(args = [100, 1_000, 10_000])]
fn models(bencher: Bencher<'_, '_>, count: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fields: String = (0..count).map(|number| format!("f{number}: i64, ")).collect();
    let globs: String = (0..count.min(1_000))
        .map(|number| format!("mod m{number} {{ pub struct X{number}; }} use m{number}::*;\n"))
        .collect();
    let attributes = "#[cfg(unix)] ".repeat(count);
    let aliases: String = (0..count).map(|number| format!("type A{number} = A{};\n", number + 1)).collect();
    let text = format!(
        "{globs}{aliases}{attributes} mod a {{}}\n\
         #[derive(alembic::Table)] struct T {{ #[column(primary_key)] id: i64, {fields} }}\n"
    );
    let library = folder.path().join("lib.rs");
    std::fs::write(&library, text).expect("a file");
    let package = Package { name: "app".into(), library: Some(library), ..Package::default() };
    let sources = Sources { folder: folder.path().to_owned(), packages: vec![package], ..Sources::default() };
    bencher.bench(|| rust_models(&sources, &NamingConvention::default()).is_ok());
}
