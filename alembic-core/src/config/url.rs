//! `${NAME}` in a URL.

/// A URL cannot be completed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InterpolateError {
    /// The variable has no value.
    #[error("the variable {0} is not set")]
    Unset(String),
    /// A `${` without its `}`. What follows it may be a password, and is not shown.
    #[error("a `${{` has no `}}`")]
    Unclosed,
}

/// What separates the parts of a URL, and cannot stand in a user's name or a password as it is.
const SEPARATORS: [char; 8] = ['@', '/', '?', '#', '[', ']', ' ', ':'];

/// Replaces `${NAME}` by the value that `variable` gives for it.
///
/// A user's name or a password may hold the characters that separate the parts of a URL: they are percent-encoded.
///
/// ```
/// use alembic_core::config::{InterpolateError, interpolate};
///
/// let variable = |name: &str| match name {
///     "HOST" => Some("db:5432".to_owned()),
///     "PASSWORD" => Some("p@ss/word".to_owned()),
///     _ => None,
/// };
/// assert_eq!(
///     interpolate("postgres://app:${PASSWORD}@${HOST}/app", variable),
///     Ok("postgres://app:p%40ss%2Fword@db:5432/app".to_owned())
/// );
/// assert_eq!(interpolate("postgres://${PORT}", variable), Err(InterpolateError::Unset("PORT".to_owned())));
/// ```
///
/// # Errors
/// A variable that has no value, or a `${` that does not end.
pub fn interpolate(
    text: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<String, InterpolateError> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or(InterpolateError::Unclosed)?;
        result.push_str(before);
        let value = variable(name).ok_or_else(|| InterpolateError::Unset(name.to_owned()))?;
        match login(&text[..text.len() - rest.len() + before.len()], after) {
            Some(kept) => value.chars().for_each(|character| match character {
                separator if SEPARATORS.contains(&separator) && separator != kept => {
                    result.push_str(&format!("%{:02X}", separator as u32));
                }
                other => result.push(other),
            }),
            None => result.push_str(&value),
        }
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}

/// Whether what stands between these two parts of a URL is a user's name or a password, and then the character that
/// separates nothing there: a name may be followed by its password in one variable.
fn login(before: &str, after: &str) -> Option<char> {
    let (_, authority) = before.split_once("://")?;
    let ended = |text: &str| text.find(['/', '?', '#']).unwrap_or(text.len());
    let is_login = ended(authority) == authority.len()
        && !authority.contains('@')
        && after[..ended(after)].contains('@');
    is_login.then_some(if authority.contains(':') { '\0' } else { ':' })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_logins_are_encoded() {
        let variable = |name: &str| match name {
            "PASSWORD" => Some("a@b:c/d#e?f g%40".to_owned()),
            "LOGIN" => Some("app:p@ss".to_owned()),
            "URL" => Some("postgres://app:p%40ss@db/app?a=b".to_owned()),
            "PATH" => Some("data/a b.db".to_owned()),
            "HOST" => Some("[::1]:5432".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let check = |text: &str, expected: &str| {
            let result = interpolate(text, variable);
            assert_eq!(result.unwrap_or_else(|error| error.to_string()), expected, "{text}");
        };
        check("plain $ { } text", "plain $ { } text");
        check("${URL}", "postgres://app:p%40ss@db/app?a=b");
        check("mysql://app:${PASSWORD}@db/x", "mysql://app:a%40b%3Ac%2Fd%23e%3Ff%20g%40@db/x");
        check("mysql://${LOGIN}@db/x", "mysql://app:p%40ss@db/x");
        check("mysql://app:${EMPTY}@${HOST}/x", "mysql://app:@[::1]:5432/x");
        check("mysql://${HOST}/x", "mysql://[::1]:5432/x");
        check("mysql://${HOST}/${PATH}?to=a@b", "mysql://[::1]:5432/data/a b.db?to=a@b");
        check("sqlite://${PATH}", "sqlite://data/a b.db");
        check("sqlite://${PATH}?mode=${EMPTY}", "sqlite://data/a b.db?mode=");
        check("${NOBODY}", "the variable NOBODY is not set");
        check("mysql://app:${PASSWORD@db/x", "a `${` has no `}`");
    }
}
