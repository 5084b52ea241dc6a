//! The same law for tables that nobody thought of.

use super::everything_else::nothing_else_changes;

/// A small generator of numbers: the same tables on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// Some of these, in any order.
    fn some<'a>(&mut self, from: &[&'a str], most: usize) -> Vec<&'a str> {
        let mut left = from.to_vec();
        (0..self.below(most + 1)).map(|_| left.swap_remove(self.below(left.len()))).collect()
    }
}

const GAPS: [&str; 7] = [" ", " ", "\n  ", " /* , ) */ ", " -- ( ' \"\n\t", "\r\n", "  "];

/// A table `t` with the columns `id`, `a` and `b`, and others that have a value by themselves.
fn table(numbers: &mut Numbers) -> String {
    let strict = numbers.below(3) == 0;
    let without_rowid = numbers.below(4) == 0;
    let id = if without_rowid || numbers.below(2) == 0 { " PRIMARY KEY" } else { " NOT NULL UNIQUE" };
    let id = format!("id {}{id}", numbers.pick(&["INTEGER", "INT"]));
    let of_text: &[&str] =
        if strict { &["TEXT", "ANY"] } else { &["TEXT", "varchar (20)", "", "\"any\" thing"] };
    let a = format!("a {}", numbers.pick(of_text));
    let a_rules = [
        "COLLATE NOCASE",
        "CHECK (a <> '(')",
        "UNIQUE ON CONFLICT REPLACE",
        "CONSTRAINT named CHECK (t.a IS NOT 5)",
    ];
    let b_rules = ["REFERENCES log (n) ON UPDATE CASCADE", "UNIQUE", "CHECK (b > 0) ", "NULL"];
    let mut elements = vec![
        (id, Vec::new()),
        (a, numbers.some(&a_rules, 3)),
        ("b INTEGER".to_owned(), numbers.some(&b_rules, 3)),
    ];
    let others = [
        "\"x, (\" TEXT DEFAULT 'it''s )' NOT NULL",
        "[y y] INT DEFAULT -7 CHECK ([y y] < 0)",
        "`key` BLOB DEFAULT x'00ff'",
        "rowid REAL DEFAULT 1.5",
        "made INTEGER AS (b + 1) STORED",
        "virtual TEXT GENERATED ALWAYS AS (a || ',') VIRTUAL",
        "self INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED",
    ];
    // STRICT wants types of its own.
    let others = if strict { &others[..3] } else { &others[..] };
    for other in numbers.some(others, 3) {
        elements.insert(numbers.below(elements.len() + 1), (other.to_owned(), Vec::new()));
    }
    let of_table = [
        "UNIQUE (a, b)",
        "CHECK (t.b IS NULL OR t.id > 0)",
        "CONSTRAINT \"another ,\" UNIQUE (b COLLATE RTRIM DESC, id) ON CONFLICT IGNORE",
        "FOREIGN KEY (b) REFERENCES log (n) ON DELETE SET NULL",
    ];
    let of_table = numbers.some(&of_table, 3);
    let mut text = format!("CREATE TABLE {} (", numbers.pick(&["t", "\"t\"", "[t]", "`t`"]));
    for (index, (element, rules)) in elements.iter().enumerate() {
        text += if index == 0 { "" } else { "," };
        text += numbers.pick(&GAPS);
        text += element;
        for rule in rules {
            text += numbers.pick(&GAPS);
            text += rule;
        }
        text += {
            let gap = numbers.pick(&GAPS);
            numbers.pick(&["", "", gap])
        };
    }
    for (index, constraint) in of_table.iter().enumerate() {
        text += if index == 0 || numbers.below(2) == 0 { "," } else { " " };
        text += numbers.pick(&GAPS);
        text += constraint;
    }
    text += numbers.pick(&["", "\n", " -- end\n"]);
    let options = [strict.then_some(" STRICT"), without_rowid.then_some(" WITHOUT ROWID")];
    text + ")" + &options.into_iter().flatten().collect::<Vec<_>>().join(",")
}

async fn check(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let table = table(&mut Numbers(seed));
        nothing_else_changes(&table).await;
    }
}

#[tokio::test]
async fn one() {
    check(0..3).await;
}

#[tokio::test]
async fn two() {
    check(2005..2008).await;
}
