//! Structs around one value: `#[derive(alembic::Newtype)]`. A column of one is a column of what it wraps.

use syn::{Data, DeriveInput, Field, Fields, Type};

use super::sqlx::Container;
use super::{Mistakes, Reading};

/// A newtype.
#[derive(Clone)]
pub struct NewtypeItem {
    /// The type that it wraps.
    pub wrapped: Type,
    /// Whether it is one without a derive that says so: a tuple of one, or a struct that sqlx is told to look through.
    pub is_evident: bool,
}

/// Reads a struct with one field. A field of `PhantomData` does not count.
#[must_use]
pub fn read_newtype(input: &DeriveInput) -> Reading<NewtypeItem> {
    let wrong = || Reading::wrong(input.ident.span(), "a type with more or less than one field", "a newtype");
    let Data::Struct(data) = &input.data else { return wrong() };
    let fields: Vec<&Field> = data.fields.iter().filter(|field| !is_marker(&field.ty)).collect();
    let [field] = fields.as_slice() else { return wrong() };
    let mut mistakes = Mistakes::default();
    let sqlx = Container::read(&input.attrs, &mut mistakes);
    let is_evident = matches!(data.fields, Fields::Unnamed(_)) || sqlx.transparent;
    Reading { item: Some(NewtypeItem { wrapped: field.ty.clone(), is_evident }), mistakes }
}

fn is_marker(type_: &Type) -> bool {
    matches!(type_, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "PhantomData"))
}
