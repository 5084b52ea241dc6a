//! Reading one item: a struct or an enum with its attributes. What it refers to elsewhere is left open.

mod attribute;
mod case;
mod column;
mod constraint;
mod enumeration;
mod index;
mod mistake;
pub(crate) mod nesting;
mod newtype;
mod reference;
mod sqlx;
mod table;

#[cfg(feature = "models")]
pub(crate) use attribute::{each_key, expression, list, skip_value, text};
pub use column::ColumnItem;
#[cfg(feature = "models")]
pub(crate) use column::is_option;
pub use constraint::ForeignKeyItem;
pub use enumeration::{EnumItem, read_enum};
pub use mistake::{Mistake, Mistakes, Reading};
pub use nesting::parse;
pub use newtype::{NewtypeItem, read_newtype};
pub use reference::Target;
pub use table::{TableItem, read_table};

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;

/// Something, and where in the source it is said.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// Where.
    pub span: Span,
    /// What.
    pub value: T,
}

impl<T> Spanned<T> {
    fn new(span: Span, value: T) -> Spanned<T> {
        Spanned { span, value }
    }
}

/// All keys of all attributes.
#[cfg(test)]
pub(super) fn keys() -> Vec<(&'static str, &'static [&'static str])> {
    vec![
        ("table", table::KEYS),
        ("column", column::KEYS),
        ("alembic", enumeration::KEYS),
        ("table(index)", index::KEYS),
        ("table(index(column))", index::PART_KEYS),
        ("table(index)", index::FORMS),
        ("table(unique)", constraint::UNIQUE_KEYS),
        ("column(references)", constraint::REFERENCE_KEYS),
    ]
}

/// A name without `r#`.
#[must_use]
pub fn unraw(ident: &Ident) -> String {
    ident.unraw().to_string()
}
