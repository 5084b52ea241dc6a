//! One entity: a struct that derives `DeriveEntityModel`, and the relations beside it.

use heck::{
    ToKebabCase as _, ToLowerCamelCase as _, ToShoutySnakeCase as _, ToSnakeCase as _, ToTitleCase as _,
    ToUpperCamelCase as _,
};
use proc_macro2::{Span, TokenTree};
use syn::parse::ParseStream;
use syn::{
    Attribute, Data, DeriveInput, Field, Fields, Ident, LitBool, LitStr, Path, Token, Type as RustType,
    parenthesized, token,
};

use super::types::column_type;
use crate::models::item::{Mistakes, each_key, expression, nesting, skip_value, text, unraw};
use crate::models::source::types_of;
use crate::schema::{Check, ReferentialAction, Type};
use crate::sql::quote::string;
use crate::sql::unquote;

/// An entity as its struct says it.
pub(super) struct Entity {
    pub(super) span: Span,
    pub(super) name: Option<String>,
    pub(super) schema: Option<String>,
    pub(super) comment: Option<String>,
    pub(super) columns: Vec<EntityColumn>,
    pub(super) relations: Vec<Relation>,
}

/// A field that is a column.
pub(super) struct EntityColumn {
    pub(super) span: Span,
    /// How relations call it: its variant of `Column`.
    pub(super) variant: String,
    pub(super) name: String,
    pub(super) rust: RustType,
    pub(super) type_: Option<Type>,
    pub(super) nullable: bool,
    pub(super) primary_key: bool,
    pub(super) auto_increment: Option<bool>,
    pub(super) unique: bool,
    pub(super) indexed: bool,
    pub(super) unique_keys: Vec<String>,
    pub(super) default: Option<String>,
    pub(super) check: Option<Check>,
    pub(super) collation: Option<String>,
    pub(super) comment: Option<String>,
    pub(super) renamed_from: Option<String>,
}

/// A foreign key.
pub(super) struct Relation {
    pub(super) span: Span,
    /// The path of the other entity.
    pub(super) entity: Path,
    /// Its own columns and the other's, by their variants.
    pub(super) from: Vec<String>,
    pub(super) to: Vec<String>,
    pub(super) on_delete: ReferentialAction,
    pub(super) on_update: ReferentialAction,
    pub(super) name: Option<String>,
}

/// Reads a model. Without a table name it stands for something else than a table.
pub(super) fn read_entity(input: &DeriveInput, mistakes: &mut Mistakes) -> Option<Entity> {
    let Data::Struct(data) = &input.data else { return None };
    let Fields::Named(fields) = &data.fields else { return None };
    let mut entity = Entity {
        span: input.ident.span(),
        name: None,
        schema: None,
        comment: None,
        columns: Vec::new(),
        relations: Vec::new(),
    };
    let mut rename_all = None;
    each_key(&input.attrs, "sea_orm", mistakes, |key, input| {
        match key.to_string().as_str() {
            "table_name" => entity.name = Some(text(input)?),
            "schema_name" => entity.schema = Some(text(input)?),
            "comment" => entity.comment = Some(text(input)?),
            "rename_all" => rename_all = Some(text(input)?),
            _ => skip_value(input)?,
        }
        Ok(())
    });
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        if let Some(other) = compound(&field.ty) {
            let entity_path = other.cloned();
            let relation = entity_path.and_then(|path| read_compound(field, ident, path, mistakes));
            entity.relations.extend(relation);
        } else {
            entity.columns.extend(read_column(field, ident, rename_all.as_deref(), mistakes));
        }
    }
    Some(entity)
}

/// The entity of a field that is a relation and no column; none inside where it is many.
///
/// Those are `BelongsTo<Entity>`, `BelongsTo<Option<Entity>>`, `HasOne<Entity>`, `HasMany<Entity>`, and `Option<Entity>` and
/// `Vec<Entity>`, which `#[sea_orm::model]` takes for the last two.
fn compound(type_: &RustType) -> Option<Option<&Path>> {
    let (name, inner) = wrapper(type_)?;
    let is_entity = |path: &Path| path.segments.last().is_some_and(|last| last.ident == "Entity");
    let inner_path = || match inner? {
        RustType::Path(path) => Some(&path.path),
        _ => None,
    };
    match name.as_str() {
        "HasMany" => Some(None),
        "HasOne" => Some(inner_path()),
        "BelongsTo" => match inner.and_then(wrapper) {
            Some((name, Some(RustType::Path(path)))) if name == "Option" => Some(Some(&path.path)),
            _ => Some(inner_path()),
        },
        "Option" => inner_path().filter(|path| is_entity(path)).map(Some),
        "Vec" => inner_path().filter(|path| is_entity(path)).map(|_| None),
        _ => None,
    }
}

/// `Name<Inner>`
fn wrapper(type_: &RustType) -> Option<(String, Option<&RustType>)> {
    let RustType::Path(path) = type_ else { return None };
    let name = path.path.segments.last()?.ident.to_string();
    Some((name, types_of(&path.path).first().copied()))
}

fn read_column(
    field: &Field,
    ident: &Ident,
    rename_all: Option<&str>,
    mistakes: &mut Mistakes,
) -> Option<EntityColumn> {
    let rust_name = unraw(ident);
    let mut column = EntityColumn {
        span: ident.span(),
        variant: rust_name.to_upper_camel_case(),
        name: String::new(),
        rust: field.ty.clone(),
        type_: None,
        nullable: false,
        primary_key: false,
        auto_increment: None,
        unique: false,
        indexed: false,
        unique_keys: Vec::new(),
        default: None,
        check: None,
        collation: None,
        comment: None,
        renamed_from: None,
    };
    let (mut name, mut is_ignored) = (None, false);
    each_key(&field.attrs, "sea_orm", mistakes, |key, input| {
        match key.to_string().as_str() {
            "column_type" => {
                let (span, written) = literal(input)?;
                let type_ = column_type(&written).ok_or_else(|| {
                    syn::Error::new(span, format!("the column type `{written}` is not known"))
                })?;
                column.type_ = Some(type_);
            }
            "column_name" => name = Some(text(input)?),
            "enum_name" => column.variant = text(input)?.to_upper_camel_case(),
            "primary_key" => column.primary_key = true,
            "auto_increment" => {
                input.parse::<Token![=]>()?;
                column.auto_increment = Some(input.parse::<LitBool>()?.value());
            }
            "unique" => column.unique = true,
            "indexed" => column.indexed = true,
            "unique_key" => column.unique_keys.push(text(input)?),
            "nullable" => column.nullable = true,
            "default_value" => {
                input.parse::<Token![=]>()?;
                column.default = Some(default_value(input)?);
            }
            "default_expr" => {
                let (span, written) = literal(input)?;
                let default = default_expression(&written).ok_or_else(|| {
                    let message = format!(
                        "the expression `{written}` is not known: write `default_expr = \"Expr::cust(\\\"…\\\")\"` with the SQL"
                    );
                    syn::Error::new(span, message)
                })?;
                column.default = Some(default);
            }
            "extra" => {
                let (span, written) = literal(input)?;
                extra(&written, &mut column).ok_or_else(|| {
                    let message = format!("`extra = \"{written}\"` is neither a CHECK nor a COLLATE");
                    syn::Error::new(span, message)
                })?;
            }
            "comment" => column.comment = Some(text(input)?),
            "renamed_from" => column.renamed_from = Some(text(input)?),
            "ignore" => is_ignored = true,
            _ => skip_value(input)?,
        }
        Ok(())
    });
    column.name = name.unwrap_or_else(|| match rename_all {
        Some(style) => in_style(&column.variant, style),
        None => column.variant.to_snake_case(),
    });
    (!is_ignored).then_some(column)
}

/// `= "text"`, and where it stands.
fn literal(input: ParseStream<'_>) -> syn::Result<(Span, String)> {
    input.parse::<Token![=]>()?;
    let literal: LitStr = input.parse()?;
    Ok((literal.span(), literal.value()))
}

/// A Rust literal as SQL.
fn default_value(input: ParseStream<'_>) -> syn::Result<String> {
    if input.peek(LitStr) {
        let text = input.parse::<LitStr>()?.value();
        return Ok(string(&text));
    }
    expression(input)
}

/// The SQL of a Rust expression, of the few that entities use.
fn default_expression(text: &str) -> Option<String> {
    let tokens: Vec<TokenTree> = nesting::tokens(text)?.into_iter().collect();
    match tokens.as_slice() {
        // `"'text'"`
        [TokenTree::Literal(literal)] => match syn::Lit::new(literal.clone()) {
            syn::Lit::Str(text) => Some(string(&text.value())),
            _ => Some(literal.to_string()),
        },
        [.., TokenTree::Ident(name), TokenTree::Group(arguments)] => {
            let argument = syn::parse2::<syn::Lit>(arguments.stream());
            match (name.to_string().as_str(), argument) {
                ("current_timestamp", _) => Some("CURRENT_TIMESTAMP".into()),
                ("current_date", _) => Some("CURRENT_DATE".into()),
                ("current_time", _) => Some("CURRENT_TIME".into()),
                ("cust", Ok(syn::Lit::Str(sql))) => Some(sql.value()),
                ("val" | "value", Ok(syn::Lit::Str(text))) => Some(string(&text.value())),
                ("val" | "value", Ok(syn::Lit::Bool(on))) => {
                    Some(if on.value { "TRUE".into() } else { "FALSE".into() })
                }
                ("val" | "value", Ok(_)) => Some(arguments.stream().to_string()),
                // A function of the database: `gen_random_uuid()`.
                (function, _) if tokens.len() == 2 && arguments.stream().is_empty() => {
                    Some(format!("{function}()"))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// What stands behind the definition of a column.
fn extra(text: &str, column: &mut EntityColumn) -> Option<()> {
    let text = text.trim();
    let (word, rest) = text.split_once(|letter: char| !letter.is_ascii_alphabetic())?;
    if word.eq_ignore_ascii_case("collate") {
        column.collation = Some(unquote(rest.trim())?);
        return Some(());
    }
    let expression = text.get(word.len()..)?.trim().strip_prefix('(')?.strip_suffix(')')?;
    word.eq_ignore_ascii_case("check").then(|| {
        column.check = Some(Check { definition: None, name: None, expression: expression.trim().to_owned() });
    })
}

/// `#[sea_orm(belongs_to, from = "cake_id", to = "id")]` of a field.
fn read_compound(field: &Field, ident: &Ident, entity: Path, mistakes: &mut Mistakes) -> Option<Relation> {
    read_relation(&field.attrs, ident.span(), Some(entity), mistakes)
}

/// `#[sea_orm(belongs_to = "super::cake::Entity", from = "Column::CakeId", to = "super::cake::Column::Id")]` of a variant of
/// `Relation`. None where it is no foreign key of this table.
pub(super) fn read_relation(
    attributes: &[Attribute],
    span: Span,
    entity: Option<Path>,
    mistakes: &mut Mistakes,
) -> Option<Relation> {
    let (mut entity, mut from, mut to) = (entity, Vec::new(), Vec::new());
    let (mut name, mut belongs, mut skipped) = (None, false, false);
    let (mut on_delete, mut on_update) = (ReferentialAction::NoAction, ReferentialAction::NoAction);
    each_key(attributes, "sea_orm", mistakes, |key, input| {
        match key.to_string().as_str() {
            "belongs_to" => {
                belongs = true;
                if input.peek(Token![=]) {
                    input.parse::<Token![=]>()?;
                    entity = Some(input.parse::<LitStr>()?.parse_with(Path::parse_mod_style)?);
                }
            }
            "self_ref" => belongs = true,
            "via" => {
                skipped = true;
                skip_value(input)?;
            }
            "from" => from = columns(input)?,
            "to" => to = columns(input)?,
            "on_delete" => on_delete = action(input)?,
            "on_update" => on_update = action(input)?,
            "fk_name" => name = Some(text(input)?),
            "skip_fk" => skipped = true,
            _ => skip_value(input)?,
        }
        Ok(())
    });
    let is_key = belongs && !skipped && !from.is_empty();
    is_key.then(|| entity.map(|entity| Relation { span, entity, from, to, on_delete, on_update, name }))?
}

/// `= "cake_id"`, `= "Column::CakeId"`, `= "(Column::A, Column::B)"`
fn columns(input: ParseStream<'_>) -> syn::Result<Vec<String>> {
    input.parse::<Token![=]>()?;
    let variant = |path: &Path| path.segments.last().map(|last| unraw(&last.ident).to_upper_camel_case());
    input.parse::<LitStr>()?.parse_with(|input: ParseStream<'_>| {
        if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            let paths = content.parse_terminated(Path::parse_mod_style, Token![,])?;
            return Ok(paths.iter().filter_map(variant).collect());
        }
        let path = input.call(Path::parse_mod_style)?;
        Ok(variant(&path).into_iter().collect())
    })
}

/// `= "SetNull"`
fn action(input: ParseStream<'_>) -> syn::Result<ReferentialAction> {
    let (span, text) = literal(input)?;
    Ok(match text.as_str() {
        "NoAction" => ReferentialAction::NoAction,
        "Restrict" => ReferentialAction::Restrict,
        "Cascade" => ReferentialAction::Cascade,
        "SetNull" => ReferentialAction::SetNull,
        "SetDefault" => ReferentialAction::SetDefault,
        _ => return Err(syn::Error::new(span, format!("`{text}` is not what a foreign key can do"))),
    })
}

/// A name in one of SeaORM's styles.
pub(super) fn in_style(name: &str, style: &str) -> String {
    match style {
        "PascalCase" | "camel_case" => name.to_upper_camel_case(),
        "camelCase" | "mixed_case" => name.to_lower_camel_case(),
        "snake_case" | "snek_case" => name.to_snake_case(),
        "kebab-case" | "kebab_case" => name.to_kebab_case(),
        "SCREAMING-KEBAB-CASE" => name.to_kebab_case().to_uppercase(),
        "SCREAMING_SNAKE_CASE" | "shouty_snake_case" | "shouty_snek_case" => name.to_shouty_snake_case(),
        "title_case" => name.to_title_case(),
        "lowercase" => name.to_lowercase(),
        "UPPERCASE" => name.to_uppercase(),
        _ => name.to_owned(),
    }
}
