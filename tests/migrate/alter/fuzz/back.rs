//! The statements that take a migration back.

use super::case::{Case, Step};
use super::model::{Action, Named, Rule, Schema, Table};
use super::render::{self, Style, quoted};

/// Nothing if a step cannot be taken back by a statement.
pub(super) fn way_back(case: &Case) -> Option<Vec<String>> {
    let mut schema: Schema = case.schema.clone();
    let mut back = Vec::new();
    for step in &case.steps {
        let Step::Alter { table, actions } = step else { return None };
        let [action] = actions.as_slice() else { return None };
        if let Some(inverse) = inverse(schema.table(table)?, action)? {
            back.push(format!(
                "ALTER TABLE {} {}",
                quoted(table),
                render::action(&mut Style::plain(), &inverse)
            ));
        }
        schema = schema.altered(table, actions).ok()?.0;
    }
    back.reverse();
    Some(back)
}

/// The inner `None` if nothing is to be taken back, the outer one if that is not possible.
#[expect(clippy::option_option, reason = "no action, and no way, are two things")]
fn inverse(table: &Table, action: &Action) -> Option<Option<Action>> {
    let column = |name: &String| table.columns.iter().find(|column| column.name == *name);
    let has = |name: &String, wanted: fn(&Rule) -> bool| {
        Some(column(name)?.rules.iter().filter(|named| wanted(&named.rule)).count())
    };
    let collations = |name: &String| {
        column(name)?.rules.iter().rev().find_map(|named| match named.rule {
            Rule::Collate(name) => Some(name),
            _ => None,
        })
    };
    let default = |name: &String| -> Option<Vec<String>> {
        let all = column(name)?.rules.iter().filter_map(|named| match &named.rule {
            Rule::Default(value) if named.name.is_none() => Some(Some(value.clone())),
            Rule::Default(_) => Some(None),
            _ => None,
        });
        all.collect()
    };
    Some(match action {
        Action::SetType { column: name, collation, .. } => {
            let of_type = column(name)?.of_type.clone();
            // An explicit BINARY is not written again.
            if of_type.is_empty() || has(name, |rule| matches!(rule, Rule::Collate(_)))? > 1 {
                return None;
            }
            let old = collations(name).unwrap_or("BINARY");
            if collation.is_some() && collations(name).is_some_and(|name| name == "BINARY") {
                return None;
            }
            if collation.is_some_and(|new| new == "BINARY")
                && column(name)?
                    .rules
                    .iter()
                    .any(|named| named.name.is_some() && matches!(named.rule, Rule::Collate(_)))
            {
                return None;
            }
            let collation = collation.map(|_| old);
            Some(Action::SetType { column: name.clone(), of_type, collation, using: None })
        }
        Action::SetNotNull(name) => {
            if has(name, |rule| matches!(rule, Rule::Null))? > 0 {
                return None;
            }
            let is_new = has(name, |rule| matches!(rule, Rule::NotNull { .. }))? == 0;
            let is_key = table.primary_key().is_some_and(|key| key.contains(name));
            if is_new && is_key && (table.strict || table.without_rowid) {
                return None;
            }
            is_new.then(|| Action::DropNotNull(name.clone()))
        }
        Action::DropNotNull(name) => {
            if has(name, |rule| matches!(rule, Rule::NotNull { .. }))? > 0 {
                return None;
            }
            None
        }
        Action::SetDefault(name, _) => {
            match column(name)?.rules.iter().filter(|named| matches!(named.rule, Rule::Default(_))).count() {
                0 => Some(Action::DropDefault(name.clone())),
                _ => {
                    let last = column(name)?.rules.iter().rev().find_map(|named| match &named.rule {
                        Rule::Default(value) => Some(value.clone()),
                        _ => None,
                    })?;
                    Some(Action::SetDefault(name.clone(), last))
                }
            }
        }
        Action::DropDefault(name) => match default(name)?.as_slice() {
            [] => None,
            [only] => Some(Action::SetDefault(name.clone(), only.clone())),
            _ => return None,
        },
        Action::Add(column) => Some(Action::Drop(column.name.clone())),
        Action::AddRule(named, _) => Some(Action::DropRule(name_of(table, named)?)),
        Action::Drop(_) | Action::DropRule(_) => return None,
    })
}

fn name_of(table: &Table, named: &Named) -> Option<String> {
    named.name.clone().or_else(|| table.implied(None, &named.rule))
}
