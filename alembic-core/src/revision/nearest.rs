//! The known name that a mistyped one probably means.

/// The names nearest to `name`, best first, at most three; empty when nothing is near.
///
/// The longer the name, the more slips are forgiven. Names that merely contain the wanted one come after
/// the mistyped ones.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let length = name.chars().count();
    let limit = match length {
        0 => return Vec::new(),
        1..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    let wanted = name.to_lowercase();
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .filter_map(|candidate| {
            let contained = length >= 4 && candidate.contains(name);
            distance(&wanted, length, candidate, limit)
                .or(contained.then_some(limit + 1))
                .map(|distance| (distance, candidate))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(3).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// How far apart two names are, ignoring case; none when further than `limit`.
fn distance(wanted: &str, length: usize, candidate: &str, limit: usize) -> Option<usize> {
    // The lengths alone rule out most candidates, and comparing is quadratic.
    if length.abs_diff(candidate.chars().count()) > limit {
        return None;
    }
    let distance = strsim::osa_distance(wanted, &candidate.to_lowercase());
    (distance <= limit).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_and_nothing_far_away() {
        let known = ["ae1027a6acf4", "1975ea83b712", "accounts", "accounting", "ab"];
        let check = |name: &str, expected: &[&str]| assert_eq!(nearest(name, known), expected, "{name}");
        check("ae1027a6acf5", &["ae1027a6acf4"]);
        check("ea1027a6acf4", &["ae1027a6acf4"]);
        check("acounts", &["accounts"]);
        check("ACCOUNTS", &["accounts"]);
        check("accountin", &["accounting", "accounts"]);
        check("a83b", &["1975ea83b712"]);
        check("ffffffffffff", &[]);
        check("a", &[]);
        check("", &[]);
    }
}
