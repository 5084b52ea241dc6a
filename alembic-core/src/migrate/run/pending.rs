//! MySQL: notes that wait for the next commit.
//!
//! DDL commits by itself there, and the journal needs one commit before each such statement: that it is begun. The same
//! commit can hold the note that the statement before it is done, or that the revision before it is finished, with the row
//! of the version table. Until then the statement counts as begun, and the catalog decides what became of it, as after a
//! run that was killed between the statement and its note. So only a statement of which the catalog can tell leaves its
//! note for later, and a run never ends, pauses or continues in another session before its notes are written.

use super::progress::Progress;
use super::running::Running;
use crate::migrate::event::Event;
use crate::migrate::history::step::PlannedStep;
use crate::revision::{RevisionId, RowChange};

/// Notes and events that wait for the next commit.
#[derive(Default)]
pub(super) struct Pending {
    /// A revision, and the number of its statements that are done.
    pub(super) statements: Option<(RevisionId, usize)>,
    /// A revision all of whose statements are done.
    pub(super) revision: Option<(RevisionId, RowChange, Running)>,
    /// The start of the revision after that one.
    pub(super) started: Option<Event>,
}

impl Pending {
    /// So many statements of a revision are done.
    pub(super) fn done(&mut self, step: &PlannedStep<'_>, count: usize) {
        self.statements = Some((step.script.revision.id.clone(), count));
    }

    /// All statements of a revision are done.
    pub(super) fn finished(&mut self, step: &PlannedStep<'_>, running: Running) {
        *self = Pending {
            revision: Some((step.script.revision.id.clone(), step.rows.clone(), running)),
            ..Pending::default()
        };
    }

    /// Reports what is written now.
    pub(super) fn committed(&mut self, progress: &mut Progress, report: &mut dyn FnMut(Event)) {
        if let Some((.., running)) = self.revision.take() {
            running.add_kept(progress, report);
        }
        if let Some(event) = self.started.take() {
            report(event);
        }
    }
}
