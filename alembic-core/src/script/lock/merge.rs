//! Conflicts that a merge of git leaves in a lock: the lines of both sides, without the marks.

/// The text of a lock without the marks of conflicts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settled<'t> {
    /// The remaining lines with their numbers.
    pub(super) lines: Vec<(usize, &'t str)>,
    /// First and last line of each conflict.
    pub(super) conflicts: Vec<(usize, usize)>,
}

/// A conflict that is being read.
struct Conflict<'t> {
    first: usize,
    /// The length of its marks: a conflict inside of the base has longer ones.
    size: usize,
    part: usize,
    /// The lines of one side, of the base (`merge.conflictStyle = diff3`), and of the other side.
    parts: [Vec<(usize, &'t str)>; 3],
}

const OURS: usize = 0;
const BASE: usize = 1;
const THEIRS: usize = 2;

impl<'t> Settled<'t> {
    /// Keeps the lines of both sides. If the base is shown, a line that one side has removed is removed.
    pub(super) fn of(text: &'t str) -> Settled<'t> {
        let mut settled = Settled::default();
        let mut open: Option<Conflict<'t>> = None;
        for (number, line) in (1..).zip(text.lines()) {
            let line = if number == 1 { line.trim_start_matches('\u{feff}') } else { line }.trim();
            match (mark(line), &mut open) {
                (Some(('<', size)), None) => {
                    open = Some(Conflict { first: number, size, part: OURS, parts: Default::default() });
                }
                // Somebody has deleted the first mark, and not the others.
                (Some(_), None) => settled.conflicts.push((number, number)),
                (Some((letter, size)), Some(conflict)) if size == conflict.size => match letter {
                    '|' => conflict.part = BASE,
                    '=' => conflict.part = THEIRS,
                    _ => settled.close(open.take(), number),
                },
                (Some(_), Some(_)) => {}
                (None, Some(conflict)) => conflict.parts[conflict.part].push((number, line)),
                (None, None) => settled.lines.push((number, line)),
            }
        }
        settled.close(open, text.lines().count());
        settled
    }

    fn close(&mut self, conflict: Option<Conflict<'t>>, last: usize) {
        let Some(Conflict { first, parts: [ours, base, theirs], .. }) = conflict else { return };
        self.conflicts.push((first, last));
        let has = |lines: &[(usize, &str)], line: &str| lines.iter().any(|(_, other)| *other == line);
        for (side, other) in [(&ours, &theirs), (&theirs, &ours)] {
            let kept = side.iter().filter(|(_, line)| !has(&base, line) || has(other, line));
            self.lines.extend(kept.copied());
        }
    }
}

/// The letter and the length of a mark.
fn mark(line: &str) -> Option<(char, usize)> {
    let letter = line.chars().next().filter(|letter| "<|=>".contains(*letter))?;
    let length = line.len() - line.trim_start_matches(letter).len();
    let rest = &line[length..];
    (length >= 7 && (rest.is_empty() || rest.starts_with(' '))).then_some((letter, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_both_sides_are_kept() {
        for (text, lines, conflicts) in [
            ("a\nb\n", "a b", &[][..]),
            ("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\nd\n", "a b c d", &[(2, 6)]),
            ("<<<<<<<\n||||||| 1234\n=======\nc\n>>>>>>>\n", "c", &[(1, 5)]),
            // One side has removed b, the other x.
            ("<<<<<<<\na\nx\n|||||||\nb\nx\n=======\nb\nc\n>>>>>>>\n", "a c", &[(1, 10)]),
            (
                "<<<<<<<\na\n|||||||\n<<<<<<<<<\nb\n=========\nx\n>>>>>>>>>\n=======\nc\n>>>>>>>\n",
                "a c",
                &[(1, 11)],
            ),
            // Half resolved by hand.
            ("a\n=======\nb\n>>>>>>> x\n", "a b", &[(2, 2), (4, 4)]),
            ("<<<<<<< HEAD\na\n", "a", &[(1, 2)]),
            ("<<<<<< six\n========= x=\n", "<<<<<< six", &[(2, 2)]),
        ] {
            let settled = Settled::of(text);
            let found: Vec<&str> = settled.lines.iter().map(|(_, line)| *line).collect();
            assert_eq!(
                (found.join(" "), settled.conflicts.as_slice()),
                (lines.to_owned(), conflicts),
                "{text}"
            );
        }
    }
}
