//! A new order of applied revisions: whatever was moved, the printed way ends where the scripts say.

use std::collections::BTreeMap;

use alembic::Migrator;
use alembic::migrate::{MigrateError, Reordered};
use alembic_testing::{Kind, Script, TestDatabase};

use crate::support::migrator;

/// The revisions, each with what it revises.
type Order = BTreeMap<&'static str, Vec<&'static str>>;

const IDS: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];
const NEW: [&str; 2] = ["x", "y"];

/// Numbers that a seed gives.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    /// At most two of these.
    fn parents(&mut self, of: &[&'static str]) -> Vec<&'static str> {
        let mut parents = Vec::new();
        for _ in 0..self.below(3).min(of.len()) {
            let parent = of[self.below(of.len())];
            if !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        parents
    }
}

/// Some revisions that stand on each other.
fn order(random: &mut Random) -> Order {
    let count = 3 + random.below(IDS.len() - 3);
    (0..count).map(|index| (IDS[index], random.parents(&IDS[..index]))).collect()
}

/// Another order in which some of them stand on others, and on new ones. None: it has a circle.
fn moved(random: &mut Random, before: &Order) -> Option<Order> {
    let mut after = before.clone();
    for id in NEW.iter().take(random.below(3)) {
        let all: Vec<&str> = after.keys().copied().collect();
        let above = all[random.below(all.len())];
        let below = after[above].clone();
        after.insert(*id, below);
        after.insert(above, vec![*id]);
    }
    for _ in 0..random.below(4) {
        let all: Vec<&str> = after.keys().copied().collect();
        let id = all[random.below(all.len())];
        let parents = random.parents(&all);
        after.insert(id, parents);
    }
    let has_circle = after.keys().any(|id| below(&after, id).contains(id));
    (!has_circle && after != *before).then_some(after)
}

/// What a revision stands on, near and far.
fn below(order: &Order, id: &str) -> Vec<&'static str> {
    let mut found: Vec<&str> = Vec::new();
    let mut open = order[id].clone();
    while let Some(id) = open.pop() {
        if !found.contains(&id) {
            found.push(id);
            open.extend(&order[id]);
        }
    }
    found
}

/// Each revision notes that it ran, and that it was taken back.
fn scripts(order: &Order) -> Migrator {
    let revises: Vec<String> = order.values().map(|parents| parents.join(", ")).collect();
    let script = |((id, _), revises): ((&&'static str, &Vec<&str>), &'static str)| {
        let note = |text: &str| format!("INSERT INTO log (ran) VALUES ('{text}{id}');");
        Script::new(id, revises, &note("+"), &note("-"))
    };
    let revises = revises.into_iter().map(|text| &*text.leak());
    migrator(&order.iter().zip(revises).map(script).collect::<Vec<_>>())
}

/// The commands of the message.
async fn follow(migrator: &Migrator, url: &str, Reordered { before, rounds, .. }: &Reordered) {
    let rows: Vec<&str> = before.iter().map(|id| id.as_str()).collect();
    let rows = if rows.is_empty() { vec!["base"] } else { rows };
    migrator.stamp(url, rows).purge().await.expect("a stamp");
    for (missing, rows) in rounds {
        for id in missing {
            migrator.upgrade(url).target(id.as_str()).await.expect("an upgrade");
        }
        migrator.stamp(url, rows.iter().map(|id| id.as_str())).await.expect("a stamp");
    }
}

async fn ran(database: &TestDatabase) -> Vec<String> {
    let rows = database.rows("SELECT ran FROM log ORDER BY ran").await;
    rows.into_iter().flatten().flatten().collect()
}

/// The tables of the stamped revisions are there; all others run once, and count as run in the end.
async fn check(seed: u64) {
    let mut random = Random(seed);
    let before = order(&mut random);
    let Some(after) = moved(&mut random, &before) else { return };
    let database = TestDatabase::new(Kind::Sqlite).await;
    let url = database.url.as_str();
    database.rows("CREATE TABLE log (ran TEXT)").await;
    let old = scripts(&before);
    let ids: Vec<&str> = before.keys().copied().collect();
    let mut stamped = Vec::new();
    if random.below(4) == 0 {
        let id = ids[random.below(ids.len())];
        old.stamp(url, [id]).await.expect("a stamp");
        stamped = below(&before, id);
        stamped.push(id);
    }
    for _ in 0..=random.below(2) {
        let target = ids[random.below(ids.len())];
        if let Err(error) = old.upgrade(url).target(target).await {
            assert!(matches!(error, MigrateError::Plan(_)), "{error}");
        }
    }
    let case = format!(
        "seed {seed}: {before:?}\n to {after:?}\n from {:?}, stamped {stamped:?}",
        ran(&database).await
    );

    let new = scripts(&after);
    let mut turns = 0;
    while let Err(error) = new.upgrade(url).await {
        let MigrateError::Edited(edited) = &error else { panic!("{case}\n{error:?}") };
        let way = edited.last().and_then(|last| last.reordered.as_ref());
        let way = way.unwrap_or_else(|| panic!("{case}\nno way out of {error}"));
        turns += 1;
        assert!(turns < 2, "{case}\nin a circle: {way:?}");
        follow(&new, url, way).await;
    }
    let all: Vec<&str> = after.keys().copied().filter(|id| !stamped.contains(id)).collect();
    assert_eq!(ran(&database).await, all.iter().map(|id| format!("+{id}")).collect::<Vec<_>>(), "{case}");
    let found = new.verify(url).await.expect("a comparison");
    assert!(
        found.edited.is_empty() && found.moved.is_none() && found.taken_back.is_empty(),
        "{case}\n{found:?}"
    );
    let mut only: Vec<&str> = found.stamped.iter().map(|id| id.as_str()).collect();
    only.sort_unstable();
    stamped.sort_unstable();
    assert_eq!(only, stamped, "{case}");
    assert_eq!(found.applied.len(), after.len(), "{case}");
    // What ran before still counts as run: it is taken back without consent.
    if stamped.is_empty() {
        new.downgrade(url, "base").await.unwrap_or_else(|error| panic!("{case}\n{error}"));
        assert_eq!(ran(&database).await.len(), 2 * all.len(), "{case}");
    }
}

#[tokio::test]
async fn the_printed_way_leads_to_the_scripts() {
    for seed in 0..150 {
        check(seed).await;
    }
}

/// A second move after the first one is found like that.
#[tokio::test]
async fn a_second_move_is_found() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let url = database.url.as_str();
    database.rows("CREATE TABLE log (ran TEXT)").await;
    let orders: [&[(&str, &[&str])]; 4] = [
        &[("a", &[]), ("b", &["a"])],
        &[("a", &[]), ("x", &["a"]), ("b", &["x"])],
        &[("a", &[]), ("x", &["a"]), ("y", &["x"]), ("b", &["y"])],
        &[("a", &[]), ("b", &["a"]), ("x", &["b"]), ("y", &["x"])],
    ];
    for (index, order) in orders.iter().enumerate() {
        let order: Order = order.iter().map(|(id, parents)| (*id, parents.to_vec())).collect();
        let migrator = scripts(&order);
        if index > 0 {
            let error = migrator.upgrade(url).await.expect_err("it was moved");
            let MigrateError::Edited(edited) = &error else { panic!("{error:?}") };
            follow(&migrator, url, edited.last().and_then(|last| last.reordered.as_ref()).expect("a way"))
                .await;
        }
        migrator.upgrade(url).await.expect("an upgrade");
        assert!(migrator.verify(url).await.expect("a comparison").stamped.is_empty());
    }
    assert_eq!(ran(&database).await, ["+a", "+b", "+x", "+y"]);
}
