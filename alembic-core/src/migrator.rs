//! The scripts of a service with the settings of its runs: what `embed_migrations!()` makes.
//!
//! Pure. What can be done with a migrator on a database stands in `migrate`, and needs a driver.

use std::sync::OnceLock;

use crate::config::RunSettings;
use crate::script::{Digest, ScriptDirectory, unpack};

/// The scripts of a service, ready to be applied.
///
/// `embed_migrations!()` makes one at compile time; [`Migrator::new`] makes one from scripts that were read. Without a
/// driver's feature it gives the [`directory`](Migrator::directory) of the scripts and nothing else.
#[derive(Debug)]
pub struct Migrator {
    /// The heads with their lineages: enough to see that there is nothing to do.
    heads: OnceLock<Vec<(String, Digest)>>,
    embedded: Option<Embedded>,
    directory: OnceLock<ScriptDirectory>,
    settings: RunSettings,
}

/// What `embed_migrations!` leaves in a program.
#[derive(Clone, Copy, Debug)]
struct Embedded {
    heads: &'static [(&'static str, [u8; 32])],
    scripts: &'static [u8],
    #[cfg_attr(not(feature = "driver"), expect(dead_code, reason = "only runs seal"))]
    source: Option<Source>,
}

/// Where the scripts of a program in development come from.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "driver"), expect(dead_code, reason = "only runs seal"))]
pub(crate) struct Source {
    /// The folder of the package.
    pub(crate) package: &'static str,
    /// The folder of the lock.
    pub(crate) folder: &'static str,
}

impl Migrator {
    /// Called by `embed_migrations!`. `source` is the folder of the package and that of the lock, in debug builds.
    #[doc(hidden)]
    #[must_use]
    pub const fn embedded(
        heads: &'static [(&'static str, [u8; 32])],
        scripts: &'static [u8],
        settings: RunSettings,
        source: Option<[&'static str; 2]>,
    ) -> Migrator {
        let source = match source {
            Some([package, folder]) => Some(Source { package, folder }),
            None => None,
        };
        Migrator {
            heads: OnceLock::new(),
            embedded: Some(Embedded { heads, scripts, source }),
            directory: OnceLock::new(),
            settings,
        }
    }

    /// A migrator for scripts that were read from their folders.
    #[must_use]
    pub fn new(directory: ScriptDirectory, settings: RunSettings) -> Migrator {
        Migrator { heads: OnceLock::new(), embedded: None, directory: OnceLock::from(directory), settings }
    }

    /// The scripts and their graph. Embedded ones are unpacked at the first call.
    ///
    /// # Panics
    /// Never on what `embed_migrations!` embedded: it was checked by the code that reads it here.
    pub fn directory(&self) -> &ScriptDirectory {
        self.directory.get_or_init(|| {
            let packed = self.embedded.map_or(&[][..], |embedded| embedded.scripts);
            let scripts = unpack(packed).expect("embedded scripts are what `pack` wrote");
            ScriptDirectory::new(scripts).expect("embedded scripts make a graph")
        })
    }

    /// The heads with their lineages, by id. Does not unpack embedded scripts.
    pub fn heads(&self) -> &[(String, Digest)] {
        self.heads.get_or_init(|| match self.embedded {
            Some(embedded) => {
                let heads = embedded.heads.iter();
                heads.map(|(id, lineage)| ((*id).to_owned(), Digest::from_bytes(*lineage))).collect()
            }
            None => self.directory().heads(),
        })
    }

    /// Where its scripts come from, if the program was built for development.
    #[cfg(feature = "driver")]
    pub(crate) fn source(&self) -> Option<Source> {
        self.embedded?.source
    }

    /// How its runs go, unless one says otherwise.
    pub fn settings(&self) -> &RunSettings {
        &self.settings
    }
}
