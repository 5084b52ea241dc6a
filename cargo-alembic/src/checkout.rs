//! New seals in a checkout that may be thrown away: a pipeline, a deployment from a tag.

use alembic_core::cli::{note, warning};
use alembic_core::revision::RevisionId;
use alembic_core::script::shell_word;

use crate::git;
use crate::project::Project;

/// Warns that these new seals are lost with the checkout, if it seems to be one that nobody commits from.
pub(crate) fn warn_of_lost_seals(project: &Project, sealed: &[&RevisionId]) {
    if sealed.is_empty() {
        return;
    }
    let reason = match std::env::var("CI") {
        Ok(value) if !value.is_empty() && value != "false" => "CI is set",
        _ if git::is_detached(&project.folder) => "the checkout is on no branch",
        _ => return,
    };
    let ids: Vec<_> = sealed.iter().map(|id| shell_word(id.as_str())).collect();
    let shown = project.lock_file().shown();
    warning(format!(
        "{} got a seal in {shown}, and {reason}: the seal is lost unless {shown} is committed from here, and then the \
         script can be edited",
        ids.join(", ")
    ));
    note(format!(
        "seal in development: `cargo alembic seal {}`, and commit {shown}; `cargo alembic verify --all-sealed` in CI finds \
         revisions without a seal, and `upgrade --locked` refuses them",
        ids.join(" ")
    ));
}
