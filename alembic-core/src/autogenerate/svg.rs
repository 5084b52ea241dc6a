//! A schema as a picture: an entity diagram in SVG.
//!
//! Tables that are referred to stand to the left of those that refer to them. The work is linear in tables and keys but
//! for sorting.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::mermaid::keys;
use crate::dialect::type_word;
use crate::schema::{ObjectName, Schema, Table};
use crate::sql::Dialect;

/// The width of a letter of a monospaced font of 12 pixels, and the height of a line.
const LETTER: f64 = 7.2;
const LINE: f64 = 18.0;
/// Around what is written in a table, and between tables.
const PADDING: f64 = 8.0;
const BETWEEN: f64 = 24.0;
const BETWEEN_COLUMNS: f64 = 72.0;

const STYLE: &str = "\
    text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #222 }\n\
    .name { font-weight: bold }\n\
    .type { fill: #777 }\n\
    .table { fill: #fff; stroke: #555 }\n\
    .head { fill: #e8eef7; stroke: #555 }\n\
    .key { fill: none; stroke: #4a6fa5 }\n";

/// The tables, their columns and what refers to what.
#[must_use]
pub fn svg(schema: &Schema, dialect: Dialect) -> String {
    let mut boxes: Vec<Entity<'_>> =
        schema.tables.iter().map(|table| Entity::new(table, schema, dialect)).collect();
    let (width, height) = place(&mut boxes);
    let mut text = String::new();
    let _ = writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n<style>\n{STYLE}</style>\n<defs>\n\
         <marker id=\"many\" markerWidth=\"10\" markerHeight=\"10\" refX=\"9\" refY=\"5\" orient=\"auto-start-reverse\">\
         <path class=\"key\" d=\"M9,0 L0,5 L9,10 M0,5 L9,5\"/></marker>\n\
         <marker id=\"one\" markerWidth=\"10\" markerHeight=\"10\" refX=\"9\" refY=\"5\" orient=\"auto\">\
         <path class=\"key\" d=\"M5,0 L5,10 M0,5 L9,5\"/></marker>\n</defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    );
    let places: HashMap<&ObjectName, usize> =
        boxes.iter().enumerate().map(|(place, entity)| (&entity.table.name, place)).collect();
    for entity in &boxes {
        for key in &entity.table.foreign_keys {
            let Some(&referred) = places.get(&key.references) else { continue };
            let row =
                entity.table.columns.iter().position(|column| key.columns.first() == Some(&column.name));
            line(&mut text, entity, row.unwrap_or_default(), &boxes[referred]);
        }
    }
    boxes.iter().for_each(|entity| entity.draw(&mut text));
    text.push_str("</svg>\n");
    text
}

/// A table in the picture.
struct Entity<'a> {
    table: &'a Table,
    title: String,
    /// Of each column its name, its type, and the keys that it belongs to.
    rows: Vec<[String; 3]>,
    /// How many letters the names, and the types, take.
    widths: [usize; 2],
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl<'a> Entity<'a> {
    fn new(table: &'a Table, schema: &Schema, dialect: Dialect) -> Entity<'a> {
        let row = |column: &crate::schema::Column| {
            let word = type_word(dialect, table.options.strict, &column.type_, &schema.enums);
            let mut word = shortened(&word.unwrap_or_default().to_lowercase());
            if column.nullable {
                word.push('?');
            }
            [column.name.clone(), word, keys(table, column).trim().to_owned()]
        };
        let rows: Vec<[String; 3]> = table.columns.iter().map(row).collect();
        let width =
            |part: usize| rows.iter().map(|row: &[String; 3]| row[part].chars().count()).max().unwrap_or(0);
        let title = table.name.to_string();
        let letters = (width(0) + width(1) + width(2) + 2).max(title.chars().count());
        let widths = [width(0), width(1)];
        Entity {
            table,
            title,
            widths,
            x: 0.0,
            y: 0.0,
            width: LETTER * number(letters) + 2.0 * PADDING,
            height: LINE * number(rows.len() + 1) + PADDING,
            rows,
        }
    }

    /// The middle of the line of a column.
    fn row(&self, row: usize) -> f64 {
        self.y + LINE * (number(row) + 1.5) + PADDING / 2.0
    }

    fn draw(&self, text: &mut String) {
        let Entity { x, y, width, height, .. } = self;
        let _ = writeln!(
            text,
            "<rect class=\"table\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>\n\
             <rect class=\"head\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{LINE:.1}\"/>"
        );
        let mut write = |class: &str, letters: usize, y: f64, words: &str| {
            let x = x + PADDING + LETTER * number(letters);
            let words = escaped(words);
            let _ =
                writeln!(text, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\">{words}</text>", y + 4.0);
        };
        write("name", 0, y + LINE / 2.0, &self.title);
        for (place, [name, type_, keys]) in self.rows.iter().enumerate() {
            let y = self.row(place);
            write("column", 0, y, name);
            write("type", self.widths[0] + 1, y, type_);
            if !keys.is_empty() {
                write("type", self.widths[0] + self.widths[1] + 2, y, keys);
            }
        }
    }
}

/// From a column to the table that it refers to.
fn line(text: &mut String, from: &Entity<'_>, row: usize, to: &Entity<'_>) {
    let (x1, y1, y2) = (from.x, from.row(row), to.y + LINE / 2.0);
    let x2 = to.x + to.width;
    // One that does not lead to the left goes around.
    let reach = if x2 < x1 { (x1 - x2) / 2.0 } else { BETWEEN_COLUMNS / 2.0 };
    let (c1, c2) = (x1 - reach, x2 + reach);
    let _ = writeln!(
        text,
        "<path class=\"key\" marker-start=\"url(#many)\" marker-end=\"url(#one)\" \
         d=\"M{x1:.1},{y1:.1} C{c1:.1},{y1:.1} {c2:.1},{y2:.1} {x2:.1},{y2:.1}\"/>"
    );
}

/// Gives each table its place. Returns the size of the picture.
fn place(boxes: &mut [Entity<'_>]) -> (f64, f64) {
    let layers = layers(boxes);
    let all: f64 = boxes.iter().map(|entity| entity.height + BETWEEN).sum();
    let tallest = boxes.iter().map(|entity| entity.height).fold(0.0, f64::max);
    let widest = boxes.iter().map(|entity| entity.width).fold(0.0, f64::max) + BETWEEN_COLUMNS;
    // About as wide as it is high, even if most tables refer to nothing.
    let most = (all * widest).sqrt().max(tallest + BETWEEN);
    let (mut x, mut highest) = (BETWEEN, 0.0_f64);
    for layer in layers {
        let (mut y, mut width) = (BETWEEN, 0.0_f64);
        for place in layer {
            let entity = &mut boxes[place];
            if y > BETWEEN && y + entity.height > most {
                (x, y, width) = (x + width + BETWEEN_COLUMNS, BETWEEN, 0.0);
            }
            (entity.x, entity.y) = (x, y);
            y += entity.height + BETWEEN;
            width = width.max(entity.width);
            highest = highest.max(y);
        }
        x += width + BETWEEN_COLUMNS;
    }
    ((x - BETWEEN_COLUMNS + BETWEEN).max(1.0).ceil(), highest.max(1.0).ceil())
}

/// The tables by how many others they build upon; those of one layer near to what they refer to.
fn layers(boxes: &[Entity<'_>]) -> Vec<Vec<usize>> {
    let places: HashMap<&ObjectName, usize> =
        boxes.iter().enumerate().map(|(place, entity)| (&entity.table.name, place)).collect();
    let referred: Vec<Vec<usize>> = boxes
        .iter()
        .map(|entity| {
            let keys = entity.table.foreign_keys.iter();
            keys.filter_map(|key| places.get(&key.references).copied()).collect()
        })
        .collect();
    let mut depths: Vec<Option<usize>> = vec![None; boxes.len()];
    let mut is_waiting = vec![false; boxes.len()];
    for start in 0..boxes.len() {
        // A table is left when all that it refers to have their depth. One that waits already makes a cycle, and counts
        // for nothing.
        let mut waiting = vec![(start, 0)];
        is_waiting[start] = true;
        while let Some((place, next)) = waiting.pop() {
            if depths[place].is_some() {
                continue;
            }
            match referred[place].get(next) {
                Some(&other) => {
                    waiting.push((place, next + 1));
                    if depths[other].is_none() && !is_waiting[other] {
                        is_waiting[other] = true;
                        waiting.push((other, 0));
                    }
                }
                None => {
                    let deepest = referred[place].iter().filter_map(|&other| depths[other]).max();
                    depths[place] = Some(deepest.map_or(0, |deepest| deepest + 1));
                }
            }
        }
    }
    let mut layers: Vec<Vec<usize>> = Vec::new();
    let mut ranks = vec![0.0; boxes.len()];
    let deepest = depths.iter().flatten().max().map_or(0, |deepest| deepest + 1);
    for depth in 0..deepest {
        let mut layer: Vec<usize> = (0..boxes.len()).filter(|&place| depths[place] == Some(depth)).collect();
        let near = |place: usize| {
            let others: Vec<f64> = referred[place].iter().map(|&other| ranks[other]).collect();
            if others.is_empty() { 0.0 } else { others.iter().sum::<f64>() / number(others.len()) }
        };
        layer.sort_by(|&a, &b| near(a).total_cmp(&near(b)).then(a.cmp(&b)));
        for (rank, &place) in layer.iter().enumerate() {
            ranks[place] = number(rank);
        }
        layers.push(layer);
    }
    layers
}

/// A type that lists its values would be wider than the picture.
fn shortened(type_: &str) -> String {
    const MOST: usize = 32;
    if type_.chars().count() <= MOST {
        return type_.to_owned();
    }
    type_.chars().take(MOST - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[expect(clippy::cast_precision_loss, reason = "nothing in a picture is that large")]
fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, ForeignKey, ReferentialAction, Type};

    fn table(name: &str, references: &[&str]) -> Table {
        let mut table = Table::new(ObjectName::new(name));
        table.columns = vec![Column::new("id", Type::BigInteger)];
        for other in references {
            table.columns.push(Column::new(format!("{other}_id"), Type::BigInteger));
            table.foreign_keys.push(ForeignKey {
                definition: None,
                name: None,
                columns: vec![format!("{other}_id")],
                references: ObjectName::new(*other),
                referenced_columns: vec!["id".into()],
                on_delete: ReferentialAction::NoAction,
                on_update: ReferentialAction::NoAction,
                deferrable: None,
            });
        }
        table
    }

    #[test]
    fn what_is_referred_to_stands_to_the_left() {
        let tables = [
            table("c", &["b", "a"]),
            table("a", &[]),
            table("b", &["a", "b"]),
            table("x", &["y"]),
            table("y", &["x"]),
        ];
        let schema = Schema { tables: tables.into(), ..Schema::default() };
        let boxes: Vec<Entity<'_>> =
            schema.tables.iter().map(|table| Entity::new(table, &schema, Dialect::Sqlite)).collect();
        // `x` and `y` refer to each other: the one that is looked at first comes after.
        assert_eq!(layers(&boxes), [vec![1, 4], vec![2, 3], vec![0]]);
    }

    #[test]
    fn no_table_lies_on_another() {
        let tables: Vec<Table> = (0..40)
            .map(|number| match number {
                0..20 => table(&format!("t{number}"), &[]),
                _ => table(&format!("t{number}"), &[&*format!("t{}", number / 3)]),
            })
            .collect();
        let schema = Schema { tables, ..Schema::default() };
        let mut boxes: Vec<Entity<'_>> =
            schema.tables.iter().map(|table| Entity::new(table, &schema, Dialect::Sqlite)).collect();
        let (width, height) = place(&mut boxes);
        for (place, one) in boxes.iter().enumerate() {
            assert!(one.x >= 0.0 && one.x + one.width <= width && one.y + one.height <= height);
            for other in &boxes[place + 1..] {
                let apart = one.x + one.width < other.x
                    || other.x + other.width < one.x
                    || one.y + one.height < other.y
                    || other.y + other.height < one.y;
                assert!(apart, "{} and {}", one.title, other.title);
            }
        }
        let picture = svg(&schema, Dialect::Sqlite);
        assert_eq!(picture.matches("class=\"head\"").count(), 40);
        assert_eq!(picture.matches("marker-end=").count(), 20);
    }

    #[test]
    fn names_are_escaped() {
        let schema = Schema { tables: vec![table("a<b>&\"c", &[])], ..Schema::default() };
        assert!(svg(&schema, Dialect::Sqlite).contains(">a&lt;b&gt;&amp;\"c</text>"));
        assert!(svg(&Schema::default(), Dialect::Sqlite).ends_with("</svg>\n"));
    }
}
