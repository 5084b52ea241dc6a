//! The author of a script, as git knows it: of a committed script, if git answers quickly.

use std::path::Path;
use std::time::Instant;

use alembic_core::script::Script;

use crate::git;

/// Finds the author of the commit that added a script, in the repository around `folder`.
pub(crate) fn authors(folder: &Path) -> impl Fn(&Script) -> Option<String> {
    let deadline = Instant::now() + git::PATIENCE;
    move |script| {
        let question = ["log", "-1", "--diff-filter=A", "--format=%an", "--", &script.path];
        git::ask(folder, &question, deadline).filter(|name| !name.is_empty())
    }
}
