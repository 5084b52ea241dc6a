//! Mistakes in one item, collected with their places.

use proc_macro2::Span;

use crate::models::ModelProblem;

/// One mistake in an item.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub problem: ModelProblem,
}

/// All mistakes of an item.
#[derive(Clone, Debug, Default)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    pub(super) fn push(&mut self, span: Span, problem: ModelProblem) {
        self.0.push(Mistake { span, problem });
    }

    /// A mistake that only a sentence describes.
    pub(super) fn say(&mut self, span: Span, reason: impl Into<String>) {
        self.push(span, ModelProblem::Attribute { reason: reason.into() });
    }

    pub(super) fn add(&mut self, error: &syn::Error) {
        for error in error.clone() {
            self.say(error.span(), error.to_string());
        }
    }
}

/// What was read of an item, and what is wrong with it. With mistakes in its attributes there is still a model, so that
/// others that refer to it are not wrong as well.
#[derive(Clone, Debug)]
pub struct Reading<T> {
    /// The item; none where it is of the wrong kind.
    pub item: Option<T>,
    /// The mistakes.
    pub mistakes: Mistakes,
}

impl<T> Reading<T> {
    /// An item of the wrong kind.
    pub(super) fn wrong(span: Span, what: &str, role: &'static str) -> Reading<T> {
        let mut mistakes = Mistakes::default();
        mistakes.push(span, ModelProblem::WrongItem { what: what.to_owned(), role });
        Reading { item: None, mistakes }
    }

    /// The item, if nothing is wrong with it.
    ///
    /// # Errors
    /// The mistakes.
    pub fn result(self) -> syn::Result<T> {
        match self.item {
            Some(item) if self.mistakes.0.is_empty() => Ok(item),
            _ => Err(self.mistakes.into()),
        }
    }
}

/// For the compiler: each mistake at its place, and what to do.
impl From<Mistakes> for syn::Error {
    fn from(mistakes: Mistakes) -> syn::Error {
        let errors = mistakes.0.into_iter().map(|Mistake { span, problem }| {
            let help = problem.help().map_or_else(String::new, |help| format!("\nhelp: {help}"));
            syn::Error::new(span, format!("{problem}{help}"))
        });
        errors
            .reduce(|mut all, error| {
                all.combine(error);
                all
            })
            .unwrap_or_else(|| syn::Error::new(Span::call_site(), "nothing is wrong"))
    }
}
