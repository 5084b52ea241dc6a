//! The items of a file, told apart by their first words. What they hold is not parsed.
//!
//! Bodies of functions are most of a program, and may use syntax that no parser of ours knows yet: they are passed over
//! as single tokens.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};

use crate::models::item::unraw;

/// An item that may have to do with models.
pub(crate) struct RawItem {
    /// What stands in the brackets of its attributes.
    pub(crate) attributes: Vec<TokenStream>,
    pub(crate) kind: RawKind,
}

pub(crate) enum RawKind {
    /// `mod name;`, or with its content.
    Module { name: Ident, content: Option<TokenStream> },
    /// What stands between `use` and `;`.
    Use(TokenStream),
    /// `extern crate name as alias;`
    ExternCrate { name: Ident, alias: Ident },
    /// A struct, enum, union or alias, with its attributes.
    Type { name: Ident, is_alias: bool, tokens: TokenStream },
    /// `path::name! { … }`
    Macro { name: Ident, content: TokenStream },
}

/// The items of a file or module, and the attributes of itself (`#![…]`).
pub(crate) fn items(tokens: TokenStream) -> (Vec<TokenStream>, Vec<RawItem>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut scanner = Scanner { tokens: &tokens, position: 0, inner: Vec::new(), items: Vec::new() };
    scanner.run();
    (scanner.inner, scanner.items)
}

struct Scanner<'a> {
    tokens: &'a [TokenTree],
    position: usize,
    inner: Vec<TokenStream>,
    items: Vec<RawItem>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let mut attributes = Vec::new();
        let mut start = 0;
        while let Some(token) = self.tokens.get(self.position) {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let is_inner = self.is_punct(1, '!');
                    let group = self.group(if is_inner { 2 } else { 1 }, Delimiter::Bracket);
                    self.position += if is_inner { 3 } else { 2 };
                    match group {
                        Some(content) if is_inner => self.inner.push(content),
                        Some(content) => {
                            if attributes.is_empty() {
                                start = self.position - 2;
                            }
                            attributes.push(content);
                        }
                        None => {}
                    }
                }
                TokenTree::Ident(ident) => {
                    if attributes.is_empty() {
                        start = self.position;
                    }
                    match self.word(&ident.to_string(), start) {
                        Step::Modifier => {}
                        Step::Item(kind) => {
                            let attributes = std::mem::take(&mut attributes);
                            self.items.push(RawItem { attributes, kind });
                        }
                        Step::Passed => attributes.clear(),
                    }
                }
                // After `pub`, or something unknown.
                TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => self.position += 1,
                _ => {
                    attributes.clear();
                    self.position += 1;
                }
            }
        }
    }

    /// Moves past a word and what belongs to it. `start` is where the attributes begin.
    fn word(&mut self, word: &str, start: usize) -> Step {
        match word {
            "pub" | "unsafe" | "async" | "default" | "auto" | "safe" => {
                self.position += 1;
                Step::Modifier
            }
            "const" if self.is_word(1, &["fn", "unsafe", "async", "extern"]) => {
                self.position += 1;
                Step::Modifier
            }
            "const" | "static" => {
                self.pass_to(false);
                Step::Passed
            }
            "extern" if self.is_word(1, &["crate"]) => self.extern_crate(),
            "extern" => {
                self.position += 1;
                if matches!(self.tokens.get(self.position), Some(TokenTree::Literal(_))) {
                    self.position += 1;
                }
                if self.group(0, Delimiter::Brace).is_some() {
                    self.position += 1;
                    return Step::Passed;
                }
                Step::Modifier
            }
            "fn" | "impl" | "trait" => {
                self.pass_to(true);
                Step::Passed
            }
            "struct" | "enum" | "type" => self.type_(word == "type", start),
            "union" if matches!(self.tokens.get(self.position + 1), Some(TokenTree::Ident(_))) => {
                self.type_(false, start)
            }
            "mod" => self.module(),
            "use" => {
                let from = self.position + 1;
                self.pass_to(false);
                let end = self.position.saturating_sub(1).max(from);
                Step::Item(RawKind::Use(self.tokens[from.min(end)..end].iter().cloned().collect()))
            }
            _ => self.macro_call(),
        }
    }

    fn extern_crate(&mut self) -> Step {
        let name = self.ident(2);
        let alias = if self.is_word(3, &["as"]) { self.ident(4) } else { name.clone() };
        self.pass_to(false);
        match (name, alias) {
            (Some(name), Some(alias)) => Step::Item(RawKind::ExternCrate { name, alias }),
            _ => Step::Passed,
        }
    }

    fn type_(&mut self, is_alias: bool, start: usize) -> Step {
        let name = self.ident(1);
        self.pass_to(!is_alias);
        let tokens = self.tokens[start..self.position].iter().cloned().collect();
        name.map_or(Step::Passed, |name| Step::Item(RawKind::Type { name, is_alias, tokens }))
    }

    fn module(&mut self) -> Step {
        let name = self.ident(1);
        let content = self.group(2, Delimiter::Brace);
        self.pass_to(true);
        name.map_or(Step::Passed, |name| Step::Item(RawKind::Module { name, content }))
    }

    /// `path::name! ident { … }`, or a word that means nothing here.
    fn macro_call(&mut self) -> Step {
        let mut name = self.ident(0);
        self.position += 1;
        while self.is_punct(0, ':') && self.is_punct(1, ':') {
            name = self.ident(2);
            self.position += 3;
        }
        if !self.is_punct(0, '!') {
            return Step::Passed;
        }
        self.position += 1;
        if matches!(self.tokens.get(self.position), Some(TokenTree::Ident(_))) {
            self.position += 1;
        }
        let Some(TokenTree::Group(group)) = self.tokens.get(self.position) else { return Step::Passed };
        self.position += 1;
        if group.delimiter() != Delimiter::Brace && self.is_punct(0, ';') {
            self.position += 1;
        }
        name.map_or(Step::Passed, |name| Step::Item(RawKind::Macro { name, content: group.stream() }))
    }

    /// Moves past the next `;`, or past the next braces where they end an item too.
    fn pass_to(&mut self, braces_end: bool) {
        while let Some(token) = self.tokens.get(self.position) {
            self.position += 1;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ';' => return,
                TokenTree::Group(group) if braces_end && group.delimiter() == Delimiter::Brace => return,
                _ => {}
            }
        }
    }

    fn ident(&self, ahead: usize) -> Option<Ident> {
        match self.tokens.get(self.position + ahead) {
            Some(TokenTree::Ident(ident)) => Some(ident.clone()),
            _ => None,
        }
    }

    fn is_word(&self, ahead: usize, words: &[&str]) -> bool {
        self.ident(ahead).is_some_and(|ident| words.iter().any(|word| ident == word))
    }

    fn is_punct(&self, ahead: usize, character: char) -> bool {
        let token = self.tokens.get(self.position + ahead);
        matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
    }

    fn group(&self, ahead: usize, delimiter: Delimiter) -> Option<TokenStream> {
        match self.tokens.get(self.position + ahead) {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group.stream()),
            _ => None,
        }
    }
}

enum Step {
    /// Belongs to the item that follows.
    Modifier,
    Item(RawKind),
    Passed,
}

/// One name that `use` brings into scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    /// The name; none for `*`.
    pub(crate) name: Option<String>,
    /// What it stands for.
    pub(crate) path: Vec<String>,
    /// Where it stands.
    pub(crate) line: usize,
    /// Whether it depends on the build if it is there.
    pub(crate) is_open: bool,
}

/// The names that a `use` brings into scope.
pub(crate) fn uses(tokens: TokenStream) -> Vec<Use> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    tree(&tokens, &[], &mut found);
    found
}

fn tree(tokens: &[TokenTree], before: &[String], found: &mut Vec<Use>) {
    let line = tokens.last().map_or(0, |last| line(last.span()));
    let mut path = before.to_vec();
    let mut alias = None;
    let mut tokens = tokens.iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "as" => {
                alias = tokens.next().map(ToString::to_string);
            }
            TokenTree::Ident(ident) => path.push(unraw(ident)),
            TokenTree::Punct(punct) if punct.as_char() == '*' => {
                found.push(Use { name: None, path, line, is_open: false });
                return;
            }
            TokenTree::Group(group) => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                let is_comma =
                    |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
                for part in inside.split(is_comma).filter(|part| !part.is_empty()) {
                    tree(part, &path, found);
                }
                return;
            }
            // `::`. A path that begins with it names a crate, as almost every other one that is not found here does.
            _ => {}
        }
    }
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if let Some(name) = alias.or_else(|| path.last().cloned()) {
        found.push(Use { name: Some(name), path, line, is_open: false });
    }
}

/// The line of a span.
pub(crate) fn line(span: Span) -> usize {
    span.start().line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> String {
        let (inner, items) = items(source.parse().expect("Rust tokens"));
        let inner = inner.iter().map(|attribute| format!("#![{attribute}]"));
        let items = items.iter().map(|item| {
            let kind = match &item.kind {
                RawKind::Module { name, content: None } => format!("mod {name};"),
                RawKind::Module { name, content: Some(_) } => format!("mod {name} {{}}"),
                RawKind::Use(tokens) => {
                    let uses: Vec<String> = uses(tokens.clone())
                        .iter()
                        .map(|found| {
                            let name = found.name.as_deref().unwrap_or("*");
                            format!("{name}={}", found.path.join("::"))
                        })
                        .collect();
                    format!("use {}", uses.join(" "))
                }
                RawKind::ExternCrate { name, alias } => format!("crate {name} as {alias}"),
                RawKind::Type { name, is_alias: true, .. } => format!("type {name}"),
                RawKind::Type { name, is_alias: false, tokens } => {
                    let is_derive_input = syn::parse2::<syn::DeriveInput>(tokens.clone()).is_ok();
                    format!("{} {name}", if is_derive_input { "struct" } else { "broken" })
                }
                RawKind::Macro { name, .. } => format!("{name}!"),
            };
            match item.attributes.len() {
                0 => kind,
                count => format!("{kind} #{count}"),
            }
        });
        inner.chain(items).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn items_are_found_whatever_surrounds_them() {
        let cases = [
            ("pub struct A;", "struct A"),
            ("struct A(i32); struct B { x: i32 } enum C { X }", "struct A, struct B, struct C"),
            ("pub(crate) struct A<T> where T: B { x: [T; { 1 }] } mod m;", "struct A, mod m;"),
            ("#[a] #[b(c)] pub struct A { x: i32 }", "struct A #2"),
            ("#![cfg(test)] mod m { struct X; }", "#![cfg (test)], mod m {}"),
            ("fn f() -> i32 { struct Inner; 1 } struct A;", "struct A"),
            ("pub const unsafe extern \"C\" fn f() {} struct A;", "struct A"),
            ("const X: [u8; 1] = { [1] }; static Y: i32 = 1; struct A;", "struct A"),
            ("impl<const N: usize> T for X<{ 1 }> where X: Y { fn f() {} } struct A;", "struct A"),
            ("trait T { type X; } unsafe impl T for X {} struct A;", "struct A"),
            ("extern \"C\" { fn f(); } struct A;", "struct A"),
            ("extern crate uuid as id; extern crate time;", "crate uuid as id, crate time as time"),
            ("type A<T> = Option<T>;", "type A"),
            ("union A { x: i32 } struct B;", "struct A, struct B"),
            ("macro_rules! m { () => { struct X; } } struct A;", "macro_rules!, struct A"),
            ("diesel::table! { t { id -> Int4, } } m!(x); m![y]; struct A;", "table!, m!, m!, struct A"),
            ("use a::b; use a::{b as c, d::{self, e}, *};", "use b=a::b, use c=a::b d=a::d e=a::d::e *=a"),
            ("use ::uuid::Uuid; use self::x as _;", "use Uuid=uuid::Uuid, use _=self::x"),
            ("pub use r#type::Kind;", "use Kind=type::Kind"),
            ("async fn f() { 1 } gen fn g() {} struct A;", "struct A"),
            ("#[derive(Debug)] ; struct A;", "struct A"),
            ("", ""),
            ("struct", ""),
            ("use", "use "),
            ("mod", ""),
            ("#", ""),
            ("impl", ""),
        ];
        for (source, expected) in cases {
            assert_eq!(shown(source), expected, "{source}");
        }
    }
}
