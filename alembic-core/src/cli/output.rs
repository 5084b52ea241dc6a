//! How the commands talk: cargo's way, on stderr.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};
use clap::builder::Styles;

const GOOD: Style = AnsiColor::Green.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();
const WARN: Style = AnsiColor::Yellow.on_default().bold();

/// The colours of help and usage, those of cargo.
pub const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default())
    .error(AnsiColor::Red.on_default().bold())
    .valid(AnsiColor::Cyan.on_default().bold())
    .invalid(AnsiColor::Yellow.on_default().bold());

/// Something was done: a verb at the right of a column of twelve, and what it was done to.
pub fn status(verb: &str, message: impl Display) {
    anstream::eprintln!("{GOOD}{verb:>12}{GOOD:#} {message}");
}

/// Something that is good to know.
pub fn note(message: impl Display) {
    anstream::eprintln!("{NOTE}note{NOTE:#}: {message}");
}

/// Something that a person should look at.
pub fn warning(message: impl Display) {
    anstream::eprintln!("{WARN}warning{WARN:#}: {message}");
}

/// A status line as text, for where something else prints it.
pub(super) fn status_line(verb: &str, message: impl Display) -> String {
    format!("{GOOD}{verb:>12}{GOOD:#} {message}")
}

/// Prints data to stdout, all at once, and does not mind a reader that has gone away (`… | head`).
pub fn print(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
