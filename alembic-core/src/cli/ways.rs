//! There is a way forward from every refusal. Each variant of each error that can name a command has a case, which starts
//! from the state of the message and runs the command in a shell: `cargo-alembic/tests/guard/ways.rs`. A new variant does not
//! compile here before it says which case that is, or that its way is an edit or an outside cause.

use Way::{Case, Edit, Inner, Outside};

use super::CommandError;
use crate::migrate::MigrateError;
use crate::revision::{NewRevisionError, PlanError, RebaseError, ResolveError};
use crate::script::{LockFileError, LockProblem, Problem};

enum Way {
    /// The message names a command, which is tried by the test of this name.
    Case(&'static str),
    /// The message says what to write otherwise: in a script, in a setting, on the command line.
    Edit,
    /// The cause is outside: a server, a disk, another process. Or nothing was asked for.
    Outside,
    /// The message is that of another error.
    Inner,
}

macro_rules! ways {
    ($ways:ident, $error:ident: $($variant:ident => $way:expr),+ $(,)?) => {
        const $ways: &[(&str, Way)] = {
            // Without a wildcard: a new variant does not compile.
            const _: fn(&$error) = |error| match error {
                $($error::$variant { .. } => {})+
            };
            &[$((stringify!($variant), $way)),+]
        };
    };
}

ways! { MIGRATE, MigrateError:
    UnknownScheme => Edit,
    NoDriver => Edit,
    BadUrl => Edit,
    NoFile => Case("no_file"),
    NoDatabase => Outside,
    Connect => Outside,
    OneConnection => Outside,
    Database => Outside,
    UnknownTimeZone => Edit,
    Scripts => Inner,
    Target => Inner,
    Plan => Inner,
    UnknownRevisions => Case("unknown_revisions"),
    Edited => Case("edited"),
    OtherAncestors => Edit,
    NoSection => Edit,
    Irreversible => Edit,
    IdTooLong => Edit,
    Locked => Outside,
    RowsReferred => Edit,
    RowsLost => Edit,
    KeyLost => Edit,
    RowsRestored => Edit,
    RowsUnreferred => Edit,
    Deferred => Edit,
    NotOffline => Edit,
    MovesOffline => Edit,
    Refused => Inner,
    Statement => Case("statement"),
    Moved => Outside,
    Interrupted => Outside,
    LockFile => Outside,
    LockLost => Outside,
    UnfitServer => Outside,
    ReadOnly => Outside,
    VersionTableElsewhere => Case("version_table_elsewhere"),
    NoSchema => Edit,
    UnfitSchema => Edit,
    Ahead => Case("ahead"),
    Diverged => Case("diverged"),
    OtherService => Edit,
    NotOwn => Case("not_own"),
    InDoubt => Case("in_doubt"),
    NotInDoubt => Case("not_in_doubt"),
    NothingUnfinished => Outside,
    SessionLost => Case("session_lost"),
    SimilarIds => Edit,
    DropsDatabase => Edit,
    DropsSchema => Edit,
    DropsTables => Edit,
    KeyWithoutTable => Edit,
    ResumeEdited => Case("resume_edited"),
    Unfinished => Case("unfinished"),
    UnfinishedMoved => Case("unfinished_moved"),
    UnfinishedUnknown => Case("statement_of_a_deleted_script"),
    CountsNotes => Edit,
    Abandons => Case("abandons"),
    OnlyStamped => Case("only_stamped"),
}

ways! { COMMAND, CommandError:
    Migrate => Inner,
    Target => Inner,
    Resolve => Inner,
    History => Inner,
    NotAtHeads => Case("not_at_heads"),
    NoDialect => Edit,
    NoDatabase => Edit,
    Output => Outside,
}

ways! { PLAN, PlanError:
    Resolve => Inner,
    SeveralCurrent => Edit,
    NothingApplied => Edit,
    WrongWay => Edit,
    NotBelowCurrent => Edit,
    BranchElsewhere => Edit,
    SeveralSides => Case("several_sides"),
    OfflineStartMissing => Edit,
}

ways! { RESOLVE, ResolveError:
    UnknownRevision => Edit,
    AmbiguousName => Edit,
    UnknownBranch => Edit,
    NotOnBranch => Edit,
    MultipleHeads => Case("several_heads"),
    SeveralRevisions => Edit,
    RelativeNotAllowed => Edit,
    CurrentNotAllowed => Edit,
    TooFar => Edit,
    AmbiguousWalk => Edit,
}

ways! { NEW_REVISION, NewRevisionError:
    Resolve => Inner,
    SeveralHeads => Case("new_revision"),
    IdInUse => Edit,
    IdIsLabel => Edit,
    LabelInUse => Edit,
    InvalidLabel => Edit,
    NotAHead => Edit,
    Repeated => Edit,
    AlreadyIncluded => Edit,
    DependsOnNothing => Edit,
    NothingToMerge => Edit,
}

ways! { REBASE, RebaseError:
    Sealed => Case("rebase_sealed"),
    SealedAfter => Case("rebase_sealed"),
    Circular => Edit,
    AlreadyThere => Edit,
    AlreadyBase => Edit,
    MergePoint => Edit,
}

ways! { LOCK, LockProblem:
    Malformed => Edit,
    Conflict => Case("lock_in_conflict"),
    Newer => Outside,
    TwoSeals => Case("two_seals"),
    Missing => Case("lock_missing"),
    Edited => Case("edited_script"),
    EditedDowngrade => Case("edited_downgrade"),
    Deleted => Case("deleted"),
}

ways! { LOCK_FILE, LockFileError:
    Read => Inner,
    Write => Outside,
    Locked => Edit,
}

ways! { SCRIPT, Problem:
    Unreadable => Outside,
    NoFolder => Case("no_folder"),
    NotUtf8 => Edit,
    Character => Edit,
    Conflict => Edit,
    Empty => Edit,
    UnknownKey => Edit,
    NotAKey => Edit,
    RepeatedKey => Edit,
    NoRevision => Edit,
    InvalidName => Edit,
    Alternatives => Edit,
    InvalidDate => Edit,
    UnknownDirective => Edit,
    BadTimeout => Edit,
    MisplacedTimeout => Edit,
    NoDirective => Edit,
    UnknownSectionWord => Edit,
    RepeatedSection => Edit,
    IrreversibleDowngrade => Edit,
    NoUpgrade => Edit,
    OutsideSection => Edit,
    Statement => Edit,
    Graph => Edit,
    Lock => Inner,
    SeveralHeads => Case("several_heads"),
}

/// The ways forward of an error, by variant, the error's name, and the sources of its messages.
type WaysOf = (&'static [(&'static str, Way)], &'static str, &'static [&'static str]);

const ALL: [WaysOf; 9] = [
    (
        MIGRATE,
        "MigrateError",
        &[include_str!("../migrate/error.rs"), include_str!("../migrate/error/help.rs")],
    ),
    (COMMAND, "CommandError", &[include_str!("mod.rs"), include_str!("diagnostic.rs")]),
    (PLAN, "PlanError", &[include_str!("../revision/plan.rs")]),
    (RESOLVE, "ResolveError", &[include_str!("../revision/resolve.rs")]),
    (NEW_REVISION, "NewRevisionError", &[include_str!("../revision/new_revision.rs")]),
    (REBASE, "RebaseError", &[include_str!("../revision/rebase.rs")]),
    (LOCK, "LockProblem", &[include_str!("../script/lock_problem.rs")]),
    (LOCK_FILE, "LockFileError", &[include_str!("../script/lock_file.rs")]),
    (SCRIPT, "Problem", &[include_str!("../script/error.rs")]),
];

/// The cases, in the tests of the command line.
const CASES: &str = include_str!("../../../cargo-alembic/tests/guard/ways.rs");

#[test]
fn each_case_is_tried() {
    for (ways, error, _) in ALL {
        for (variant, way) in ways {
            let Case(case) = way else { continue };
            let has_test = CASES.contains(&format!("async fn {case}()"));
            assert!(has_test, "{error}::{variant}: there is no test `{case}`");
        }
    }
}

/// A message without a case names no command, as far as the source of the messages tells.
#[test]
fn no_other_message_names_a_command() {
    for (ways, error, sources) in ALL {
        for (variant, way) in ways {
            let names = sources.iter().any(|source| names_a_command(source, error, variant));
            let may = matches!(way, Case(_) | Inner);
            assert!(may || !names, "{error}::{variant} names a command, and has no case");
        }
    }
}

/// Whether `#[error(…)]` of a variant, or an arm of a match on it, has a command.
fn names_a_command(source: &str, error: &str, variant: &str) -> bool {
    let has_command = |text: &str| text.contains("`cargo alembic") || text.contains("`<alembic>");
    let attribute = source.split("#[error(").skip(1).any(|rest| {
        let (text, after) = rest.split_once(")]\n").unwrap_or((rest, ""));
        let is_it = after.trim_start().strip_prefix(variant);
        is_it.is_some_and(|after| after.starts_with([' ', '(', ','])) && has_command(text)
    });
    let arm = format!("{error}::{variant}");
    let arms = source.split(&arm).skip(1).any(|rest| {
        let is_it = !rest.starts_with(|letter: char| letter.is_alphanumeric());
        let next = rest.find(&format!("{error}::")).unwrap_or(rest.len());
        is_it && rest[..next].contains("=>") && has_command(&rest[..next])
    });
    attribute || arms
}

#[test]
fn commands_are_seen() {
    let source = include_str!("../migrate/error.rs");
    assert!(names_a_command(source, "MigrateError", "Unfinished"));
    let source = include_str!("../script/lock_problem.rs");
    assert!(names_a_command(source, "LockProblem", "Missing"));
    assert!(!names_a_command(source, "LockProblem", "Newer"));
}
