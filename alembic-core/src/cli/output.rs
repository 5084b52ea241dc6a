//! How the commands talk: cargo's way, on stderr.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::sync::OnceLock;

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use clap::builder::Styles;

use super::escape::{escaped, escaped_but_colours, escaped_lines};

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
    say_styled(&status_line(verb, message));
}

/// Something that is good to know.
pub fn note(message: impl Display) {
    say_styled(&format!("{NOTE}note{NOTE:#}: {}", escaped_lines(&message.to_string())));
}

/// Something that a person should look at.
pub fn warning(message: impl Display) {
    say_styled(&format!("{WARN}warning{WARN:#}: {}", escaped_lines(&message.to_string())));
}

/// A status line as text, for where something else prints it. It is one line, whatever names the message has.
pub(super) fn status_line(verb: &str, message: impl Display) -> String {
    format!("{GOOD}{verb:>12}{GOOD:#} {}", escaped(&message.to_string()))
}

/// Writes lines of scripts, or of other programs, to stderr.
pub fn say(text: &str) {
    say_styled(&escaped_lines(text));
}

/// Writes a line with colours of our own to stderr, without them unless they are shown there. Whoever styles a text has
/// escaped what is not ours. In one system call: piece by piece, a line
/// takes half a dozen, and other processes write in between.
pub(super) fn say_styled(line: &str) {
    // It takes a system call, and does not change.
    static CHOICE: OnceLock<ColorChoice> = OnceLock::new();
    let mut stderr = std::io::stderr();
    let line = format!("{}\n", escaped_but_colours(line));
    let _ = match CHOICE.get_or_init(|| AutoStream::choice(&stderr)) {
        ColorChoice::Never => stderr.write_all(strip_str(&line).to_string().as_bytes()),
        _ => anstream::stderr().write_all(line.as_bytes()),
    };
}

/// The standard output does not take what is printed: a full disk, for example.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to standard output: {0}; what was printed is incomplete")]
pub struct OutputError(std::io::Error);

/// Prints data to stdout, all at once, and does not mind a reader that has gone away (`… | head`). Byte for byte, but to a
/// terminal, which would obey some of them.
///
/// # Errors
/// Not all of it was written.
pub fn print(text: &str) -> Result<(), OutputError> {
    let mut stdout = std::io::stdout().lock();
    let text = if stdout.is_terminal() { escaped_lines(text) } else { text.into() };
    // What is left in the buffer is written when the process ends, and an error is dropped then.
    written(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Judges the result of writing to stdout.
///
/// # Errors
/// It failed, and not because the reader has gone away.
pub fn written(result: std::io::Result<()>) -> Result<(), OutputError> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(OutputError(error)),
        _ => Ok(()),
    }
}

/// Prints lines with names and messages to stdout, which no reader is to obey.
///
/// # Errors
/// Not all of it was written.
pub fn print_names(text: &str) -> Result<(), OutputError> {
    print(&escaped_lines(text))
}
