//! The scripts of a service with the settings of its runs: what `embed_migrations!()` makes.
//!
//! Pure. What can be done with a migrator on a database stands in `migrate`, and needs a driver.

use std::sync::OnceLock;

use crate::config::RunSettings;
use crate::script::{Digest, ScriptDirectory, unpack};
#[cfg(feature = "driver")]
use crate::script::{Lock, Script};

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
    #[cfg(feature = "driver")]
    own: Option<Box<Own>>,
}

/// Scripts and seals of a service: the evidence that an applied revision is its own.
#[cfg(feature = "driver")]
#[derive(Debug)]
pub(crate) struct Own {
    /// The scripts as they are here, which need not make a graph.
    pub(crate) scripts: Vec<Script>,
    pub(crate) lock: Lock,
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
            #[cfg(feature = "driver")]
            own: None,
        }
    }

    /// A migrator for scripts that were read from their folders.
    #[must_use]
    pub fn new(directory: ScriptDirectory, settings: RunSettings) -> Migrator {
        Migrator {
            heads: OnceLock::new(),
            embedded: None,
            directory: OnceLock::from(directory),
            settings,
            #[cfg(feature = "driver")]
            own: None,
        }
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

    /// Makes its runs refuse to take back or to stamp over what another service may have applied with the same version table:
    /// everything that these scripts and this lock do not show to be their own.
    #[cfg(feature = "driver")]
    #[must_use]
    pub fn sparing_others(mut self, scripts: Vec<Script>, lock: Lock) -> Migrator {
        self.own = Some(Box::new(Own { scripts, lock }));
        self
    }

    /// What its runs take for their own, if they ask.
    #[cfg(feature = "driver")]
    pub(crate) fn own(&self) -> Option<&Own> {
        self.own.as_deref()
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
