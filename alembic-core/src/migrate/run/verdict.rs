//! The verdict about a statement whose end is unknown, from the evidence that it left in the catalog.
//!
//! Pure: it compares the answers of the catalog before the statement with its answers now.

use crate::dialect::postgresql::index::drop_concurrently;
use crate::sql::facts::{Object, Trace};

/// The next step for a statement whose end is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was executed, and is complete after these statements.
    Done(Vec<String>),
    /// It was not executed, or can run twice: it runs after these statements.
    Again(Vec<String>),
    /// Only a person can decide. The text describes the evidence.
    Unknown(String),
}

/// Text for a missing object.
pub(crate) const ABSENT: &str = "absent";

/// Compares `before` and `now`, as `describe` wrote them; none if the catalog had no answer. `failed`: the database
/// reported that the statement failed.
pub(crate) fn verdict(trace: &Trace, before: Option<&str>, now: Option<&str>, failed: bool) -> Verdict {
    match trace {
        Trace::Harmless => return Verdict::Again(Vec::new()),
        Trace::Nothing if failed => {
            return Verdict::Unknown("it failed, and may have done a part of its work before".to_owned());
        }
        Trace::Nothing => {
            return Verdict::Unknown("it leaves nothing in the catalog by which one could tell".to_owned());
        }
        _ => {}
    }
    let (Some(before), Some(now)) = (before, now) else {
        return Verdict::Unknown("the catalog does not say what was there before".to_owned());
    };
    match trace {
        Trace::Definitions(objects) | Trace::Identities(objects) => changes(objects, before, now, failed),
        Trace::NewIndex(_) => {
            let new = new_lines(before, now);
            if new.iter().any(|line| line.ends_with(" valid")) && !failed {
                return Verdict::Done(Vec::new());
            }
            Verdict::Again(drop_invalid(&new))
        }
        Trace::Reindex(_) => Verdict::Again(drop_invalid(&new_lines(before, now))),
        Trace::Removal(_) if now.is_empty() && !before.is_empty() => Verdict::Done(Vec::new()),
        Trace::Removal(_) => Verdict::Again(Vec::new()),
        Trace::Detachment { finish, .. } => match (before, now) {
            ("attached", "") => Verdict::Done(Vec::new()),
            ("attached", "pending") => Verdict::Done(vec![finish.clone()]),
            _ => Verdict::Again(Vec::new()),
        },
        Trace::Harmless | Trace::Nothing => Verdict::Again(Vec::new()),
    }
}

/// The verdict about a statement that changes these objects, with a line for each of them.
fn changes(objects: &[Object], before: &str, now: &str, failed: bool) -> Verdict {
    let mut changed = Vec::new();
    let mut same = Vec::new();
    let lines = before.lines().zip(now.lines());
    for (object, (before, now)) in objects.iter().zip(lines) {
        if before != now {
            changed.push(object.to_string());
        } else if now != ABSENT {
            same.push(object.to_string());
        }
    }
    match (changed.as_slice(), same.as_slice()) {
        ([], _) => Verdict::Again(Vec::new()),
        (_, []) if !failed => Verdict::Done(Vec::new()),
        (changed, []) => Verdict::Unknown(format!("it failed, and yet {} changed", changed.join(", "))),
        (changed, same) => Verdict::Unknown(format!(
            "a part was done: {} changed, {} did not",
            changed.join(", "),
            same.join(", ")
        )),
    }
}

/// The indexes that are new or whose state is new. Their names may have changed.
fn new_lines<'a>(before: &str, now: &'a str) -> Vec<&'a str> {
    let number_and_state = |line: &str| {
        let mut words = line.rsplit(' ');
        (words.next().map(str::to_owned), words.next().map(str::to_owned))
    };
    let old: Vec<_> = before.lines().map(number_and_state).collect();
    now.lines().filter(|line| !old.contains(&number_and_state(line))).collect()
}

/// Statements that drop the unfinished indexes of these lines.
fn drop_invalid(lines: &[&str]) -> Vec<String> {
    let invalid = lines.iter().filter_map(|line| line.strip_suffix(" invalid")?.rsplit_once(' '));
    invalid.map(|(name, _)| drop_concurrently(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::Name;
    use crate::sql::facts::{Indexes, ObjectKind};

    fn name(name: &str) -> Name {
        Name { schema: None, name: name.to_owned() }
    }

    fn table(text: &str) -> Object {
        Object::table(name(text))
    }

    fn done() -> Verdict {
        Verdict::Done(Vec::new())
    }

    fn again() -> Verdict {
        Verdict::Again(Vec::new())
    }

    #[track_caller]
    fn check(trace: &Trace, before: &str, now: &str, expected: &Verdict) {
        assert_eq!(&verdict(trace, Some(before), Some(now), false), expected, "{before:?} → {now:?}");
    }

    #[test]
    fn what_changed_was_done() {
        let one = Trace::Definitions(vec![table("t")]);
        check(&one, "absent", "1f", &done());
        check(&one, "1f", "absent", &done());
        check(&one, "1f", "2e", &done());
        check(&one, "1f", "1f", &again());
        check(&one, "absent", "absent", &again());
        let two = Trace::Definitions(vec![table("a"), table("b")]);
        check(&two, "1f\nabsent", "absent\n1f", &done());
        // `DROP TABLE IF EXISTS a, b` where there is no b.
        check(&two, "1f\nabsent", "absent\nabsent", &done());
        let partly = "a part was done: table `a` changed, table `b` did not";
        check(&two, "1f\n2e", "absent\n2e", &Verdict::Unknown(partly.to_owned()));
        assert!(matches!(verdict(&one, Some("1f"), None, false), Verdict::Unknown(_)));
        assert!(matches!(verdict(&one, Some("1f"), Some("2e"), true), Verdict::Unknown(_)));
        assert_eq!(verdict(&one, Some("1f"), Some("1f"), true), again());
    }

    #[test]
    fn an_index_that_was_not_finished_goes_first() {
        let index = Trace::NewIndex(name("t"));
        let before = "public.t_pkey 10 valid";
        check(&index, before, before, &again());
        check(&index, before, &format!("public.a 11 valid\n{before}"), &done());
        let first = vec!["DROP INDEX CONCURRENTLY IF EXISTS public.\"A b\"".to_owned()];
        check(&index, before, &format!("public.\"A b\" 11 invalid\n{before}"), &Verdict::Again(first));
        // One that was not valid before is somebody else's.
        check(&index, "public.x 9 invalid", "public.x 9 invalid", &again());
        let first = vec!["DROP INDEX CONCURRENTLY IF EXISTS public.a_ccnew".to_owned()];
        let reindex = Trace::Reindex(Indexes::Invalid);
        check(&reindex, before, &format!("public.a_ccnew 12 invalid\n{before}"), &Verdict::Again(first));
        let first = vec!["DROP INDEX CONCURRENTLY IF EXISTS public.t_pkey_ccold".to_owned()];
        let now = "public.t_pkey 12 valid\npublic.t_pkey_ccold 10 invalid";
        check(&reindex, before, now, &Verdict::Again(first));
    }

    #[test]
    fn what_goes_in_steps() {
        let removal = Trace::Removal(Object::new(ObjectKind::Index, name("a")));
        check(&removal, "public.a 11 valid", "public.a 11 invalid", &again());
        check(&removal, "public.a 11 valid", "", &done());
        check(&removal, "", "", &again());
        let detachment = Trace::Detachment { partition: name("p"), finish: "FINALIZE".to_owned() };
        check(&detachment, "attached", "attached", &again());
        check(&detachment, "attached", "pending", &Verdict::Done(vec!["FINALIZE".to_owned()]));
        check(&detachment, "attached", "", &done());
    }
}
