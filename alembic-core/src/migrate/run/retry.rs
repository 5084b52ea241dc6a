//! Trying again what somebody else was in the way of.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// The first pause, and the longest.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);

/// How long to pause after the attempt of this number, from 1: twice as long each time, and never twice the same, so that
/// two that were in each other's way do not meet again.
pub(crate) fn pause(attempt: u32) -> Duration {
    let longest = FIRST.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1))).min(LONGEST);
    let share = u32::try_from(random() % 1000).unwrap_or_default();
    longest / 2 + longest / 2 * share / 1000
}

/// A number that nobody can guess well enough to meet it.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit() {
        for (attempt, shortest, longest) in [(1, 50, 100), (2, 100, 200), (5, 800, 1600), (100, 5000, 10_000)]
        {
            let pause = pause(attempt).as_millis();
            assert!((shortest..=longest).contains(&pause), "attempt {attempt}: {pause} ms");
        }
        assert_ne!(random(), random());
    }
}
