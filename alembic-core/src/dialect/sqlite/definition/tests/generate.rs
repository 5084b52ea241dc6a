//! Random definitions from SQLite's grammar (`parse.y`). Some of them SQLite refuses for what they mean.

/// A sequence of numbers that looks random and is the same for a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len())]
    }
}

/// Keywords that can be names without quotes.
const KEYWORDS: [&str; 40] = [
    "ABORT",
    "ACTION",
    "AFTER",
    "ALWAYS",
    "ASC",
    "BEFORE",
    "BEGIN",
    "BY",
    "CASCADE",
    "CAST",
    "COLUMN",
    "CONFLICT",
    "CROSS",
    "DEFERRED",
    "DESC",
    "END",
    "FAIL",
    "FIRST",
    "FULL",
    "GENERATED",
    "IGNORE",
    "IMMEDIATE",
    "INDEXED",
    "INITIALLY",
    "KEY",
    "LEFT",
    "MATCH",
    "NATURAL",
    "NO",
    "NULLS",
    "OUTER",
    "REPLACE",
    "RESTRICT",
    "ROLLBACK",
    "ROWID",
    "STORED",
    "STRICT",
    "TEMP",
    "VIRTUAL",
    "WITHOUT",
];

/// Names that need quotes.
const STRANGE: [&str; 14] = [
    "two words",
    "Price ($)",
    "it's",
    "say \"hi\"",
    "x,y",
    "x(y",
    "d--e",
    "E/Mail",
    "a[b",
    "`tick`",
    "not",
    "check",
    "\u{feff}m",
    "",
];

pub(super) struct Generator {
    random: Random,
    columns: Vec<String>,
    has_key: bool,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Generator {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        random.below(2);
        Generator { random, columns: Vec::new(), has_key: false }
    }

    /// Words that are one clause, with random white space and comments between them.
    fn join(&mut self, parts: &[String]) -> String {
        let mut text = String::new();
        for part in parts.iter().filter(|part| !part.is_empty()) {
            if !text.is_empty() {
                text += self.random.pick(&[
                    " ",
                    " ",
                    " ",
                    " ",
                    "\n  ",
                    "\t",
                    " /* , ( ' */ ",
                    " -- ) \" ,\n",
                    "/**/",
                ]);
            }
            text += part;
        }
        text
    }

    fn words(&mut self, words: &str) -> String {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        self.join(&words)
    }

    /// A name in any quotes that can hold it.
    fn name(&mut self, name: &str) -> String {
        let double = |quote: &str| format!("{quote}{}{quote}", name.replace(quote, &quote.repeat(2)));
        let is_plain = name.starts_with(|first: char| !first.is_ascii_digit())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !["not", "check"].contains(&name);
        match self.random.below(if is_plain { 12 } else { 4 }) {
            0 => double("\""),
            1 => double("`"),
            2 if !name.contains(']') => format!("[{name}]"),
            2 | 3 => double("'"),
            4 => format!("\u{feff}{name}"),
            _ => name.to_owned(),
        }
    }

    fn new_name(&mut self) -> String {
        let number = self.columns.len();
        match self.random.below(4) {
            0 => format!("{}{number}", self.random.pick(&STRANGE)),
            1 => {
                let word = self.random.pick(&KEYWORDS);
                let is_new = !self.columns.iter().any(|name| name.eq_ignore_ascii_case(word));
                if is_new { word.to_owned() } else { format!("k{number}") }
            }
            _ => format!("c{number}"),
        }
    }

    fn column_name(&mut self) -> String {
        let name = self.columns[self.random.below(self.columns.len())].clone();
        self.name(&name)
    }

    fn of_type(&mut self) -> String {
        let mut parts = Vec::new();
        for _ in 0..self.random.pick(&["", "x", "x", "x", "xx", "xxx"]).len() {
            let word = self.random.pick(&[
                "INT",
                "integer",
                "TEXT",
                "VARCHAR",
                "Real",
                "ANY",
                "BLOB",
                "\"my type\"",
                "[t,(t]",
                "'s''t'",
                "`q`",
                "[]",
                "GENERATED",
                "ALWAYS",
                "KEY",
                "FOR",
                "UNSIGNED",
                "verylongtypealways",
                "ümlaut",
            ]);
            parts.push(word.to_owned());
        }
        if !parts.is_empty() && self.random.chance(25) {
            parts.push(self.random.pick(&["(10)", "( 10 , -2 )", "(+1.5)", "(-1/* , */,0)"]).to_owned());
        }
        self.join(&parts)
    }

    fn conflict(&mut self) -> String {
        if !self.random.chance(25) {
            return String::new();
        }
        let clause =
            format!("ON CONFLICT {}", self.random.pick(&["ROLLBACK", "ABORT", "FAIL", "IGNORE", "replace"]));
        self.words(&clause)
    }

    fn expression(&mut self) -> String {
        let column = self.column_name();
        let column = if column.starts_with('\'') { "1".to_owned() } else { column };
        match self.random.below(6) {
            0 => format!("({column} IS NOT NULL)"),
            1 => format!("( {column} <> ') , (' )"),
            2 => format!("(({column}) -- why )\n || 'x')"),
            3 => format!("(coalesce({column}, (1)) /* ) */)"),
            4 => format!("(CASE {column} WHEN 1 THEN 2 END)"),
            _ => "( 1+2 )".to_owned(),
        }
    }

    fn default(&mut self) -> String {
        let value = self.random.pick(&[
            "5",
            "-5",
            "- 5",
            "+ 5",
            "+.5e3",
            "-0x1F",
            "'it''s, )'",
            "x'41'",
            "NULL",
            "true",
            "word",
            "\"quoted\"",
            "[b(r]",
            "`t`",
            "CURRENT_TIMESTAMP",
            "(1 + (2))",
            "( 'x' /* ) */ )",
            "((8))",
            "(-- c\n5)",
            "- 'x'",
            "KEY",
            "1_000",
        ]);
        format!("DEFAULT {value}")
    }

    fn references(&mut self) -> String {
        let mut parts = vec![
            "REFERENCES".to_owned(),
            self.random.pick(&["p", "[p q]", "'p'", "\"P\"", "key"]).to_owned(),
        ];
        for _ in 0..self.random.below(4) {
            let clause = self.random.pick(&[
                "ON INSERT CASCADE",
                "ON DELETE SET NULL",
                "ON DELETE CASCADE",
                "ON UPDATE SET DEFAULT",
                "ON UPDATE RESTRICT",
                "ON DELETE NO ACTION",
                "MATCH FULL",
                "MATCH 'x y'",
            ]);
            parts.push(if clause.contains('\'') { clause.to_owned() } else { self.words(clause) });
        }
        self.join(&parts)
    }

    fn deferral(&mut self) -> String {
        let clause = self.random.pick(&[
            "DEFERRABLE",
            "NOT DEFERRABLE",
            "DEFERRABLE INITIALLY DEFERRED",
            "DEFERRABLE INITIALLY IMMEDIATE",
            "NOT DEFERRABLE INITIALLY DEFERRED",
        ]);
        self.words(clause)
    }

    fn key_columns(&mut self, most: usize) -> (String, usize) {
        let mut names = self.columns.clone();
        let mut parts = Vec::new();
        while parts.len() < most && !names.is_empty() && (parts.is_empty() || self.random.chance(40)) {
            let name = names.remove(self.random.below(names.len()));
            let mut part = self.name(&name);
            if self.random.chance(10) && !part.starts_with('\'') {
                part = format!("(({part}))");
            }
            if self.random.chance(20) {
                part += self.random.pick(&[
                    " COLLATE NOCASE",
                    " COLLATE 'rtrim'",
                    " COLLATE BINARY COLLATE [NOCASE]",
                ]);
            }
            part += self.random.pick(&["", "", "", " ASC", " DESC", "\n/* , */desc"]);
            parts.push(part);
        }
        let count = parts.len();
        (format!("({})", parts.join(self.random.pick(&[",", " , ", ",-- ,\n"]))), count)
    }

    fn column_rule(&mut self) -> String {
        let conflict = self.conflict();
        match self.random.below(13) {
            0 | 1 => format!("{} {conflict}", self.words("NOT NULL")),
            2 => format!("NULL {conflict}"),
            3 if !self.has_key => {
                self.has_key = true;
                let order = self.random.pick(&["", "", "ASC", "DESC"]);
                let number = self.random.pick(&["", "", "", "AUTOINCREMENT"]);
                self.join(&["PRIMARY KEY".to_owned(), order.to_owned(), conflict, number.to_owned()])
            }
            4 => format!("UNIQUE {conflict}"),
            5 => format!("CHECK {}", self.expression()),
            6 | 7 => self.default(),
            8 => format!("COLLATE {}", self.random.pick(&["NOCASE", "\"BINARY\"", "'rtrim'", "[NoCase]"])),
            9 => self.references(),
            10 => self.deferral(),
            11 => {
                let start = self.random.pick(&["AS", "GENERATED ALWAYS AS"]);
                let end = self.random.pick(&["", "STORED", "virtual"]);
                let start = self.words(start);
                let expression = self.random.pick(&["(1)", "( 'x' || ')' )", "((2)-- )\n)"]);
                self.join(&[start, expression.to_owned(), end.to_owned()])
            }
            _ => format!("CONSTRAINT {}", self.random.pick(&["n", "'n'", "[a name]", "key", "\"check\""])),
        }
    }

    fn column(&mut self) -> String {
        let name = self.new_name();
        let quoted = self.name(&name);
        self.columns.push(name);
        let mut parts = vec![quoted, self.of_type()];
        for _ in 0..self.random.below(4) {
            parts.push(self.column_rule());
        }
        if parts[0] == "E" && parts[1].starts_with('\'') {
            return parts.concat();
        }
        self.join(&parts)
    }

    fn table_rule(&mut self) -> String {
        let conflict = self.conflict();
        let rule = match self.random.below(6) {
            0 if !self.has_key => {
                self.has_key = true;
                let (mut columns, count) = self.key_columns(3);
                if count == 1 && self.random.chance(20) {
                    columns.insert_str(columns.len() - 1, " AUTOINCREMENT");
                }
                self.join(&["PRIMARY KEY".to_owned(), columns, conflict])
            }
            1 | 2 => format!("UNIQUE {} {conflict}", self.key_columns(3).0),
            3 => {
                let columns = (self.column_name(), self.random.chance(50), self.references());
                let (name, defers, references) = columns;
                let deferral = if defers { self.deferral() } else { String::new() };
                self.join(&["FOREIGN KEY".to_owned(), format!("( {name})"), references, deferral])
            }
            4 => "CONSTRAINT lone".to_owned(),
            _ => format!("CHECK {} {conflict}", self.expression()),
        };
        if self.random.chance(25) { format!("CONSTRAINT 'a n' {rule}") } else { rule }
    }

    /// A table, and the generator that knows its columns.
    pub(super) fn table(mut self) -> (String, Generator) {
        let mut elements = Vec::new();
        for _ in 0..=self.random.below(4) {
            elements.push(self.column());
        }
        let mut body = elements.join(self.random.pick(&[",", ", ", "\n , ", ", -- ,\n"]));
        for number in 0..self.random.below(4) {
            body += if number == 0 || self.random.chance(70) { ", " } else { " " };
            body += &self.table_rule();
        }
        let options =
            self.random.pick(&["", "", "", "", " STRICT", " WITHOUT ROWID", " STRICT , without /* */ rowid"]);
        let name = self.random.pick(&["t", "T", "\"t\"", "[t]", "'t'", "`t`"]);
        let gap = self.random.pick(&["", " ", "/* ( */", "\n"]);
        let sql = format!("CREATE TABLE {name}{gap}({body}{gap}){options}");
        (sql, self)
    }

    /// An index over columns and expressions of the table.
    pub(super) fn index(&mut self) -> String {
        let mut parts = Vec::new();
        for _ in 0..=self.random.below(3) {
            let name = self.columns[self.random.below(self.columns.len())].clone();
            let own = self.name(&name);
            let plain = format!("\"{}\"", name.replace('"', "\"\""));
            let mut part = match self.random.below(10) {
                0 => format!("lower({plain})"),
                1 => format!("{plain} || 'x,'"),
                2 => format!("({plain} , 1) IS NULL"),
                3 => format!("(( {plain} ))"),
                4 => format!("CASE WHEN {plain} THEN 1 ELSE ',' END"),
                5 => format!("({plain} COLLATE NOCASE)"),
                _ => own,
            };
            part += self.random.pick(&[
                "",
                "",
                "",
                " COLLATE NOCASE",
                " COLLATE \"RTRIM\" COLLATE 'binary'",
                " collate [rtrim]",
            ]);
            part += self.random.pick(&["", "", " ASC", " DESC", " /* x */ desc"]);
            parts.push(part);
        }
        let unique = self.random.pick(&["", "UNIQUE "]);
        let condition = self.random.pick(&["", "", " WHERE 1", " WHERE ')' <> 'x' -- it"]);
        let name = self.random.pick(&["i", "[i]", "'i'", "main.i", "\"i\""]);
        format!(
            "CREATE {unique}INDEX {name} ON t({}){condition}",
            parts.join(self.random.pick(&[",", " ,\n"]))
        )
    }
}
