//! Decides which applied revisions are those of a service, where another one may use the same version table.
//!
//! An id shows nothing: services that count their revisions all have a `0001`. A revision is a service's own only where something
//! shows it: equal statements, an equal seal, an equal message and time, or what it stands on.

use std::collections::{HashMap, HashSet};

use super::verify::never_ran;
use crate::dialect::Tables;
use crate::migrate::error::{MigrateError, is_another, is_undated_version_of, is_version_of};
use crate::migrate::server::connection::Connection;
use crate::migrator::Own;
use crate::revision::RevisionId;
use crate::script::{Digest, Lock, Script};

/// A revision that is applied in the history.
struct Applied {
    id: RevisionId,
    digest: Option<Digest>,
    /// Whether it was only stamped or recorded: then its script may have been edited since.
    never_ran: bool,
    /// Its script as it was applied, if that is known.
    script: Option<Script>,
}

/// The applied revisions that nothing shows to be of these scripts.
pub(crate) async fn foreign(
    connection: &mut Connection,
    tables: &Tables,
    Own { scripts, lock }: &Own,
) -> Result<Vec<String>, MigrateError> {
    const READING: &str = "reading the history";
    let rows = connection.rows(tables.digests(None)).await.map_err(MigrateError::database(READING))?;
    let here = by_id(scripts);
    let mut applied = Vec::new();
    let mut unreadable = Vec::new();
    for row in rows {
        let [Some(id), digest, ..] = row.as_slice() else { continue };
        // No script and no lock of this program has such an id.
        let Ok(id) = RevisionId::new(id.clone()) else {
            unreadable.push(id.clone());
            continue;
        };
        let digest = digest.as_ref().and_then(|text| text.parse().ok());
        let same = here.get(id.as_str()).filter(|script| Some(script.digests().upgrade) == digest);
        let script = match same {
            Some(script) => Some((*script).clone()),
            None => {
                let rows = connection.rows(tables.applied_script(id.as_str())).await;
                let rows = rows.map_err(MigrateError::database(READING))?;
                let text = rows.into_iter().flatten().flatten().next();
                text.and_then(|text| Script::parse(id.as_str(), text).ok())
            }
        };
        applied.push(Applied { id, digest, never_ran: never_ran(&row), script });
    }
    let ours = ours(&here, lock, &applied);
    let foreign = applied.iter().map(|applied| applied.id.as_str()).filter(|id| !ours.contains(id));
    Ok(foreign.map(str::to_owned).chain(unreadable).collect())
}

fn by_id(scripts: &[Script]) -> HashMap<&str, &Script> {
    scripts.iter().map(|script| (script.revision.id.as_str(), script)).collect()
}

/// The applied revisions that are ours.
///
/// Where a script or a seal here has the id, they decide alone. Where none has, or the script says neither yes nor no, what is beside it
/// does: a revision that stands on one of ours, or on which one of ours stands, is ours. So is a branch that is not checked out.
fn ours<'a>(here: &HashMap<&str, &Script>, lock: &Lock, applied: &'a [Applied]) -> HashSet<&'a str> {
    let is_certain = |applied: &&Applied| {
        is_sealed(lock, applied) || here.get(applied.id.as_str()).is_some_and(|now| is_same(now, applied))
    };
    let mut open: Vec<&Applied> = applied.iter().filter(is_certain).collect();
    let mut ours: HashSet<&str> = open.iter().map(|applied| applied.id.as_str()).collect();
    while let Some(one) = open.pop() {
        let is_unknown = |other: &&Applied| {
            lock.seal_of(&other.id).is_none()
                && here.get(other.id.as_str()).is_none_or(|now| is_undecided(now, other))
        };
        for other in applied.iter().filter(is_unknown) {
            let is_beside = stands_on(one, &other.id) || stands_on(other, &one.id);
            if is_beside && ours.insert(other.id.as_str()) {
                open.push(other);
            }
        }
    }
    ours
}

/// Whether a revision was applied as the lock seals it.
fn is_sealed(lock: &Lock, Applied { id, digest, script, .. }: &Applied) -> bool {
    lock.seals_of(id).any(|seal| {
        *digest == Some(seal.digest())
            || script
                .as_ref()
                .is_some_and(|then| then.text_hash() == seal.text || then.digests().upgrade == seal.digest())
    })
}

/// Whether a revision was applied as this script, or as an earlier version of it.
fn is_same(now: &Script, Applied { digest, never_ran, script, .. }: &Applied) -> bool {
    *digest == Some(now.digests().upgrade)
        || script.as_ref().is_some_and(|then| {
            then.digests().upgrade == now.digests().upgrade
                || is_version_of(then, now)
                || *never_ran && !is_another(then, now)
        })
}

/// Whether the script here with the id of an applied revision does not tell whether it was applied as an earlier version of that.
fn is_undecided(now: &Script, Applied { script, .. }: &Applied) -> bool {
    script.as_ref().is_some_and(|then| is_undated_version_of(then, now))
}

/// Whether a revision was applied on another one.
fn stands_on(above: &Applied, below: &RevisionId) -> bool {
    above.script.as_ref().is_some_and(|script| {
        script.revision.parents.contains(below)
            || script.revision.depends_on.iter().any(|name| name == below.as_str())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::script::Seal;

    /// What the revisions of two services have in common beside their ids.
    #[derive(Clone, Copy, Debug)]
    enum Alike {
        Nothing,
        Message,
        Time,
    }

    fn alike() -> impl Strategy<Value = Alike> {
        prop_oneof![Just(Alike::Nothing), Just(Alike::Message), Just(Alike::Time)]
    }

    fn script(name: &str, number: usize, parent: u8, alike: Alike) -> Script {
        let parent = usize::from(parent) % number;
        let revises = if parent == 0 { String::new() } else { format!("{parent:04}") };
        let message = if matches!(alike, Alike::Message) { "same" } else { name };
        let minute = if matches!(alike, Alike::Time) { 0 } else { name.len() };
        let text = format!(
            "-- {message} {number}\n--\n-- Revision: {number:04}\n-- Revises: {revises}\n\
             -- Created: 2026-01-01T00:{minute:02}:00Z\n\n-- alembic: upgrade\nSELECT '{name}', {number};\n"
        );
        Script::parse(&format!("{number:04}.sql"), text).expect("a script")
    }

    /// The scripts of a service that counts its revisions, each on one before it or on none. The first ones are those of a template.
    fn service(name: &str, shared: usize, seeds: &[(u8, Alike)]) -> Vec<Script> {
        let one = |(index, (parent, alike)): (usize, &(u8, Alike))| match index < shared {
            true => script("template", index + 1, 0, Alike::Nothing),
            false => script(name, index + 1, *parent, *alike),
        };
        seeds.iter().enumerate().map(one).collect()
    }

    fn applied(scripts: &[Script]) -> Vec<Applied> {
        let one = |script: &Script| Applied {
            id: script.revision.id.clone(),
            digest: Some(script.digests().upgrade),
            never_ran: false,
            script: Some(script.clone()),
        };
        scripts.iter().map(one).collect()
    }

    fn sealing(scripts: &[Script]) -> Lock {
        let mut lock = Lock::default();
        scripts.iter().for_each(|script| lock.seal(&script.revision.id, Seal::of(script)));
        lock
    }

    fn claimed(here: &[Script], lock: &Lock, applied: &[Applied]) -> BTreeSet<String> {
        ours(&by_id(here), lock, applied).into_iter().map(str::to_owned).collect()
    }

    fn edited(script: &Script) -> Script {
        Script::parse(&script.path, format!("{}SELECT 2;\n", script.text)).expect("a script")
    }

    proptest! {
        /// Whatever two services have in common, and whatever is missing here: what the other one has applied under an id of ours is
        /// not ours, nor is what stands on that; except for equal scripts.
        #[test]
        fn nothing_of_another_service_is_ours(
            shared in 0usize..3,
            shop in prop::collection::vec((any::<u8>(), alike()), 1..8),
            billing in prop::collection::vec((any::<u8>(), alike()), 1..8),
            gone in any::<u8>(),
        ) {
            let (shop, billing) = (service("shop", shared, &shop), service("billing", shared, &billing));
            let lock = sealing(&billing);
            let mut number = 0;
            let mut here = billing.clone();
            here.retain(|_| { number += 1; gone & (1 << number) == 0 });
            let claimed = claimed(&here, &lock, &applied(&shop));
            let common = shared.min(shop.len()).min(billing.len());
            let is_common = |id: &str| shop[..common].iter().any(|script| script.revision.id.as_str() == id);
            for id in &claimed {
                let has_id = billing.iter().any(|script| script.revision.id.as_str() == id);
                prop_assert!(is_common(id) || !has_id && common > 0, "{id} of {claimed:?}");
            }
            // A template may be all that both have.
            prop_assert_eq!(claimed.iter().filter(|id| is_common(id)).count(), common);
        }

        /// What is sealed as it was applied is ours, whatever became of its script.
        #[test]
        fn what_is_sealed_is_ours(
            seeds in prop::collection::vec((any::<u8>(), alike()), 1..8),
            gone in any::<u8>(),
            other in prop::collection::vec((any::<u8>(), alike()), 0..8),
        ) {
            let all = service("shop", 0, &seeds);
            let here: Vec<Script> = match gone % 3 {
                0 => Vec::new(),
                1 => all.iter().map(edited).collect(),
                _ => service("billing", 0, &other),
            };
            prop_assert_eq!(claimed(&here, &sealing(&all), &applied(&all)).len(), all.len());
        }

        /// Without a seal: an edited script whose message and time stayed is ours, and so is what hangs together with it; what hangs
        /// together with nothing here is not. Without times an edited script says nothing of itself.
        #[test]
        fn what_hangs_together_is_ours(
            seeds in prop::collection::vec((any::<u8>(), alike()), 1..8),
            fates in prop::collection::vec(0u8..3, 8),
            is_dated in any::<bool>(),
        ) {
            let mut all = service("shop", 0, &seeds);
            all.iter_mut().filter(|_| !is_dated).for_each(|script| script.created = None);
            let edited = |script: &Script| {
                let mut edited = edited(script);
                edited.created.clone_from(&script.created);
                edited
            };
            let fate = |(script, fate): (&Script, &u8)| match fate {
                0 => None,
                1 => Some(edited(script)),
                _ => Some(script.clone()),
            };
            let here: Vec<Script> = all.iter().zip(&fates).filter_map(fate).collect();
            let history = applied(&all);
            let claimed = claimed(&here, &Lock::default(), &history);
            // The least set with the scripts here that is closed in both directions.
            let certain = all.iter().zip(&fates).filter(|(_, fate)| **fate == 2 || is_dated && **fate == 1);
            let mut expected: BTreeSet<String> =
                certain.map(|(script, _)| script.revision.id.to_string()).collect();
            for _ in &all {
                for script in &all {
                    for parent in &script.revision.parents {
                        let (id, parent) = (script.revision.id.to_string(), parent.to_string());
                        if expected.contains(&id) || expected.contains(&parent) {
                            expected.extend([id, parent]);
                        }
                    }
                }
            }
            prop_assert_eq!(claimed, expected);
        }
    }
}
