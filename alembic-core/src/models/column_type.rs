//! The column type of a Rust type, asked of the compiler.
//!
//! A derive sees no more of a field than the words of its type. What they mean is known to the compiler, which answers
//! through [`ColumnType`] for what derives `Enum` or `Newtype`, and through the full name of the type for what comes from
//! other crates.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use super::types::{Known, known};
use crate::schema::{Enum, Type};

/// What a Rust type says about a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnKind {
    /// The type of the column.
    pub type_: Type,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// The enums that its type uses.
    pub enums: Vec<Enum>,
}

impl ColumnKind {
    /// A column that must not be NULL.
    #[must_use]
    pub fn new(type_: Type) -> ColumnKind {
        ColumnKind { type_, nullable: false, enums: Vec::new() }
    }

    /// A column of this enum.
    #[must_use]
    pub fn of_enum(definition: Enum) -> ColumnKind {
        ColumnKind { type_: Type::Enum(definition.name.clone()), nullable: false, enums: vec![definition] }
    }

    /// The same in `Option`.
    #[must_use]
    pub(crate) fn optional(self) -> ColumnKind {
        ColumnKind { nullable: true, ..self }
    }

    /// The same in `Vec`.
    #[must_use]
    pub(crate) fn list(self) -> ColumnKind {
        let type_ = match self.type_ {
            Type::UnsignedTinyInteger => Type::Bytes,
            element => Type::Array(Box::new(element)),
        };
        ColumnKind { type_, nullable: false, enums: self.enums }
    }
}

/// No column type is known for a Rust type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownType {
    /// The full name of the Rust type.
    pub rust: String,
}

/// A type of one's own that a column can have.
///
/// `#[derive(alembic::Enum)]` and `#[derive(alembic::Newtype)]` implement it. What comes from the standard library, from
/// `chrono`, `uuid` and the like needs no implementation: see [`RUST_TYPES`](super::RUST_TYPES).
pub trait ColumnType {
    /// The column type.
    ///
    /// # Errors
    /// A newtype wraps a type that has none.
    fn column_kind() -> Result<ColumnKind, UnknownType>;
}

impl<T: ColumnType> ColumnType for Option<T> {
    fn column_kind() -> Result<ColumnKind, UnknownType> {
        T::column_kind().map(ColumnKind::optional)
    }
}

impl<T: ColumnType> ColumnType for Vec<T> {
    fn column_kind() -> Result<ColumnKind, UnknownType> {
        T::column_kind().map(ColumnKind::list)
    }
}

impl<T: ColumnType> ColumnType for [T] {
    fn column_kind() -> Result<ColumnKind, UnknownType> {
        T::column_kind().map(ColumnKind::list)
    }
}

impl<T: ColumnType, const N: usize> ColumnType for [T; N] {
    fn column_kind() -> Result<ColumnKind, UnknownType> {
        T::column_kind().map(ColumnKind::list)
    }
}

macro_rules! same {
    ($($wrapper:ty),*) => {$(
        impl<T: ColumnType + ?Sized> ColumnType for $wrapper {
            fn column_kind() -> Result<ColumnKind, UnknownType> {
                T::column_kind()
            }
        }
    )*};
}

same!(Box<T>, Rc<T>, Arc<T>, &T);

impl<T: ColumnType + ToOwned + ?Sized> ColumnType for Cow<'_, T> {
    fn column_kind() -> Result<ColumnKind, UnknownType> {
        T::column_kind()
    }
}

/// Asks for the column type of `T`: `Probe::<T>::column_kind()`, with [`ByName`] in scope.
///
/// The inherent function is preferred where `T` has [`ColumnType`]; else the name of the type has to do.
#[doc(hidden)]
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T: ColumnType + ?Sized> Probe<T> {
    /// What the type says of itself.
    pub fn column_kind() -> Result<ColumnKind, UnknownType> {
        T::column_kind()
    }
}

#[doc(hidden)]
pub trait ByName {
    /// What is known of a type with that name.
    fn column_kind() -> Result<ColumnKind, UnknownType>;
}

impl<T: ?Sized> ByName for Probe<T> {
    fn column_kind() -> Result<ColumnKind, UnknownType> {
        let rust = std::any::type_name::<T>();
        by_name(rust).ok_or_else(|| UnknownType { rust: rust.to_owned() })
    }
}

/// Reads what [`std::any::type_name`] gives. Its form is not guaranteed by the standard library: what cannot be read is
/// unknown.
fn by_name(name: &str) -> Option<ColumnKind> {
    let name = name.trim();
    if let Some(referred) = name.strip_prefix('&') {
        return by_name(referred.trim_start_matches("'_ ").trim_start_matches("mut "));
    }
    if let Some(list) = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let element = list.rsplit_once(';').map_or(list, |(element, _)| element);
        return by_name(element).map(ColumnKind::list);
    }
    let (path, arguments) = match name.split_once('<') {
        None => (name, ""),
        Some((path, rest)) => (path, rest.strip_suffix('>')?),
    };
    let path: Vec<&str> = path.split("::").collect();
    let first = || first_type(arguments).and_then(by_name);
    match known(&path)? {
        Known::Column(type_) => Some(ColumnKind::new(type_)),
        Known::Same => first(),
        Known::Optional => first().map(ColumnKind::optional),
        Known::List => first().map(ColumnKind::list),
    }
}

/// The first argument that is no lifetime.
fn first_type(arguments: &str) -> Option<&str> {
    let mut depth = 0_u32;
    let split = |character: char| {
        match character {
            '<' | '[' | '(' => depth += 1,
            '>' | ']' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    };
    arguments.split(split).map(str::trim).find(|argument| !argument.is_empty() && !argument.starts_with('\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_are_read() {
        let cases = [
            ("i64", "BigInteger"),
            ("&str", "Text"),
            ("&'_ str", "Text"),
            ("alloc::string::String", "Text"),
            ("core::option::Option<alloc::string::String>", "Text?"),
            ("alloc::borrow::Cow<str>", "Text"),
            ("alloc::borrow::Cow<'_, str>", "Text"),
            ("alloc::boxed::Box<str>", "Text"),
            ("alloc::vec::Vec<u8>", "Bytes"),
            ("[u8; 32]", "Bytes"),
            ("&[u8]", "Bytes"),
            ("core::option::Option<alloc::vec::Vec<u8>>", "Bytes?"),
            ("alloc::vec::Vec<core::option::Option<uuid::Uuid>>", "Array(Uuid)"),
            ("chrono::datetime::DateTime<chrono::offset::utc::Utc>", "TimestampTz"),
            ("core::num::nonzero::NonZero<u32>", "UnsignedInteger"),
            ("sqlx_core::types::json::Json<std::collections::hash::map::HashMap<u8, app::X>>", "Json"),
            ("std::collections::hash::map::HashMap<u8, app::X>", "unknown"),
            ("app::UserId", "unknown"),
            ("(i32, i32)", "unknown"),
            ("fn() -> i32", "unknown"),
            ("core::option::Option<app::UserId>", "unknown"),
            ("core::option::Option", "unknown"),
            ("<", "unknown"),
            ("", "unknown"),
        ];
        for (name, expected) in cases {
            let shown = by_name(name).map_or_else(
                || "unknown".to_owned(),
                |kind| format!("{:?}{}", kind.type_, if kind.nullable { "?" } else { "" }),
            );
            assert_eq!(shown, expected, "{name}");
        }
    }

    #[test]
    fn the_compiler_knows_what_a_name_does_not() {
        use super::ByName as _;

        struct Mood;
        impl ColumnType for Mood {
            fn column_kind() -> Result<ColumnKind, UnknownType> {
                Ok(ColumnKind::new(Type::Sql("mood".into())))
            }
        }
        struct Other;
        type Moods = Vec<Option<Mood>>;
        type Number = i16;

        let mood = Type::Sql("mood".into());
        assert_eq!(Probe::<Mood>::column_kind(), Ok(ColumnKind::new(mood.clone())));
        let optional = ColumnKind { nullable: true, ..ColumnKind::new(mood.clone()) };
        assert_eq!(Probe::<Option<Box<Mood>>>::column_kind(), Ok(optional));
        let array = ColumnKind::new(Type::Array(Box::new(mood)));
        assert_eq!(Probe::<Moods>::column_kind(), Ok(array));
        assert_eq!(Probe::<Number>::column_kind(), Ok(ColumnKind::new(Type::SmallInteger)));
        let unknown = Probe::<Option<Other>>::column_kind().expect_err("no column type");
        assert!(unknown.rust.ends_with("Other>"), "{}", unknown.rust);
    }
}
