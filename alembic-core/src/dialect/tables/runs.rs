//! The queries of the history for what ran.

use super::Tables;
use super::history::RAN;

impl Tables {
    /// Revision and script of all revisions that ran and were not undone since.
    pub(crate) fn applied_scripts(&self) -> String {
        let history = self.history();
        format!(
            "SELECT h.revision, h.script FROM {history} h JOIN (SELECT max(id) AS id FROM {history} \
             WHERE finished_at IS NOT NULL GROUP BY revision) latest ON latest.id = h.id WHERE h.{RAN}"
        )
    }

    /// Revision, digest and lineage of all revisions that ran and were not taken back by a run since, whatever was stamped.
    pub(crate) fn runs(&self) -> String {
        let history = self.history();
        format!(
            "SELECT h.revision, h.digest, h.lineage FROM {history} h JOIN (SELECT max(id) AS id FROM {history} \
             WHERE finished_at IS NOT NULL AND operation NOT IN ('stamp', 'unstamp') GROUP BY revision) latest \
             ON latest.id = h.id WHERE h.{RAN}"
        )
    }

    /// The script of a revision when it last ran.
    pub(crate) fn run_script(&self, revision: &str) -> String {
        format!(
            "SELECT script FROM {} WHERE revision = {} AND {RAN} AND finished_at IS NOT NULL ORDER BY id DESC LIMIT 1",
            self.history(),
            self.literal(revision)
        )
    }
}
