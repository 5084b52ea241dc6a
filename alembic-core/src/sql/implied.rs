//! The names that PostgreSQL gives to constraints without one.

/// The name of a constraint over these columns (`ChooseConstraintName` and `ChooseIndexName` in PostgreSQL's sources). A
/// name that is longer than PostgreSQL's limit is not shortened.
pub(crate) fn implied_name<'a>(
    table: &'a str,
    columns: impl IntoIterator<Item = &'a str>,
    suffix: &'a str,
) -> String {
    let parts: Vec<&str> = std::iter::once(table).chain(columns).chain([suffix]).collect();
    parts.join("_")
}

/// The same for a `CHECK` that mentions these columns: only a single one is part of the name.
pub(crate) fn implied_check_name(table: &str, mentioned: &[&str]) -> String {
    implied_name(table, mentioned.iter().copied().filter(|_| mentioned.len() == 1), "check")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_postgresql() {
        assert_eq!(implied_name("t", [], "pkey"), "t_pkey");
        assert_eq!(implied_name("t", ["a", "b"], "key"), "t_a_b_key");
        assert_eq!(implied_check_name("t", &["a"]), "t_a_check");
        assert_eq!(implied_check_name("t", &["a", "b"]), "t_check");
        assert_eq!(implied_check_name("t", &[]), "t_check");
    }
}
