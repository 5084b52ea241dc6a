//! A limit for the nesting of source. Parsers call themselves for what is nested, and a process whose stack is used up is ended.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree, token_stream};
use syn::parse::Parse;

/// How deep source may be nested. A stack of 2 MiB, which threads have, holds a few hundred levels of an unoptimized parser.
pub(crate) const LIMIT: usize = 128;

/// How many tokens may follow each other without a comma, a semicolon or a block: `1 + 1 + …` is as deep as it is long once it is
/// parsed, but needs little of a stack.
const LENGTH: usize = 2048;

/// Parses tokens that are not nested too deep.
///
/// # Errors
/// They are nested too deep, or are something else.
pub fn parse<T: Parse>(tokens: TokenStream) -> syn::Result<T> {
    check(&tokens).map_err(|span| syn::Error::new(span, message()))?;
    syn::parse2(tokens)
}

/// The tokens of a text, if it has any that are not nested too deep.
#[cfg(feature = "models")]
pub(crate) fn tokens(text: &str) -> Option<TokenStream> {
    let tokens = text.parse().ok()?;
    check(&tokens).is_ok().then_some(tokens)
}

/// What is wrong with tokens that are nested too deep.
pub(crate) fn message() -> String {
    format!("this is nested more than {LIMIT} levels deep, or is too long for one expression")
}

/// Finds the place where brackets are nested too deep.
#[cfg(feature = "models")]
pub(crate) fn check_brackets(tokens: &TokenStream) -> Result<(), Span> {
    let mut open = vec![tokens.clone().into_iter()];
    while let Some(tokens) = open.last_mut() {
        match tokens.next() {
            Some(TokenTree::Group(group)) if open.len() > LIMIT => return Err(group.span_open()),
            Some(TokenTree::Group(group)) => open.push(group.stream().into_iter()),
            Some(_) => {}
            None => drop(open.pop()),
        }
    }
    Ok(())
}

/// Finds the place where tokens are nested too deep: in brackets, in `<…>`, or in operators that stand before their operand.
pub(crate) fn check(tokens: &TokenStream) -> Result<(), Span> {
    let mut groups = vec![Group::new(tokens, 0)];
    let mut depth = 0;
    let mut before = ' ';
    while let Some(group) = groups.last_mut() {
        let Some(token) = group.tokens.next() else {
            depth -= group.depth();
            groups.pop();
            continue;
        };
        let span = token.span();
        let level = group.angles.last_mut().unwrap_or(&mut group.level);
        level.length += 1;
        let is_long = level.length > LENGTH;
        let mut now = ' ';
        match token {
            TokenTree::Group(inner) => {
                if inner.delimiter() == Delimiter::Brace {
                    level.length = 0;
                }
                depth += 1;
                groups.push(Group::new(&inner.stream(), 1));
            }
            TokenTree::Punct(punct) => {
                now = punct.as_char();
                match now {
                    ',' | ';' => {
                        depth -= level.operators;
                        (level.operators, level.length) = (0, 0);
                    }
                    '<' => {
                        depth += 1;
                        group.angles.push(Level { bracket: 1, ..Level::default() });
                    }
                    '>' if !matches!(before, '-' | '=') => {
                        depth -= group.angles.pop().map_or(0, |level| level.depth());
                    }
                    '&' | '*' | '!' | '-' | '=' => {
                        depth += 1;
                        level.operators += 1;
                    }
                    _ => {}
                }
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
        before = now;
        if depth > LIMIT || is_long {
            return Err(span);
        }
    }
    Ok(())
}

struct Group {
    tokens: token_stream::IntoIter,
    level: Level,
    /// Each `<` that is open in it.
    angles: Vec<Level>,
}

/// What counts since the last comma.
#[derive(Default)]
struct Level {
    /// 1 inside of a bracket.
    bracket: usize,
    /// Those that may stand before their operand.
    operators: usize,
    /// The number of tokens.
    length: usize,
}

impl Group {
    fn new(tokens: &TokenStream, bracket: usize) -> Group {
        let level = Level { bracket, ..Level::default() };
        Group { tokens: tokens.clone().into_iter(), level, angles: Vec::new() }
    }

    fn depth(&self) -> usize {
        self.level.depth() + self.angles.iter().map(Level::depth).sum::<usize>()
    }
}

impl Level {
    fn depth(&self) -> usize {
        self.bracket + self.operators
    }
}
