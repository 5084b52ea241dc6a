//! Conditional compilation, as far as it can be decided without building: `test` is off, features are on as far as it is
//! known which ones are, and the rest is taken to be on.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{AttrStyle, Attribute, Data, DeriveInput, Fields, Meta, Token, token};

/// Decides conditions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    /// The features that are on. Without them none is decided.
    pub(crate) features: Option<BTreeSet<String>>,
}

impl Conditions {
    /// Whether attributes leave something out of the program.
    pub(crate) fn is_off(&self, attributes: &[TokenStream]) -> bool {
        self.of(attributes).any(|holds| holds == Some(false))
    }

    /// Whether it depends on the build if something is in the program.
    pub(crate) fn is_open(&self, attributes: &[TokenStream]) -> bool {
        self.of(attributes).any(|holds| holds.is_none())
    }

    fn of<'a>(&'a self, attributes: &'a [TokenStream]) -> impl Iterator<Item = Option<bool>> + 'a {
        let conditions = attributes.iter().filter_map(|attribute| named_group(attribute, "cfg"));
        conditions.map(|condition| self.holds(condition))
    }

    /// Whether a condition holds; none where that depends on the build.
    fn holds(&self, condition: TokenStream) -> Option<bool> {
        let mut tokens = condition.into_iter();
        let Some(TokenTree::Ident(word)) = tokens.next() else { return None };
        let group = match tokens.next() {
            Some(TokenTree::Group(group)) => group.stream(),
            None => return ["test", "doctest", "doc"].iter().any(|off| word == off).then_some(false),
            // `feature = "…"`
            Some(_) if word == "feature" => {
                let features = self.features.as_ref()?;
                let Ok(syn::Lit::Str(name)) = syn::parse2(tokens.collect()) else { return None };
                return Some(features.contains(&name.value()));
            }
            Some(_) => return None,
        };
        let parts: Vec<Option<bool>> = split(group).into_iter().map(|part| self.holds(part)).collect();
        match word.to_string().as_str() {
            "not" => parts.first().copied().flatten().map(|holds| !holds),
            "all" => {
                if parts.contains(&Some(false)) {
                    Some(false)
                } else {
                    (!parts.contains(&None)).then_some(true)
                }
            }
            "any" => {
                if parts.contains(&Some(true)) {
                    Some(true)
                } else {
                    (!parts.contains(&None)).then_some(false)
                }
            }
            _ => None,
        }
    }

    /// Puts the attributes of `cfg_attr` where the compiler would, and leaves out fields and variants that it would.
    pub(crate) fn configure(&self, input: &mut DeriveInput) {
        self.expand(&mut input.attrs);
        match &mut input.data {
            Data::Struct(data) => self.fields(&mut data.fields),
            Data::Enum(data) => {
                for variant in &mut data.variants {
                    self.expand(&mut variant.attrs);
                    self.fields(&mut variant.fields);
                }
                let kept = std::mem::take(&mut data.variants).into_iter();
                data.variants = kept.filter(|variant| !self.is_cut(&variant.attrs)).collect();
            }
            Data::Union(_) => {}
        }
    }

    fn fields(&self, all: &mut Fields) {
        let list = match all {
            Fields::Named(named) => &mut named.named,
            Fields::Unnamed(unnamed) => &mut unnamed.unnamed,
            Fields::Unit => return,
        };
        for field in list.iter_mut() {
            self.expand(&mut field.attrs);
        }
        *list = std::mem::take(list).into_iter().filter(|field| !self.is_cut(&field.attrs)).collect();
    }

    fn is_cut(&self, attributes: &[Attribute]) -> bool {
        attributes.iter().any(|attribute| match &attribute.meta {
            Meta::List(list) if list.path.is_ident("cfg") => self.holds(list.tokens.clone()) == Some(false),
            _ => false,
        })
    }

    fn expand(&self, attributes: &mut Vec<Attribute>) {
        if !attributes.iter().any(|attribute| attribute.path().is_ident("cfg_attr")) {
            return;
        }
        let all = std::mem::take(attributes);
        for attribute in all {
            match &attribute.meta {
                Meta::List(list) if list.path.is_ident("cfg_attr") => {
                    let metas = self.conditional(list.tokens.clone()).into_iter().filter_map(|tokens| {
                        // An attribute that this parser does not know is somebody else's.
                        syn::parse2::<Meta>(tokens).ok()
                    });
                    attributes.extend(metas.map(|meta| Attribute {
                        pound_token: Token![#](Span::call_site()),
                        style: AttrStyle::Outer,
                        bracket_token: token::Bracket::default(),
                        meta,
                    }));
                }
                _ => attributes.push(attribute),
            }
        }
    }

    /// The same for attributes that are not parsed: what stands in their brackets.
    pub(crate) fn expand_tokens(&self, attributes: Vec<TokenStream>) -> Vec<TokenStream> {
        let mut expanded = Vec::with_capacity(attributes.len());
        for attribute in attributes {
            match named_group(&attribute, "cfg_attr") {
                Some(content) => expanded.extend(self.conditional(content)),
                None => expanded.push(attribute),
            }
        }
        expanded
    }

    /// The attributes of `cfg_attr(condition, …)`, unless the condition does not hold.
    fn conditional(&self, tokens: TokenStream) -> Vec<TokenStream> {
        let mut parts = split(tokens).into_iter();
        if parts.next().and_then(|condition| self.holds(condition)) == Some(false) {
            return Vec::new();
        }
        self.expand_tokens(parts.collect())
    }
}

/// `name(…)`
fn named_group(attribute: &TokenStream, name: &str) -> Option<TokenStream> {
    let mut tokens = attribute.clone().into_iter();
    match (tokens.next(), tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(ident)), Some(TokenTree::Group(group)), None) if ident == name => {
            Some(group.stream())
        }
        _ => None,
    }
}

/// What stands between commas.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    let parts = tokens.split(is_comma).filter(|part| !part.is_empty());
    parts.map(|part| part.iter().cloned().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certain_is_decided() {
        let cases = [
            ("test", Some(false)),
            ("not(test)", Some(true)),
            ("doc", Some(false)),
            ("feature = \"x\"", None),
            ("not(feature = \"x\")", None),
            ("all(test, feature = \"x\")", Some(false)),
            ("all(not(test), unix)", None),
            ("all()", Some(true)),
            ("any(test, not(test))", Some(true)),
            ("any(test, unix)", None),
            ("any()", Some(false)),
            ("", None),
            ("not()", None),
        ];
        for (condition, expected) in cases {
            let holds = Conditions::default().holds(condition.parse().expect("tokens"));
            assert_eq!(holds, expected, "{condition}");
        }
    }

    #[test]
    fn features_are_decided_where_it_is_known_which_are_on() {
        let conditions = Conditions { features: Some(BTreeSet::from(["x".to_owned()])) };
        let cases = [
            ("feature = \"x\"", Some(true)),
            ("feature = \"y\"", Some(false)),
            ("not(feature = \"y\")", Some(true)),
            ("all(feature = \"x\", unix)", None),
            ("all(feature = \"y\", unix)", Some(false)),
            ("target_os = \"x\"", None),
            ("feature", None),
        ];
        for (condition, expected) in cases {
            assert_eq!(conditions.holds(condition.parse().expect("tokens")), expected, "{condition}");
        }
    }
}
