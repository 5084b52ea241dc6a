//! Where we differ from Alembic on purpose.

/// Results that differ: the document, the commands by number, and why.
pub(crate) const ACCEPTED: &[(&str, &[usize], &str)] = &[
    ("test-1", &[4], RELATED_STAMPS),
    ("test-44", &[0], RELATED_STAMPS),
    ("test-59", &[0], RELATED_STAMPS),
    ("test-62", &[0], RELATED_STAMPS),
    ("test-63", &[1], RELATED_STAMPS),
    ("test-75", &[0], RELATED_STAMPS),
    ("hand-stamp-inconsistent", &[0], RELATED_STAMPS),
    ("test-179", &[0], STAMP_KEEPS),
    ("test-189", &[0], STAMP_KEEPS),
    ("hand-downgrade-drops-dependents", &[11, 12], STAMP_KEEPS),
    ("test-40", &[0], "a row that is there twice counts once, and does not stop a plan"),
    ("test-86", &[1], OVERLAP),
    ("test-116", &[0], OVERLAP),
    ("hand-overlapping-rows", &[0], OVERLAP),
    ("test-162", &[1], MINUS_ONE),
    ("test-164", &[0], MINUS_ONE),
    ("test-165", &[0], MINUS_ONE),
    ("test-166", &[0], MINUS_ONE),
    ("hand-minus-one-two-heads", &[0], MINUS_ONE),
    ("hand-minus-one-two-heads-swapped", &[0], MINUS_ONE),
    ("hand-redundant-row-after-downgrade", &[0, 2], "a downgrade leaves no row that another row implies"),
    ("hand-downgrade-drops-dependents", &[9], CHECK_HEADS),
    ("hand-check-heads-with-deps", &[2], CHECK_HEADS),
    (
        "hand-dash-in-label",
        &[3, 4, 5],
        "targets are read to their end: what follows a complete one is an error",
    ),
    ("hand-walk-limits", &[29], STEPS_ANYWHERE),
    ("hand-history-ranges", &[4, 8], STEPS_ANYWHERE),
    ("hand-history-ranges", &[0, 1], FROM_THE_END),
    ("hand-show-minus-with-label", &[10, 17], FROM_THE_END),
    ("hand-new-files", &[12], "an id in use is refused before a file is written"),
    ("hand-new-files", &[17], "a merge of one revision joins nothing"),
    ("hand-new-files", &[19], "a merge of a revision with one that comes before it joins nothing"),
    ("hand-empty", &[10], "a merge of no revisions joins nothing"),
    ("hand-bad-graphs-duplicate", &[0, 1, 2], "an id that two scripts claim is an error, not a warning"),
    ("hand-text-output", &[15], "that `--purge` and `--sql` exclude each other is up to the command line"),
];

const RELATED_STAMPS: &str = "stamping a revision and one that comes before it leaves one row, not two of which one \
                              makes every later upgrade fail";
const STAMP_KEEPS: &str = "a stamp leaves what an upgrade or downgrade to the target would leave: other branches, and \
                           what depends on revisions that stay applied, keep their rows";
const OVERLAP: &str = "revisions that imply each other are no mistake where several are given";
const MINUS_ONE: &str = "`-1` from several heads is refused; Alembic takes whichever row comes first";
const CHECK_HEADS: &str =
    "a head that another applied revision depends on is applied, so the database is up to date";
const STEPS_ANYWHERE: &str = "`rev+N` and `rev-N` mean the same in every place";
const FROM_THE_END: &str = "`-N` at the start of a range counts from the range's end, not from the heads, and from each \
                            end where there are several";
