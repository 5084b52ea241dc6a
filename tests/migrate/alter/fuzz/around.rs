//! Random indexes, views and triggers.

use super::generate::Generator;
use super::model::{Expression, Index, Named, Object, Rule, Schema};
use super::render::quoted;

impl Generator {
    pub(super) fn around(&mut self, schema: &mut Schema, lively: bool) {
        let target = schema.tables[1].clone();
        // SQLite damages an index over a REAL column by itself where rows that end before it have such a default.
        let is_large = |named: &Named| matches!(&named.rule, Rule::Default(value) if value.trim_matches('\'').len() > 15);
        let large = target.columns.iter().any(|column| column.is_late && column.rules.iter().any(is_large));
        let indexes = if large { 0 } else { self.random.below(3) };
        for number in 0..indexes {
            let name = self.any_column(&target);
            let form = self.random.pick(&[
                "(#)",
                "(# COLLATE NOCASE DESC)",
                "(lower(#))",
                "(#, \"id\")",
                "(\"id\", # || 'x')",
            ]);
            let condition = if self.random.chance(25) {
                format!(" WHERE {} IS NOT NULL", quoted(&name))
            } else {
                String::new()
            };
            let mut columns = vec![name.clone()];
            if form.contains("id") {
                columns.push("id".to_owned());
            }
            let text = form.replace('#', &quoted(&name));
            let unique = self.random.chance(35);
            let name = format!("i{number}");
            let parts = Expression { text, columns };
            schema.indexes.push(Index { name, table: "t".to_owned(), unique, parts, condition });
        }
        let of_t =
            |columns: &[&String]| columns.iter().map(|column| ("t".to_owned(), (*column).clone())).collect();
        if self.random.chance(35) {
            let name = self.any_column(&target);
            let sql = format!("CREATE VIEW v AS SELECT {}, 'a' AS kind FROM t", quoted(&name));
            schema.objects.push(Object { name: "v".to_owned(), sql, columns: of_t(&[&name]) });
        }
        if self.random.chance(25) {
            let sql = "CREATE VIEW \"all\" AS SELECT * FROM t".to_owned();
            schema.objects.push(Object { name: "all".to_owned(), sql, columns: Vec::new() });
            if self.random.chance(50) {
                let name = self.any_column(&target);
                let sql = format!("CREATE VIEW w AS SELECT {} FROM \"all\"", quoted(&name));
                schema.objects.push(Object { name: "w".to_owned(), sql, columns: of_t(&[&name]) });
            }
        }
        if !lively && self.random.chance(60) {
            return;
        }
        let name = self.any_column(&target);
        let own = quoted(&name);
        for (trigger, when, body) in [
            (
                "tu",
                format!("AFTER UPDATE OF {own} ON t"),
                format!("'u' || quote(old.{own}) || quote(new.{own})"),
            ),
            ("ti", "AFTER INSERT ON t".to_owned(), format!("'i' || quote(new.{own})")),
            ("td", "BEFORE DELETE ON t".to_owned(), "'d'".to_owned()),
            ("cd", "AFTER DELETE ON c".to_owned(), "'c' || quote(old.x)".to_owned()),
        ] {
            let sql =
                format!("CREATE TRIGGER {trigger} {when} BEGIN INSERT INTO log (what) VALUES ({body}); END");
            let columns = match trigger {
                "cd" => vec![("c".to_owned(), "x".to_owned())],
                _ if body.contains(&own) => of_t(&[&name]),
                _ => Vec::new(),
            };
            schema.objects.push(Object { name: trigger.to_owned(), sql, columns });
        }
    }
}
