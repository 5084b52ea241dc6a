//! `verify`: files against lock, lock against database, history against files. For CI.

use alembic_core::cli::{diff, explain_scripts, note, print, say, status, warning};
use alembic_core::migrate::{Database, EditedRevision, VERSION_TABLE, Verification};
use alembic_core::revision::RevisionId;
use alembic_core::script::{
    GitFile, Guard, Lock, Script, ScriptDirectory, ScriptError, ScriptErrors, shell_word,
};
use serde::Serialize;

use crate::args::{Arguments, VerifyArgs};
use crate::error::Failure;
use crate::file;
use crate::git;
use crate::project::Project;

/// What `verify --json` prints.
#[derive(Debug, Serialize)]
struct Report {
    /// Of this shape.
    version: u32,
    ok: bool,
    problems: Vec<Finding>,
    /// Applied revisions that the history knows nothing of: what they did cannot be compared.
    unverified: Vec<String>,
    /// Applied revisions that were only stamped: nothing of them ran.
    stamped: Vec<String>,
    /// Revisions whose downgrade is another one than when they were applied.
    downgrades: Vec<String>,
}

/// One thing that does not agree.
#[derive(Debug, Serialize)]
struct Finding {
    /// `script`: a file, alone or against the lock. `unsealed`: applied, or with `--all-sealed` any, and not sealed. `history`: applied as something
    /// else. `unknown`: applied, and no script has it. `unfinished`: begun and not finished. `taken_back`: applied
    /// as the history says, not as the version table says.
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    message: String,
    help: String,
    /// The statements that differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
}

pub(crate) async fn verify(
    project: &Project,
    arguments: &Arguments,
    args: &VerifyArgs,
) -> Result<(), Failure> {
    let guard = Guard {
        locations: project.locations.clone(),
        dialects: project.config.dialects.clone(),
        many_heads: true,
    };
    let mut problems = match guard.check() {
        Ok(_) => Vec::new(),
        Err(mut errors) => {
            git::name_commits(&project.folder, &mut errors);
            errors.0
        }
    };
    let database = if args.offline { None } else { project.find_database(arguments)? };
    let compared = match &database {
        Some(database) => compare_database(project, database).await?,
        None => Compared::default(),
    };
    let Compared { mut findings, unverified, stamped, downgrades } = compared;
    if args.all_sealed {
        findings.extend(without_seal(project, &findings));
    }
    let count = problems.len() + findings.len();
    if args.json {
        let mut all: Vec<Finding> = problems.drain(..).map(|error| script(&error)).collect();
        all.append(&mut findings);
        let report =
            Report { version: 1, ok: all.is_empty(), problems: all, unverified, stamped, downgrades };
        let text = serde_json::to_string_pretty(&report).map_err(Failure::plain)?;
        print(&(text + "\n"))?;
    } else {
        if !problems.is_empty() {
            let read = |path: &str| file::read_to_string(project.folder.join(path)).ok();
            explain_scripts(&ScriptErrors(problems), read).print();
        }
        for Finding { message, help, diff, .. } in &findings {
            warning(message);
            if let Some(diff) = diff {
                say(diff.trim_end());
            }
            note(help);
        }
        if !unverified.is_empty() {
            note(format!("not in the history, and so not compared: {}", unverified.join(", ")));
        }
        if !stamped.is_empty() {
            note(format!("only stamped, and so not compared: {}", stamped.join(", ")));
        }
        if !downgrades.is_empty() {
            let ids = downgrades.join(", ");
            note(format!(
                "another downgrade than when it was applied, which `downgrade --from-history` runs: {ids}"
            ));
        }
        if database.is_none() && !args.offline {
            note("no database is configured: the scripts were compared with the lock alone");
        }
    }
    match count {
        0 => {
            status(
                "Verified",
                if database.is_some() {
                    "scripts, lock and database agree"
                } else {
                    "scripts and lock agree"
                },
            );
            Ok(())
        }
        1 => Err(Failure::plain("verification found a problem")),
        count => Err(Failure::plain(format!("verification found {count} problems"))),
    }
}

/// The comparison of a database with scripts and lock.
#[derive(Default)]
struct Compared {
    findings: Vec<Finding>,
    unverified: Vec<String>,
    stamped: Vec<String>,
    downgrades: Vec<String>,
}

async fn compare_database(project: &Project, database: &Database) -> Result<Compared, Failure> {
    // Scripts that make no graph can be compared with nothing.
    let Ok(directory) = ScriptDirectory::read(&project.locations) else { return Ok(Compared::default()) };
    let migrator = project.migrator(directory);
    let found = migrator.verify(database).await;
    let found = found.map_err(|error| Failure::command(&error.into(), &migrator))?;
    // Of a lock that cannot be read nobody knows what it lacks: that is a problem of its own.
    let findings = compare(&found, project.lock_file().read().ok().as_ref(), migrator.directory());
    let is_edited = |id: &RevisionId| found.edited.iter().any(|edited| edited.revision == *id);
    let unknown = found.applied.iter().filter(|(_, digest)| digest.is_none());
    Ok(Compared {
        findings,
        unverified: unknown.map(|(id, _)| id.to_string()).collect(),
        stamped: found.stamped.iter().map(ToString::to_string).collect(),
        downgrades: found.downgrades.iter().filter(|id| !is_edited(id)).map(ToString::to_string).collect(),
    })
}

/// The revisions that have no seal, and are not among these findings.
fn without_seal(project: &Project, known: &[Finding]) -> Vec<Finding> {
    let lock = project.lock_file().read().unwrap_or_default();
    let Ok(directory) = ScriptDirectory::read(&project.locations) else { return Vec::new() };
    let unsealed = directory.scripts().iter().filter(|script| {
        let id = &script.revision.id;
        let is_known = |finding: &Finding| finding.revision.as_deref() == Some(id.as_str());
        lock.seal_of(id).is_none() && !known.iter().any(is_known)
    });
    let finding = |script: &Script| Finding {
        kind: "unsealed",
        revision: Some(script.revision.id.to_string()),
        path: Some(script.path.clone()),
        line: Some(script.lines.revision as usize),
        message: format!("{}: revision {} has no seal", script.path, script.revision.id),
        help: format!(
            "apply it in development (`cargo alembic upgrade`, or start the service), or `cargo alembic seal {}`; then commit \
             alembic.lock",
            shell_word(script.revision.id.as_str())
        ),
        diff: None,
    };
    unsealed.map(finding).collect()
}

fn script(error: &ScriptError) -> Finding {
    Finding {
        kind: "script",
        revision: None,
        path: Some(error.path.clone()),
        line: (error.line > 0).then_some(error.line),
        message: error.problem.to_string(),
        help: error.help(),
        diff: None,
    }
}

/// The database against lock and scripts.
fn compare(found: &Verification, lock: Option<&Lock>, directory: &ScriptDirectory) -> Vec<Finding> {
    let about = |kind, revision: &str, message: String, help: &str| Finding {
        kind,
        revision: Some(revision.to_owned()),
        path: None,
        line: None,
        message,
        help: help.to_owned(),
        diff: None,
    };
    let mut findings = Vec::new();
    for edited in &found.edited {
        let EditedRevision { revision, path, applied, found, script, .. } = edited;
        let now = directory.scripts().iter().find(|script| script.path == *path);
        let message = format!("{path}: revision {revision} was applied as {applied}, and is {found} now");
        let git = GitFile::of(path);
        let help = match now {
            Some(now) if edited.is_another(now) => {
                format!("it is another revision with this id: {VERSION_TABLE}")
            }
            now => format!(
                "restore it: `{git} checkout HEAD -- {}`; the change belongs into a new revision; if this database is your own, \
                 `cargo alembic upgrade --from-history` takes it over to the script{}",
                git.file(),
                match now {
                    Some(now) if edited.may_be_another(now) => format!("; {VERSION_TABLE}"),
                    _ => String::new(),
                }
            ),
        };
        let mut finding = about("history", revision.as_str(), message, &help);
        finding.path = Some(path.clone());
        finding.diff = script.as_ref().zip(now).map(|(before, now)| diff(path, before, &now.text));
        findings.push(finding);
    }
    if let Some(moved) = &found.moved {
        let help = "put the label back to the revision that had it, or restore the scripts of its ancestors";
        let mut finding = about("history", moved.revision.as_str(), moved.to_string(), help);
        finding.path = Some(moved.path.clone());
        findings.push(finding);
    }
    // Of an edited one the lock has nothing to say.
    let is_edited = |id: &RevisionId| found.edited.iter().any(|edited| edited.revision == *id);
    let is_unsealed =
        |id: &RevisionId| lock.is_some_and(|lock| lock.seal_of(id).is_none()) && !found.stamped.contains(id);
    for (revision, _) in found.applied.iter().filter(|(id, _)| is_unsealed(id) && !is_edited(id)) {
        let message = format!("revision {revision} is applied to the database, but not sealed in the lock");
        findings.push(about(
            "unsealed",
            revision.as_str(),
            message,
            "`cargo alembic seal --from-database` seals it",
        ));
    }
    for revision in &found.unknown {
        let applied = found.unknown_applied.iter().find(|applied| applied.revision == *revision);
        let when = applied
            .map_or_else(String::new, |applied| format!(", applied at {} by {}", applied.when, applied.who));
        let message = format!("the database has revision {revision}, which no script has{when}");
        findings.push(about(
            "unknown",
            revision,
            message,
            &format!("its script may be on another branch: bring it here; {VERSION_TABLE}"),
        ));
    }
    for revision in &found.taken_back {
        let message = format!(
            "revision {revision} was applied and taken back by something that writes no history (Alembic, or a change by hand)"
        );
        let help = "compare the database with what its scripts say; `cargo alembic upgrade` applies it again";
        findings.push(about("taken_back", revision, message, help));
    }
    for revision in &found.unfinished {
        let message = format!("revision {revision} was begun and is not finished");
        findings.push(about(
            "unfinished",
            revision,
            message,
            "`cargo alembic resume` finishes it; `cargo alembic resume --abandon` gives it up",
        ));
    }
    findings
}
