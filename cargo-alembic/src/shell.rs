//! `completions` and `man`: what shells and manuals know of the commands.

use alembic_core::cli::{print, status};
use clap::CommandFactory as _;

use crate::args::{Arguments, CompletionsArgs, ManArgs};
use crate::error::Failure;

/// Prints the completions of a shell for `cargo-alembic`.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "cargo-alembic", &mut text);
    Ok(print(&String::from_utf8_lossy(&text))?)
}

/// Prints the manual page, or writes that of each command to a folder.
pub(crate) fn man(args: &ManArgs) -> Result<(), Failure> {
    let command = Arguments::command();
    match &args.folder {
        None => {
            let mut text = Vec::new();
            clap_mangen::Man::new(command).render(&mut text).map_err(Failure::plain)?;
            print(&String::from_utf8_lossy(&text))?;
        }
        Some(folder) => {
            let failed = |error| Failure::file(folder, "write the pages to", &error);
            std::fs::create_dir_all(folder).map_err(failed)?;
            clap_mangen::generate_to(command, folder).map_err(failed)?;
            status("Created", format!("{}/cargo-alembic.1 and a page for each command", folder.display()));
        }
    }
    Ok(())
}
