//! Upgrade and downgrade: steps, rows, refusals.

use super::sketch::{graph, nodes, show_steps};
use crate::revision::{Direction, Past, Range, Target, downgrade, offline, upgrade, upgrade_many};

const DIAMOND: &str = "a; b1 <a #left; b2 <a #right; m <b1 <b2; c <m";
const LIBRARIES: &str = "a1 #liba; a2 <a1; b1 #libb; b2 <b1 ^a2; b3 <b2";

fn check(sketch: &str, rows: &str, command: &str, expected: &str) {
    let graph = graph(sketch);
    let rows = nodes(&graph, rows);
    let (direction, target) = command.split_once(' ').unwrap();
    let plan = match (direction, target.parse::<Target>()) {
        (_, Err(error)) => panic!("{error}"),
        ("upgrade", Ok(target)) => upgrade(&graph, &rows, &target, &Past::default()),
        (_, Ok(target)) => downgrade(&graph, &rows, &target, &Past::default()),
    };
    let answer = plan.map_or_else(|error| error.to_string(), |steps| show_steps(&graph, &steps));
    assert_eq!(answer, expected, "{command} from {rows:?} in {sketch}");
}

#[test]
fn upgrades_run_what_is_missing_in_order() {
    check(DIAMOND, "", "upgrade head", "+a(a+) +b1(a>b1) +b2(b2+) +m(b2- b1>m) +c(m>c)");
    check(DIAMOND, "", "upgrade right@+2", "+a(a+) +b2(a>b2)");
    check(DIAMOND, "b1", "upgrade m", "+b2(b2+) +m(b2- b1>m)");
    check(DIAMOND, "c", "upgrade a", "");
    check(DIAMOND, "c", "upgrade base", "");
    check(DIAMOND, "a", "upgrade right", "+b2(a>b2)");
    check(
        LIBRARIES,
        "",
        "upgrade heads",
        "+a1(a1+) +a2(a1>a2) +b1(b1+) +b2(b1- a2>b2) +b3(b2>b3)".replace("b1- a2>b2", "a2- b1>b2").as_str(),
    );
    check(LIBRARIES, "a1", "upgrade libb@head", "+a2(a1>a2) +b1(b1+) +b2(a2- b1>b2) +b3(b2>b3)");
    check("", "", "upgrade head", "");
}

#[test]
fn downgrades_take_dependents_along_and_leave_dependencies() {
    check(DIAMOND, "c", "downgrade a", "-c(c>m) -m(m>b1 b2+) -b2(b2-) -b1(b1>a)");
    check(DIAMOND, "c", "downgrade base", "-c(c>m) -m(m>b1 b2+) -b2(b2-) -b1(b1>a) -a(a-)");
    check(DIAMOND, "b1 b2", "downgrade b2@a", "-b2(b2-)");
    check(DIAMOND, "b1 b2", "downgrade right@-1", "-b2(b2-)");
    check(DIAMOND, "b1 b2", "downgrade b2-1", "-b2(b2-) -b1(b1>a)");
    check(LIBRARIES, "b3", "downgrade liba@base", "-b3(b3>b2) -b2(b2>b1 a2+) -a2(a2>a1) -a1(a1-)");
    check(LIBRARIES, "b3", "downgrade libb@base", "-b3(b3>b2) -b2(b2>b1 a2+) -b1(b1-)");
    check(LIBRARIES, "b3", "downgrade liba@-1", "-b3(b3>b2) -b2(b2>b1 a2+) -a2(a2>a1)");
    check(DIAMOND, "c", "downgrade c", "");
}

#[test]
fn redundant_parents_and_rows_do_no_harm() {
    check("a; b <a; c <a; m <a <b <c", "b c", "upgrade head", "+m(c- b>m)");
    check("a; b <a; c <b ^a; x", "c x", "downgrade c@-1", "-c(c>b)");
    check("a; b <a; c <b", "a b", "upgrade head", "+c(a- b>c)");
    check("a; b <a; c <b", "a b", "downgrade a", "-b(b-)");
    check("a; b <a; c <b", "a c", "downgrade b", "-c(c>b a-)".replace("c>b a-", "a- c>b").as_str());
}

#[test]
fn relative_targets_need_one_place_to_count_from() {
    check(DIAMOND, "", "upgrade +1", "+a(a+)");
    check(DIAMOND, "m", "upgrade +1", "+c(m>c)");
    let two = "`-1` is ambiguous: the database is at `b1` and `b2`; say from which, as in `b1@-1`, or name the revision to end at";
    check(DIAMOND, "b1 b2", "downgrade -1", two);
    check(DIAMOND, "b2 b1", "downgrade -1", two);
    check(
        DIAMOND,
        "a",
        "upgrade +1",
        "`+1` is ambiguous: up from `a` there are `b1` and `b2`; say which branch, as in `b1@+1`, or name the revision",
    );
    check(
        DIAMOND,
        "c",
        "downgrade -2",
        "`-2` is ambiguous: down from `m` there are `b1` and `b2`; name the revision",
    );
    check(DIAMOND, "c", "upgrade +1", "`+1` goes too far: `c` is a head already");
    check(DIAMOND, "b1", "downgrade -3", "`-3` goes too far: only 2 steps are possible");
    check(DIAMOND, "", "downgrade -1", "`-1` has nothing to count from: no revision is applied");
    check(
        LIBRARIES,
        "a1",
        "downgrade libb@-1",
        "`libb@-1` has nothing to count from: no revision of branch `libb` is applied",
    );
    check(
        DIAMOND,
        "c",
        "upgrade -1",
        "`-1` does not lead the way of an upgrade; give it as `+N`, and at least 1",
    );
    check(
        DIAMOND,
        "c",
        "downgrade +1",
        "`+1` does not lead the way of a downgrade; give it as `-N`, and at least 1",
    );
    check(
        DIAMOND,
        "c",
        "downgrade -0",
        "`-0` does not lead the way of a downgrade; give it as `-N`, and at least 1",
    );
}

#[test]
fn downgrades_end_below_where_the_database_is() {
    check(
        DIAMOND,
        "b1",
        "downgrade c",
        "cannot downgrade to `c`: it is not applied; the database is at `b1`",
    );
    check(DIAMOND, "", "downgrade a", "cannot downgrade to `a`: it is not applied; the database is empty");
    check(
        LIBRARIES,
        "b3",
        "downgrade a2",
        "cannot downgrade to `a2`: nothing that revises it is applied; the database is at `b3`",
    );
    check(
        "a #lib; b <a; c <a",
        "b c",
        "downgrade lib@a",
        "branch `lib` does not go on from `a`: the ways are `b` and `c`; name one of them before `@`, or leave out `lib@` for all",
    );
    check(
        LIBRARIES,
        "b3",
        "downgrade libb@a1",
        "revision `a1` is not on branch `libb`; leave out `libb@`, or name a revision of that branch",
    );
}

#[test]
fn labels_with_dashes_win_over_steps() {
    let sketch = "aaaa #team-1; bbbb <aaaa; team <bbbb";
    check(sketch, "", "upgrade team-1", "+aaaa(aaaa+)");
    check(sketch, "", "upgrade team-2", "+aaaa(aaaa+)");
    check(sketch, "", "upgrade team-1@head", "+aaaa(aaaa+) +bbbb(aaaa>bbbb) +team(bbbb>team)");
    check(sketch, "team", "downgrade team-1", "-team(team>bbbb) -bbbb(bbbb>aaaa)");
    check(sketch, "team", "downgrade team-1@-1", "-team(team>bbbb)");
    check(sketch, "", "upgrade team-1+1", "+aaaa(aaaa+) +bbbb(aaaa>bbbb)");
}

#[test]
fn several_targets_are_one_plan() {
    let graph = graph(DIAMOND);
    let targets: Vec<Target> = ["right", "left", "a"].map(|target| target.parse().unwrap()).into();
    let steps = upgrade_many(&graph, &[], &targets, &Past::default()).unwrap();
    assert_eq!(show_steps(&graph, &steps), "+a(a+) +b1(a>b1) +b2(b2+)");
}

#[test]
fn offline_plans_assume_their_start() {
    let check = |direction, range: &str, expected: &str| {
        let graph = graph(DIAMOND);
        let plan = offline(&graph, direction, &Range::or_target(range).unwrap());
        let answer = plan.map_or_else(|error| error.to_string(), |plan| show_steps(&graph, &plan.steps));
        assert_eq!(answer, expected, "{range}");
    };
    check(Direction::Upgrade, "b1:m", "+b2(b2+) +m(b2- b1>m)");
    check(Direction::Upgrade, "right", "+a(a+) +b2(a>b2)");
    check(Direction::Upgrade, "m:+1", "+c(m>c)");
    check(Direction::Upgrade, "m:", "+c(m>c)");
    check(Direction::Downgrade, "c:m", "-c(c>m)");
    check(Direction::Downgrade, "c:-1", "-c(c>m)");
    check(
        Direction::Downgrade,
        "m",
        "an offline downgrade needs to know where the database is; give it as `from:to`",
    );
}
