//! The state of a session as the run found it, to which it is reset after each revision.

/// The state of a session before any revision of the run changed it.
#[derive(Default)]
pub(crate) struct Found {
    /// Settings that differ from those of a new session, as a service's pool may have set them; and custom settings, which
    /// no catalog lists: their names are taken from the scripts.
    pub(super) settings: Vec<(String, Option<String>)>,
    pub(super) role: String,
    pub(super) user: String,
    /// Kinds and names of the temporary objects.
    pub(super) objects: Vec<(String, String)>,
    pub(super) databases: Vec<String>,
}
