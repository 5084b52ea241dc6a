//! Parentheses in an expression that change nothing.

/// The places of parentheses around an operand of AND or OR that binds as strongly without them. Words are in small
/// letters.
pub(super) fn needless(words: &[String]) -> Option<(usize, usize)> {
    let mut opened = Vec::new();
    for (place, word) in words.iter().enumerate() {
        match word.as_str() {
            "(" => opened.push(place),
            ")" => {
                let open = opened.pop()?;
                if is_needless(words, opened.last().copied(), open, place) {
                    return Some((open, place));
                }
            }
            _ => {}
        }
    }
    None
}

/// `outer` is where the parentheses begin that these stand in.
fn is_needless(words: &[String], outer: Option<usize>, open: usize, close: usize) -> bool {
    let word = |place: Option<usize>| place.and_then(|place| words.get(place)).map(String::as_str);
    let (before, after) = (word(open.checked_sub(1)), word(Some(close + 1)));
    // Those of a function or of IN are something else than a group.
    let before_outer = word(outer.and_then(|outer| outer.checked_sub(1)));
    let is_in_group = matches!(before_outer, None | Some("(" | "and" | "or" | "not"));
    let begins = match before {
        None | Some("and" | "or") => true,
        Some("(") => is_in_group,
        _ => false,
    };
    if !begins || !matches!(after, None | Some(")" | "and" | "or")) {
        return false;
    }
    let inside = level(&words[open + 1..close]);
    let outside = level(&words[outer.map_or(0, |outer| outer + 1)..]);
    // The AND of a BETWEEN, and what stands in a CASE, is no operand of these.
    let unclear = [",", "select", "between", "case"];
    if inside.is_empty() || has(&inside, &unclear) || has(&outside, &unclear[2..]) {
        return false;
    }
    !has(&inside, &["or"]) || (before != Some("and") && after != Some("and"))
}

/// The words that stand in no further parentheses, up to the end of those around them.
fn level(words: &[String]) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for word in words {
        match word.as_str() {
            "(" => depth += 1,
            ")" if depth == 0 => break,
            ")" => depth -= 1,
            other if depth == 0 => found.push(other),
            _ => {}
        }
    }
    found
}

fn has(words: &[&str], wanted: &[&str]) -> bool {
    words.iter().any(|word| wanted.contains(word))
}
