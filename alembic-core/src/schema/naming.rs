//! How constraints and indexes are called that nobody has named.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// PostgreSQL cuts longer names, and MySQL refuses those over 64 characters.
const LONGEST: usize = 63;

/// The digits of the hash by which names that are cut are told apart.
const HASH: usize = 8;

/// The names of constraints and indexes that the models leave open.
///
/// A name says what it is for, so that it is the same on every machine and a later migration can find it.
///
/// ```
/// use alembic_core::schema::NamingConvention;
///
/// let naming = NamingConvention::default();
/// assert_eq!(naming.foreign_key.name("posts", &["author_id"], "users"), "fk_posts_author_id_users");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NamingConvention {
    /// `pk_{table}`
    pub primary_key: NameTemplate,
    /// `uq_{table}_{columns}`
    pub unique: NameTemplate,
    /// `fk_{table}_{columns}_{referred}`
    pub foreign_key: NameTemplate,
    /// `ix_{table}_{columns}`
    pub index: NameTemplate,
    /// `ck_{table}_{columns}`
    pub check: NameTemplate,
}

impl Default for NamingConvention {
    fn default() -> NamingConvention {
        let template = |text: &str| NameTemplate(text.to_owned());
        NamingConvention {
            primary_key: template("pk_{table}"),
            unique: template("uq_{table}_{columns}"),
            foreign_key: template("fk_{table}_{columns}_{referred}"),
            index: template("ix_{table}_{columns}"),
            check: template("ck_{table}_{columns}"),
        }
    }
}

/// A text in which `{table}`, `{columns}` (joined by `_`) and `{referred}` (the table that a foreign key refers to) stand
/// for names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NameTemplate(String);

/// A text is no template for names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{{{placeholder}}}` is not a placeholder of a name: there are `{{table}}`, `{{columns}}` and `{{referred}}`"
)]
pub struct InvalidTemplate {
    /// What stands between the braces.
    pub placeholder: String,
}

impl NameTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// It has a placeholder that is none.
    pub fn new(text: impl Into<String>) -> Result<NameTemplate, InvalidTemplate> {
        let text = text.into();
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            match after.split_once('}') {
                Some(("table" | "columns" | "referred", after)) => rest = after,
                other => {
                    let placeholder = other.map_or(after, |(placeholder, _)| placeholder).to_owned();
                    return Err(InvalidTemplate { placeholder });
                }
            }
        }
        Ok(NameTemplate(text))
    }

    /// A template that was read before.
    #[doc(hidden)]
    #[must_use]
    pub fn checked(text: &str) -> NameTemplate {
        NameTemplate(text.to_owned())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name for a constraint or an index, cut where a database would cut it.
    #[must_use]
    pub fn name(&self, table: &str, columns: &[&str], referred: &str) -> String {
        limited(self.text(table, columns, referred))
    }

    /// A name that is not among the `taken` ones, to which it is added: the second of its kind gets `_2`.
    pub fn unused_name(
        &self,
        taken: &mut BTreeSet<String>,
        table: &str,
        columns: &[&str],
        referred: &str,
    ) -> String {
        let text = self.text(table, columns, referred);
        let mut name = limited(text.clone());
        let mut number = 1;
        while !taken.insert(name.clone()) {
            number += 1;
            name = limited(format!("{text}_{number}"));
        }
        name
    }

    /// Whether a name of something in this table looks as if this template had given it.
    #[must_use]
    pub fn may_have_given(&self, table: &str, name: &str) -> bool {
        let text = self.0.replace("{table}", table);
        let (start, _) = text.split_once('{').unwrap_or((&text, ""));
        // Without columns there is nothing after it.
        let start = start.trim_end_matches('_');
        let end = text.rsplit_once('}').map_or(text.as_str(), |(_, end)| end);
        if start.is_empty() {
            return name.ends_with(end);
        }
        name.starts_with(&start[..start.floor_char_boundary(LONGEST - HASH - 1)])
    }

    fn text(&self, table: &str, columns: &[&str], referred: &str) -> String {
        // A check may mention no column.
        let text = if columns.is_empty() { self.0.replace("_{columns}", "") } else { self.0.clone() };
        text.replace("{columns}", &columns.join("_"))
            .replace("{table}", table)
            .replace("{referred}", referred)
    }
}

impl TryFrom<String> for NameTemplate {
    type Error = InvalidTemplate;

    fn try_from(text: String) -> Result<NameTemplate, InvalidTemplate> {
        NameTemplate::new(text)
    }
}

impl From<NameTemplate> for String {
    fn from(template: NameTemplate) -> String {
        template.0
    }
}

impl fmt::Display for NameTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Cuts a name that is too long for a database, and tells it by a hash from others with the same beginning.
fn limited(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    let hash = Sha256::digest(name.as_bytes());
    let hash: String = hash.iter().take(HASH / 2).map(|byte| format!("{byte:02x}")).collect();
    let start = name.floor_char_boundary(LONGEST - HASH - 1);
    format!("{}_{hash}", &name[..start])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_are_for() {
        let naming = NamingConvention::default();
        assert_eq!(naming.primary_key.name("users", &["id"], ""), "pk_users");
        assert_eq!(naming.unique.name("users", &["tenant_id", "email"], ""), "uq_users_tenant_id_email");
        assert_eq!(naming.check.name("users", &[], ""), "ck_users");
        let template = NameTemplate::new("{referred}__{table}").expect("a template");
        assert_eq!(template.name("a", &[], "b"), "b__a");
    }

    #[test]
    fn long_names_are_cut_and_stay_different() {
        let naming = NamingConvention::default();
        let long = "a".repeat(60);
        let name = naming.index.name(&long, &["b"], "");
        assert_eq!(name, format!("ix_{}_{}", "a".repeat(51), &name[55..]));
        assert_eq!(name.len(), 63);
        assert_ne!(name, naming.index.name(&long, &["c"], ""));
        let umlauts = naming.index.name(&"ü".repeat(40), &[], "");
        assert_eq!(umlauts.len(), 62, "{umlauts}");
        assert_eq!(naming.index.name(&"a".repeat(60), &[], ""), format!("ix_{}", "a".repeat(60)));
    }

    #[test]
    fn names_that_it_may_have_given() {
        let naming = NamingConvention::default();
        let check = |template: &NameTemplate, table: &str, name: &str, expected: bool| {
            assert_eq!(template.may_have_given(table, name), expected, "{template} {name}");
        };
        check(&naming.primary_key, "users", "pk_users", true);
        check(&naming.primary_key, "users", "users_pkey", false);
        check(&naming.unique, "users", "uq_users_email", true);
        check(&naming.unique, "users", "uq_users_email_2", true);
        check(&naming.unique, "users", "users_email_key", false);
        check(&naming.check, "users", "ck_users", true);
        check(&naming.check, "users", "ck_orders", false);
        let long = "a".repeat(60);
        check(&naming.index, &long, &naming.index.name(&long, &["b"], ""), true);
        let turned = NameTemplate::new("{columns}_{table}_idx").expect("a template");
        check(&turned, "users", "email_users_idx", true);
        check(&turned, "users", "ix_users_email", false);
    }

    #[test]
    fn a_second_name_is_numbered() {
        let naming = NamingConvention::default();
        let mut taken = BTreeSet::from(["ck_users_age".to_owned()]);
        assert_eq!(naming.check.unused_name(&mut taken, "users", &["age"], ""), "ck_users_age_2");
        assert_eq!(naming.check.unused_name(&mut taken, "users", &["age"], ""), "ck_users_age_3");
    }

    #[test]
    fn other_placeholders_are_refused() {
        let error = NameTemplate::new("ix_{tabel}").expect_err("no template");
        assert_eq!(
            error.to_string(),
            "`{tabel}` is not a placeholder of a name: there are `{table}`, `{columns}` and `{referred}`"
        );
        assert!(NameTemplate::new("ix_{table").is_err());
        assert!(NameTemplate::new("plain").is_ok());
    }
}
