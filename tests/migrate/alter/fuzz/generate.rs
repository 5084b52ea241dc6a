//! Random schemas with rows, and migrations of them.

use super::case::{Case, End, Step};
use super::model::{Column, Expression, Named, Rule, Schema, Table};
use super::random::Random;
use super::render::quoted;

const NAMES: [&str; 12] =
    ["a", "b", "n", "d e", "select", "Größe", "x,y", "it's", "Price ($)", "say \"hi\"", "rowid", "é`t"];
pub(super) const TYPES: [&str; 10] =
    ["TEXT", "INTEGER", "INT", "REAL", "NUMERIC", "BLOB", "", "VARCHAR(20)", "double precision", "my type"];
pub(super) const STRICT_TYPES: [&str; 6] = ["TEXT", "INTEGER", "INT", "REAL", "BLOB", "ANY"];
const CONFLICTS: [&str; 10] = ["", "", "", "", "", "ABORT", "FAIL", "IGNORE", "REPLACE", "ROLLBACK"];
pub(super) const COLLATIONS: [&str; 4] = ["NOCASE", "RTRIM", "BINARY", "nocase"];
/// Without `1e3`: SQLite itself gives it as `1e3` to the rows of a table that a `TEXT` column is added to, and as `1000.0` to
/// new ones.
pub(super) const DEFAULTS: [&str; 24] = [
    "5",
    "5.0",
    "\"quoted\"",
    "-5",
    "+7",
    "'x'",
    "'it''s, )'",
    "x'41'",
    "NULL",
    "1.5",
    "0x10",
    "true",
    "word",
    "(8)",
    "((8))",
    "(-(5))",
    "(- -5)",
    "(CAST('5' AS INTEGER))",
    "(cast(x'41' as text))",
    "9223372036854775807",
    "'9007199254740993'",
    "123456789012345678",
    "(1 + 2)",
    "(lower('Q'))",
];
pub(super) const VALUES: [&str; 16] = [
    "NULL", "NULL", "1", "2", "3", "'1'", "'1.0'", "'a'", "'A'", "'b '", "'b'", "x'41'", "1.5", "-1", "7",
    "'zz'",
];
const DEFERRALS: [&str; 3] = ["DEFERRABLE INITIALLY DEFERRED", "NOT DEFERRABLE", "DEFERRABLE"];
const ACTIONS_OF_KEYS: [&str; 9] = [
    "",
    "",
    "ON DELETE CASCADE",
    "ON DELETE SET NULL ON UPDATE CASCADE",
    "ON UPDATE SET DEFAULT",
    "ON DELETE RESTRICT",
    "ON INSERT CASCADE MATCH FULL",
    "ON DELETE NO ACTION NOT DEFERRABLE",
    "DEFERRABLE INITIALLY IMMEDIATE",
];

pub(super) struct Generator {
    pub(super) random: Random,
    /// How many constraints have a name.
    named: usize,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Generator {
        Generator { random: Random::new(seed), named: 0 }
    }

    /// A case. `lively` ones have triggers that fire and statements that change rows, in a section without a transaction
    /// around it.
    pub(super) fn case(mut self, seed: u64, lively: bool) -> Case {
        let mut schema = Schema::default();
        schema.tables.push(self.parent());
        let target = self.target();
        schema.tables.push(target);
        let child = self.child(&schema.tables[1]);
        schema.tables.push(child);
        schema.tables.push(log());
        self.around(&mut schema, lively);
        let rows = self.rows(&schema);
        let mut steps = Vec::new();
        for _ in 0..=self.random.below(3) {
            if lively && self.random.chance(60) {
                // Most of them succeed: a statement that fails ends the migration.
                let sql = self.change(&schema).replace("INSERT", "INSERT OR IGNORE");
                steps.push(Step::Change(sql.replace("UPDATE", "UPDATE OR IGNORE")));
            }
            steps.push(self.step(&schema));
        }
        let end = match self.random.below(3) {
            0 => End::Back,
            _ => End::Changes((0..10).map(|_| self.change(&schema)).collect()),
        };
        let no_transaction = lively || self.random.chance(20);
        let style = if self.random.chance(70) { seed } else { 0 };
        Case { schema, rows, steps, no_transaction, style, end }
    }

    fn name(&mut self) -> Option<String> {
        self.random.chance(35).then(|| {
            self.named += 1;
            format!("{}{}", self.random.pick(&["k", "no ", "c("]), self.named)
        })
    }

    fn named(&mut self, rule: Rule) -> Named {
        Named { name: self.name(), rule }
    }

    fn parent(&mut self) -> Table {
        let column = |name: &str, of_type: &str, rules: Vec<Rule>| Column {
            name: name.to_owned(),
            of_type: of_type.to_owned(),
            rules: rules.into_iter().map(|rule| Named { name: None, rule }).collect(),
            is_late: false,
        };
        let key = |primary| Rule::Key { primary, parts: Vec::new(), conflict: "", end: "" };
        let mut text = vec![key(false)];
        if self.random.chance(40) {
            text.push(Rule::Collate("NOCASE"));
        }
        let id = self.random.pick(&["INTEGER", "INT"]);
        let parts = vec![("v".to_owned(), ""), ("k".to_owned(), self.random.pick(&["", "", " DESC"]))];
        let pair = Rule::Key { primary: false, parts, conflict: "", end: "" };
        Table {
            name: "p".to_owned(),
            columns: vec![
                column("id", id, vec![key(true)]),
                column("k", "TEXT", text),
                column("v", "", vec![]),
            ],
            rules: vec![self.named(pair)],
            without_rowid: false,
            strict: false,
        }
    }

    fn target(&mut self) -> Table {
        let strict = self.random.chance(20);
        let mut table = Table {
            name: "t".to_owned(),
            columns: Vec::new(),
            rules: Vec::new(),
            without_rowid: self.random.chance(15),
            strict,
        };
        let id = self.random.pick(&["INTEGER", "INTEGER", "INT"]);
        let mut rules = Vec::new();
        let way = self.random.below(10);
        if table.without_rowid || way < 7 {
            let end = match way {
                0 if id == "INTEGER" && !table.without_rowid => "AUTOINCREMENT",
                1 => "DESC",
                _ => "",
            };
            let conflict = self.random.pick(&CONFLICTS);
            rules.push(self.named(Rule::Key { primary: true, parts: Vec::new(), conflict, end }));
        } else if way == 7 {
            rules.push(self.named(Rule::NotNull { conflict: "" }));
            rules.push(self.named(Rule::Key { primary: false, parts: Vec::new(), conflict: "", end: "" }));
        }
        table.columns.push(Column { name: "id".to_owned(), of_type: id.to_owned(), rules, is_late: false });
        let count = 1 + self.random.below(5);
        while table.columns.len() <= count {
            let name = self.random.pick(&NAMES).to_owned();
            if table.columns.iter().all(|column| column.name != name) {
                let column = self.column(&table, name);
                table.columns.push(column);
            }
        }
        if !table.without_rowid || self.random.chance(50) {
            let late = table.columns.len() - self.random.below(3).min(table.columns.len() - 2);
            let is_added =
                late + table.columns[late..].iter().take_while(|column| can_be_added(column)).count();
            if is_added == table.columns.len() {
                table.columns[late..].iter_mut().for_each(|column| column.is_late = true);
            }
        }
        // The table is created without late columns.
        let mut early = table.clone();
        early.columns.retain(|column| !column.is_late);
        for _ in 0..self.random.below(3) {
            let rule = self.table_rule(&early);
            table.rules.push(rule);
        }
        table
    }

    pub(super) fn column(&mut self, table: &Table, name: String) -> Column {
        let of_type = if table.strict { self.random.pick(&STRICT_TYPES) } else { self.random.pick(&TYPES) };
        let mut rules = Vec::new();
        for _ in 0..self.random.below(4) {
            let rule = self.column_rule(table, &name);
            rules.push(self.named(rule));
        }
        if rules.iter().any(|named| matches!(named.rule, Rule::Generated { .. })) {
            rules.retain(|named| !matches!(named.rule, Rule::Default(_) | Rule::Foreign { .. }));
        }
        Column { name, of_type: of_type.to_owned(), rules, is_late: false }
    }

    fn column_rule(&mut self, table: &Table, name: &str) -> Rule {
        match self.random.below(14) {
            12 => Rule::Deferral(self.random.pick(&DEFERRALS)),
            13 => self.reference(table, vec![name.to_owned()]),
            0 | 1 => Rule::NotNull { conflict: self.random.pick(&CONFLICTS) },
            2 => Rule::Null,
            3 => Rule::Key {
                primary: false,
                parts: Vec::new(),
                conflict: self.random.pick(&CONFLICTS),
                end: "",
            },
            4 | 5 => Rule::Check(self.check(name)),
            6..=8 => Rule::Default(self.random.pick(&DEFAULTS).to_owned()),
            9 => Rule::Collate(self.random.pick(&COLLATIONS)),
            10 => self.reference(table, vec![name.to_owned()]),
            _ => {
                let plain: Vec<&Column> =
                    table.columns.iter().filter(|column| !column.is_generated()).collect();
                let from = plain[self.random.below(plain.len())].name.clone();
                Rule::Generated { expression: self.computed(&from), stored: self.random.chance(50) }
            }
        }
    }

    pub(super) fn table_rule(&mut self, table: &Table) -> Named {
        let rule = match self.random.below(4) {
            0 | 1 => {
                let mut parts = Vec::new();
                for _ in 0..=self.random.below(2) {
                    let name = self.any_column(table);
                    if parts.iter().all(|(other, _)| *other != name) {
                        parts.push((
                            name,
                            self.random.pick(&["", "", " DESC", " COLLATE NOCASE", " COLLATE BINARY"]),
                        ));
                    }
                }
                let primary = table.primary_key().is_none() && self.random.chance(40);
                Rule::Key { primary, parts, conflict: self.random.pick(&CONFLICTS), end: "" }
            }
            2 => {
                let name = self.any_column(table);
                Rule::Check(self.check(&name))
            }
            _ => {
                let (name, other) = (self.any_column(table), self.any_column(table));
                if name != other && self.random.chance(30) {
                    self.reference_to_pair(vec![name, other])
                } else {
                    self.reference(table, vec![name])
                }
            }
        };
        self.named(rule)
    }

    fn reference(&mut self, own: &Table, columns: Vec<String>) -> Rule {
        let (mut table, to) = self.random.pick(&[("p", "id"), ("p", "k"), ("p", ""), ("t", "id"), ("t", "")]);
        if to == "id" && !own.keys().contains(&"id".to_owned())
            || own.primary_key().is_none_or(|key| key.len() > 1)
        {
            table = "p";
        }
        let to = if to.is_empty() { Vec::new() } else { vec![to.to_owned()] };
        Rule::Foreign { columns, table: table.to_owned(), to, clauses: self.random.pick(&ACTIONS_OF_KEYS) }
    }

    fn reference_to_pair(&mut self, columns: Vec<String>) -> Rule {
        let to = vec!["k".to_owned(), "v".to_owned()];
        Rule::Foreign { columns, table: "p".to_owned(), to, clauses: self.random.pick(&ACTIONS_OF_KEYS) }
    }

    fn check(&mut self, name: &str) -> Expression {
        let form = self.random.pick(&[
            "(# <> 'zz')",
            "(length(#) < 9)",
            "(# IS NOT 7)",
            "(t.# <> -1)",
            "( typeof(#) <> 'blob' /* ) */)",
            "(# IN ('a', 1, 2, 'x', 5, '1') OR # IS NULL)",
        ]);
        Expression { text: form.replace('#', &quoted(name)), columns: vec![name.to_owned()] }
    }

    fn computed(&mut self, name: &str) -> Expression {
        let form = self.random.pick(&["(# || '!')", "(# + 1)", "(typeof(#))", "(#)", "(coalesce(#, ')'))"]);
        Expression { text: form.replace('#', &quoted(name)), columns: vec![name.to_owned()] }
    }

    pub(super) fn any_column(&mut self, table: &Table) -> String {
        table.columns[self.random.below(table.columns.len())].name.clone()
    }

    fn child(&mut self, target: &Table) -> Table {
        let keys = target.keys();
        let means_key = target.primary_key().is_some_and(|key| key.len() == 1) && self.random.chance(30);
        let to = if means_key || keys.is_empty() { Vec::new() } else { vec![self.random.pick(&keys)] };
        let has_key = means_key || !keys.is_empty();
        let columns = vec!["x".to_owned()];
        let foreign =
            Rule::Foreign { columns, table: "t".to_owned(), to, clauses: self.random.pick(&ACTIONS_OF_KEYS) };
        let foreign = self.named(foreign);
        let of_type = self.random.pick(&["", "INTEGER", "TEXT"]);
        let column = |name: &str, rules| Column {
            name: name.to_owned(),
            of_type: of_type.to_owned(),
            rules,
            is_late: false,
        };
        let check = Named {
            name: None,
            rule: Rule::Check(Expression {
                text: "(\"y\" <> 'zz')".to_owned(),
                columns: vec!["y".to_owned()],
            }),
        };
        Table {
            name: "c".to_owned(),
            columns: vec![column("x", Vec::new()), column("y", vec![check])],
            rules: if has_key && self.random.chance(85) { vec![foreign] } else { Vec::new() },
            without_rowid: false,
            strict: false,
        }
    }

    fn rows(&mut self, schema: &Schema) -> Vec<(usize, Vec<String>)> {
        let mut rows = Vec::new();
        for (place, count) in [(0, 3), (1, 5), (2, 4)] {
            let table = &schema.tables[place];
            for number in 1..=count {
                let values = table.columns.iter().map(|column| match column.name.as_str() {
                    "id" if self.random.chance(90) => number.to_string(),
                    "k" => format!("'{}'", self.random.pick(&["a", "A", "b", "c", "1"])),
                    "x" if self.random.chance(70) => {
                        self.random.pick(&["1", "2", "'a'", "'A'", "'1'"]).to_owned()
                    }
                    _ => self.random.pick(&VALUES).to_owned(),
                });
                rows.push((place, values.collect()));
            }
        }
        rows
    }
}

/// The table that triggers write to.
fn log() -> Table {
    let key = Rule::Key { primary: true, parts: Vec::new(), conflict: "", end: "" };
    let column = |name: &str, of_type: &str, rules| Column {
        name: name.to_owned(),
        of_type: of_type.to_owned(),
        rules,
        is_late: false,
    };
    let columns = vec![
        column("n", "INTEGER", vec![Named { name: None, rule: key }]),
        column("what", "TEXT", Vec::new()),
    ];
    Table { name: "log".to_owned(), columns, rules: Vec::new(), without_rowid: false, strict: false }
}

/// Whether SQLite adds such a column to a table with rows.
fn can_be_added(column: &Column) -> bool {
    let default = column.rules.iter().rev().find_map(|named| match &named.rule {
        Rule::Default(value) => Some(value.as_str()),
        _ => None,
    });
    let is_constant = !matches!(default, Some("(1 + 2)" | "(lower('Q'))"));
    is_constant
        && column.rules.iter().all(|named| match &named.rule {
            Rule::Key { .. } => false,
            Rule::NotNull { .. } => default.is_some_and(|value| value != "NULL"),
            Rule::Generated { stored, .. } => !stored,
            Rule::Foreign { .. } => default.is_none_or(|value| value == "NULL"),
            Rule::Check(_) => default.is_none(),
            _ => true,
        })
}
