//! Three developers who do at random what people do, and follow only what the messages say: there is no dead end
//! (`ALEMBIC_TEAM_STEPS`; `scripts/test --full` does 2,000 steps).

use alembic_testing::Output;

use crate::world::{Checkout, World, script};

/// A small generator of random numbers.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

struct Simulation<'w> {
    world: &'w World,
    random: Random,
    developers: Vec<Checkout<'w>>,
    ids: usize,
    told: Vec<String>,
}

impl Simulation<'_> {
    fn id(&mut self) -> String {
        self.ids += 1;
        // Ids in no order: new lines of the lock come anywhere.
        format!("t{:x}_{}", self.random.below(4096), self.ids)
    }

    fn step(&mut self) {
        let who = self.random.below(self.developers.len());
        let what = self.random.below(10);
        self.told.push(format!("{who}:{what}"));
        match what {
            0..=2 => {
                self.settle(who);
                let id = self.id();
                self.developers[who].revision(&id);
            }
            3 | 4 => self.settle(who),
            5 => {
                // As people do it who do not know that a seal is missing.
                let checkout = &self.developers[who];
                let unsealed: Vec<String> = checkout
                    .lock()
                    .lines()
                    .skip(2)
                    .filter(|line| !line.contains(' '))
                    .map(str::to_owned)
                    .collect();
                if let Some(id) = unsealed.last().filter(|id| checkout.folder.join(script(id)).exists()) {
                    let text = checkout.read(&script(id));
                    let column = format!("(n INTEGER, c{} INTEGER", self.told.len());
                    checkout.write(&script(id), &text.replacen("(n INTEGER", &column, 1));
                }
            }
            6 => {
                self.developers[who].alembic("downgrade -1");
            }
            7 => self.share_on_forge(who),
            _ => self.share(who),
        }
    }

    /// Commits, merges main, settles what that leads to, pushes.
    fn share(&mut self, who: usize) {
        self.merge_main(who);
        self.developers[who].git("push -q origin HEAD:main").success();
    }

    /// The forge merges the branch, if it can.
    fn share_on_forge(&mut self, who: usize) {
        let checkout = &self.developers[who];
        commit(checkout);
        let branch = format!("branch{}", self.told.len());
        checkout.git(&format!("push -q origin HEAD:{branch}")).success();
        if !self.world.merge_on_forge(&branch) {
            self.share(who);
        }
    }

    fn merge_main(&mut self, who: usize) {
        let checkout = &self.developers[who];
        commit(checkout);
        checkout.git("fetch -q origin").success();
        if checkout.git("merge -q --no-edit origin/main").code != Some(0) {
            let conflicts = checkout.git("diff --name-only --diff-filter=U").success().stdout;
            for file in conflicts.lines().filter(|file| file.ends_with(".sql")) {
                checkout.git(&format!("checkout -q --theirs -- {file}")).success();
            }
            checkout.alembic("seal --repair").success();
            commit(checkout);
        }
        self.settle(who);
        commit(&self.developers[who]);
    }

    /// Follows the messages until the database is what the scripts say.
    fn settle(&mut self, who: usize) {
        let mut last = String::new();
        for _ in 0..12 {
            let output = self.developers[who].alembic("upgrade");
            if output.code == Some(0) {
                break;
            }
            last = output.stderr.clone();
            self.follow(who, &output);
        }
        let checkout = &self.developers[who];
        for command in ["upgrade", "verify", "current --check-heads"] {
            let output = checkout.alembic(command);
            // Nothing is created where there is nothing to do.
            if output.stderr.contains("app.db does not exist") {
                return;
            }
            assert_eq!(output.code, Some(0), "a dead end of {who} after {:?}\n{last}\n{output}", self.told);
        }
    }

    fn follow(&mut self, who: usize, output: &Output) {
        let text = &output.stderr;
        let named = |after: &str| {
            let (before, _) = text.split_once(after)?;
            before.rsplit("revision ").next().map(str::to_owned)
        };
        if let Some(id) = named(" has two different seals") {
            self.keep_first_seal(who, &id);
        } else if text.contains("`cargo alembic merge`") {
            let id = self.id();
            self.developers[who].alembic(&format!("merge --rev-id {id}")).success();
        } else if text.contains("applied to this database") || text.contains("which no script has") {
            self.developers[who].alembic("upgrade --from-history");
        } else if let Some(id) = named(" was edited after it was applied") {
            self.restore(who, &id);
        }
    }

    /// One of two seals is deleted: the one that came with this branch.
    fn keep_first_seal(&self, who: usize, id: &str) {
        let checkout = &self.developers[who];
        let hub = checkout.git("show origin/main:migrations/alembic.lock").success().stdout;
        let begin = format!("{id} ");
        let is_of_hub = |line: &str| hub.lines().any(|other| other == line);
        let lock = checkout.lock();
        let lines: Vec<&str> = lock.lines().filter(|line| line.starts_with(&begin)).collect();
        let kept = lines.iter().find(|line| is_of_hub(line)).unwrap_or(&lines[0]);
        let text = lock.lines().filter(|line| !line.starts_with(&begin) || line == kept);
        checkout.write("migrations/alembic.lock", &text.map(|line| format!("{line}\n")).collect::<String>());
    }

    /// The sealed text is in one of the commits that `git log -p -- FILE` shows; if it was never committed, the seal is taken off.
    fn restore(&self, who: usize, id: &str) {
        let checkout = &self.developers[who];
        let file = script(id);
        let edited = format!("revision {id} was edited");
        let before = checkout.read(&file);
        let commits = checkout.git(&format!("log --all --format=%h -- {file}")).success().stdout;
        for commit in commits.lines() {
            if checkout.git(&format!("checkout -q {commit} -- {file}")).code == Some(0)
                && !checkout.alembic("verify --offline").stderr.contains(&edited)
            {
                return;
            }
        }
        checkout.write(&file, &before);
        let parent = before.lines().find_map(|line| line.strip_prefix("-- Revises: ")).unwrap_or("base");
        checkout.alembic(&format!("downgrade --from-history {parent}"));
        checkout.alembic(&format!("unseal {id}")).success();
    }
}

fn commit(checkout: &Checkout<'_>) {
    checkout.git("add -A").success();
    checkout.git("commit -qm work");
}

#[test]
fn three_developers_have_no_dead_end() {
    let steps = std::env::var("ALEMBIC_TEAM_STEPS").map_or(40, |steps| steps.parse().expect("a number"));
    let mut done = 0;
    let mut seed = 11;
    // A world of its own for each hundred steps: the scripts get many.
    while done < steps {
        let world = World::new();
        let developers = vec![world.first(), world.clone("bob"), world.clone("carol")];
        let random = Random::new(seed);
        let mut simulation = Simulation { world: &world, random, developers, ids: 0, told: Vec::new() };
        for _ in 0..100.min(steps - done) {
            simulation.step();
        }
        for who in [0, 1, 2, 0, 1, 2] {
            simulation.share(who);
        }
        for checkout in &simulation.developers[..2] {
            checkout.git("fetch -q").success();
            checkout.git("merge -q --no-edit origin/main").success();
            checkout.alembic("upgrade").success();
            checkout.alembic("verify").success();
            assert_eq!(checkout.lock(), simulation.developers[2].lock());
        }
        done += 100;
        seed += 1;
    }
}
