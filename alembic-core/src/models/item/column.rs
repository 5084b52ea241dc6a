//! Fields: `#[column(…)]`.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Field, Ident, LitStr, Token, Type as RustType, token};

use super::attribute::{each_key, expression, list, number, once, text, unknown, whole, word};
use super::case::RenameRule;
use super::constraint::{KeyItem, ReferenceItem, check};
use super::index::IndexItem;
use super::sqlx::Child;
use super::{Mistakes, unraw};
use crate::models::Modifiers;
use crate::models::types::WORDS;
use crate::models::{ColumnKind, DraftColumn, ModelProblem, UnknownType};
use crate::revision::nearest;
use crate::schema::{Check, Generated, Identity, Type};
use crate::sql::Dialect;

/// A field that is a column.
#[derive(Clone)]
pub struct ColumnItem {
    /// Where it is.
    pub span: Span,
    /// The name of the field.
    pub field: String,
    /// The Rust type that decides the column's type; none where an attribute does.
    pub rust: Option<RustType>,
    /// The column. Its kind is unknown where the Rust type decides.
    pub draft: DraftColumn,
}

/// A column, and the constraints that were written at it.
pub(super) struct FieldItem {
    pub(super) column: ColumnItem,
    pub(super) primary_key: Option<Span>,
    pub(super) uniques: Vec<KeyItem>,
    pub(super) indexes: Vec<IndexItem>,
    pub(super) references: Vec<ReferenceItem>,
    pub(super) checks: Vec<(Span, Check)>,
}

pub(super) const KEYS: &[&str] = &[
    "name",
    "primary_key",
    "autoincrement",
    "identity",
    "type",
    "length",
    "precision",
    "scale",
    "nullable",
    "not_null",
    "default",
    "unique",
    "index",
    "references",
    "check",
    "generated",
    "collation",
    "comment",
    "renamed_from",
    "using",
    "skip",
];

/// What all columns of a table have in common.
pub(super) struct Defaults {
    pub(super) rename_all: Option<RenameRule>,
    pub(super) doc_comments: bool,
}

/// Reads a field. None where it is no column.
pub(super) fn read_field(
    field: &Field,
    ident: &Ident,
    defaults: &Defaults,
    mistakes: &mut Mistakes,
) -> Option<FieldItem> {
    let sqlx = Child::read(&field.attrs, mistakes);
    let rust_name = unraw(ident);
    let unknown_kind = Err(UnknownType { rust: String::new() });
    let mut draft = DraftColumn::new(String::new(), unknown_kind);
    let mut item = FieldItem {
        column: ColumnItem { span: ident.span(), field: rust_name.clone(), rust: None, draft: draft.clone() },
        primary_key: None,
        uniques: Vec::new(),
        indexes: Vec::new(),
        references: Vec::new(),
        checks: Vec::new(),
    };
    let (mut name, mut type_, mut skip) = (None, None, sqlx.skip);
    let (mut nullable, mut not_null) = (None, None);
    let mut sized = Modifiers::default();
    each_key(&field.attrs, "column", mistakes, |key, input| {
        let column = &mut draft.column;
        match key.to_string().as_str() {
            "name" => once(&mut name, key, text(input)?)?,
            "primary_key" => once(&mut item.primary_key, key, key.span())?,
            "autoincrement" => once(&mut column.identity, key, Identity::ByDefault)?,
            "identity" => once(&mut column.identity, key, identity(input)?)?,
            "type" if input.peek(token::Paren) => words_of_type(input, &mut draft.modifiers)?,
            "type" => once(&mut type_, key, column_type(input, &mut sized)?)?,
            "length" => once(&mut draft.modifiers.length, key, number(input)?)?,
            "precision" => once(&mut draft.modifiers.precision, key, number(input)?)?,
            "scale" => once(&mut draft.modifiers.scale, key, number(input)?)?,
            "nullable" => once(&mut nullable, key, ())?,
            "not_null" => once(&mut not_null, key, ())?,
            "default" => {
                input.parse::<Token![=]>()?;
                once(&mut column.default, key, expression(input)?)?;
            }
            "unique" => item.uniques.push(KeyItem::of_column(key, input)?),
            "index" => item.indexes.push(IndexItem::of_column(key, input)?),
            "references" => item.references.push(ReferenceItem::of_column(key, input)?),
            "check" => item.checks.push((key.span(), check(key, input)?)),
            "generated" => once(&mut column.generated, key, generated(key, input)?)?,
            "collation" => once(&mut column.collation, key, text(input)?)?,
            "comment" => once(&mut column.comment, key, text(input)?)?,
            "renamed_from" => once(&mut column.renamed_from, key, text(input)?)?,
            "using" => once(&mut column.using, key, text(input)?)?,
            "skip" => skip = true,
            _ => return Err(unknown(key, KEYS)),
        }
        Ok(())
    });
    if skip {
        return None;
    }
    if let Some(span) = sqlx.flatten {
        mistakes.say(
            span,
            "the columns of a flattened field are not known here: write `#[column(skip)]`, or put its fields into this struct",
        );
        return None;
    }
    let column = &mut draft.column;
    let contradictions = [
        (nullable.is_some() && not_null.is_some(), "nullable", "not_null"),
        (column.default.is_some() && column.generated.is_some(), "default", "generated"),
        (column.default.is_some() && column.identity.is_some(), "default", "autoincrement"),
        (column.generated.is_some() && column.identity.is_some(), "generated", "autoincrement"),
    ];
    for (_, one, other) in contradictions.into_iter().filter(|(found, ..)| *found) {
        mistakes.push(ident.span(), ModelProblem::Contradiction { one, other });
    }
    column.name = name
        .or(sqlx.rename)
        .unwrap_or_else(|| defaults.rename_all.map_or(rust_name.clone(), |rule| rule.apply(&rust_name)));
    if column.comment.is_none() && defaults.doc_comments {
        column.comment = super::attribute::documentation(&field.attrs);
    }
    draft.nullable = nullable.map(|()| true).or(not_null.map(|()| false));
    draft.modifiers.length = draft.modifiers.length.or(sized.length);
    draft.modifiers.precision = draft.modifiers.precision.or(sized.precision);
    draft.modifiers.scale = draft.modifiers.scale.or(sized.scale);
    match (type_, sqlx.json) {
        (Some(type_), _) => {
            draft.kind = Ok(ColumnKind { nullable: is_option(&field.ty), ..ColumnKind::new(type_) });
        }
        (None, Some(nullable)) => draft.kind = Ok(ColumnKind { nullable, ..ColumnKind::new(Type::Json) }),
        (None, None) => item.column.rust = Some(sqlx.try_from.unwrap_or_else(|| field.ty.clone())),
    }
    item.column.draft = draft;
    Some(item)
}

/// Nothing, or `= always`, `= by_default`, `= serial`
fn identity(input: ParseStream<'_>) -> syn::Result<Identity> {
    if !input.peek(Token![=]) {
        return Ok(Identity::ByDefault);
    }
    input.parse::<Token![=]>()?;
    let (span, word) = word(input)?;
    match word.as_str() {
        "always" => Ok(Identity::Always),
        "by_default" => Ok(Identity::ByDefault),
        "serial" => Ok(Identity::Serial),
        _ => Err(syn::Error::new(span, "expected `always`, `by_default` or `serial`")),
    }
}

/// `(sqlite = "…", postgresql = "…", mysql = "…")`
fn words_of_type(input: ParseStream<'_>, modifiers: &mut Modifiers) -> syn::Result<()> {
    list(input, |input| {
        let key = input.call(Ident::parse_any)?;
        let place = match key.to_string().as_str() {
            "sqlite" => &mut modifiers.sqlite,
            "postgresql" => &mut modifiers.postgresql,
            "mysql" => &mut modifiers.mysql,
            _ => return Err(unknown(&key, &Dialect::ALL.map(Dialect::name))),
        };
        once(place, &key, text(input)?)
    })
}

/// `= "citext"`, `= text`, `= varchar(80)`, `= array(text)`
fn column_type(input: ParseStream<'_>, modifiers: &mut Modifiers) -> syn::Result<Type> {
    input.parse::<Token![=]>()?;
    if input.peek(LitStr) {
        return input.parse::<LitStr>().map(|literal| Type::Sql(literal.value()));
    }
    word_of_type(input, modifiers)
}

fn word_of_type(input: ParseStream<'_>, modifiers: &mut Modifiers) -> syn::Result<Type> {
    let word = input.call(Ident::parse_any)?;
    let name = unraw(&word);
    if name == "array" {
        let mut element = None;
        list(input, |input| once(&mut element, &word, word_of_type(input, modifiers)?))?;
        let element = element.ok_or_else(|| syn::Error::new(word.span(), "expected `array(text)`"))?;
        return Ok(Type::Array(Box::new(element)));
    }
    let known: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
    let Some((_, type_)) = WORDS.iter().find(|(word, _)| *word == name) else {
        let nearest = nearest(&name, known.iter().copied()).first().map_or_else(
            || format!("the types are {}, array", known.join(", ")),
            |nearest| format!("did you mean `{nearest}`?"),
        );
        let message =
            format!("unknown type `{name}`; {nearest} (A type in the words of the database is a string.)");
        return Err(syn::Error::new(word.span(), message));
    };
    if input.peek(token::Paren) {
        let mut numbers = Vec::new();
        list(input, |input| {
            numbers.push(whole(input)?);
            Ok(())
        })?;
        match (numbers.as_slice(), matches!(type_, Type::Decimal { .. })) {
            ([precision], true) => modifiers.precision = Some(*precision),
            ([precision, scale], true) => {
                modifiers.precision = Some(*precision);
                modifiers.scale = Some(*scale);
            }
            ([length], false) => modifiers.length = Some(*length),
            _ => return Err(syn::Error::new(word.span(), "expected `varchar(80)` or `decimal(10, 2)`")),
        }
    }
    Ok(type_.clone())
}

/// `= "price * 2"`, `("price * 2", stored)`, `("price * 2", virtual)`
fn generated(key: &Ident, input: ParseStream<'_>) -> syn::Result<Generated> {
    if input.peek(Token![=]) {
        return Ok(Generated { expression: text(input)?, stored: true });
    }
    let mut expression = None;
    let mut stored = true;
    list(input, |input| {
        if expression.is_none() {
            expression = Some(input.parse::<LitStr>()?.value());
            return Ok(());
        }
        let (span, word) = word(input)?;
        match word.as_str() {
            "stored" => stored = true,
            "virtual" => stored = false,
            _ => return Err(syn::Error::new(span, "expected `stored` or `virtual`")),
        }
        Ok(())
    })?;
    let expression = expression
        .ok_or_else(|| syn::Error::new(key.span(), "expected `generated(\"price * 2\", virtual)`"))?;
    Ok(Generated { expression, stored })
}

/// Whether a type is written as an `Option`. Where an attribute gives the type, nothing else is looked at.
pub(crate) fn is_option(type_: &RustType) -> bool {
    match type_ {
        RustType::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Option"),
        RustType::Group(group) => is_option(&group.elem),
        RustType::Paren(paren) => is_option(&paren.elem),
        _ => false,
    }
}
