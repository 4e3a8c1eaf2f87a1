//! How soon the next attempt may start.

/// No attempt starts within this time (ms) of the start of the last one.
pub(super) const MIN_GAP: i64 = 1_000;

/// While no token arrives, at most [`BUDGET`] attempts start within this time (ms).
const WINDOW: i64 = 600_000;

/// See [`WINDOW`]. Attempts that the machine makes by itself leave the last one alone: a page that
/// wakes after an outage then has an attempt to spend at once.
const BUDGET: usize = 10;

/// The ceilings of the backoff: it doubles from the first to the second (ms).
const FIRST_CEILING: i64 = 2_000;
const LAST_CEILING: i64 = 300_000;

/// How long a token that ended still counts as one in hand when the service refuses a new one (ms).
pub(super) const GRACE: i64 = 300_000;

/// The delays (ms) after the first refusals that are not taken for final, and after all later ones.
const AFTER_REFUSAL: [i64; 5] = [5_000, 10_000, 20_000, 40_000, 60_000];

/// In place of a start: there was none.
const LONG_AGO: i64 = -(1 << 60);

/// The attempts since the last token arrived. All times are [awake](super::clock::Timeline::awake)
/// milliseconds.
#[derive(Debug)]
pub(super) struct Attempts {
    /// How many failed.
    failures: u32,
    /// When they started, latest first.
    starts: [i64; BUDGET],
    /// When the last of all started. A token's arrival does not clear this one.
    last: i64,
    /// Somebody else's has failed, perhaps by its own fault.
    doubted: bool,
    /// Until then a token's arrival does not clear the starts, because some of them were inherited.
    kept_until: i64,
}

impl Attempts {
    pub(super) const fn new() -> Self {
        Attempts { failures: 0, starts: [LONG_AGO; BUDGET], last: LONG_AGO, doubted: false, kept_until: LONG_AGO }
    }

    pub(super) fn started(&mut self, awake: i64) {
        self.last = awake;
        self.spent(awake);
    }

    fn spent(&mut self, awake: i64) {
        self.starts.copy_within(..BUDGET - 1, 1);
        self.starts[0] = awake;
    }

    /// Someone else's attempt failed, perhaps by its own fault; false where there is no doubt, for others have failed
    /// as well. It counts, but another may follow at once.
    pub(super) fn doubted(&mut self, awake: i64) -> bool {
        let doubted = !self.failing() && !self.doubted;
        if doubted {
            self.doubted = true;
            self.spent(awake);
        }
        doubted
    }

    /// An attempt that started before this machine was made, but counts against its budget. The oldest is to be told
    /// first.
    pub(super) fn inherited(&mut self, awake: i64) {
        self.spent(awake);
        self.kept_until = awake + WINDOW;
    }

    /// Inherited attempts still count.
    pub(super) fn keeps(&self, awake: i64) -> bool {
        awake < self.kept_until
    }

    pub(super) fn succeeded(&mut self, awake: i64) {
        self.failures = 0;
        self.doubted = false;
        if !self.keeps(awake) {
            self.starts = [LONG_AGO; BUDGET];
        }
    }

    pub(super) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// Someone else's attempt brought nothing new of the service: the failures are past, but the attempts still count.
    pub(super) fn forgiven(&mut self) {
        self.failures = 0;
    }

    /// Someone else's attempt started about now, and none of ours is to follow at once.
    pub(super) fn counted(&mut self, awake: i64) {
        self.last = awake;
    }

    /// Nothing was ever tried.
    pub(super) fn none_yet(&self) -> bool {
        self.last == LONG_AGO
    }

    pub(super) fn failing(&self) -> bool {
        self.failures > 0
    }

    /// A delay (ms) after the latest failure, see [`delay`].
    pub(super) fn delay(&self, dice: &mut Dice, within: i64) -> i64 {
        delay(dice, self.failures, within)
    }

    /// Milliseconds until an attempt may start; 0 or less: it may start now. `on_demand` is for
    /// those that someone is waiting for. For the budget it waits no longer than `patience` (ms).
    pub(super) fn wait(&self, awake: i64, on_demand: bool, patience: i64) -> i64 {
        let oldest = self.starts[if on_demand { BUDGET - 1 } else { BUDGET - 2 }];
        (self.last + MIN_GAP - awake).max((oldest + WINDOW - awake).min(patience))
    }
}

/// A delay (ms) before the attempt after failure number `nth`: uniform between 1 and a ceiling that
/// doubles with each failure (full jitter, so that clients that failed together do not return
/// together), or `within` where that is less.
#[inline(never)]
pub(super) fn delay(dice: &mut Dice, nth: u32, within: i64) -> i64 {
    let doublings = nth.saturating_sub(1).min(16);
    let ceiling = (FIRST_CEILING << doublings).min(LAST_CEILING);
    1 + dice.uniform(ceiling.min(within).max(1) - 1)
}

/// A delay (ms) before the attempt after refusal number `nth` in a row: the one in [`AFTER_REFUSAL`], give or take a
/// fifth.
pub(super) fn delay_after_refusal(dice: &mut Dice, nth: u32) -> i64 {
    let last = AFTER_REFUSAL.len() - 1;
    let usual = AFTER_REFUSAL[last.min(nth.saturating_sub(1) as usize)];
    usual * 4 / 5 + dice.uniform(usual * 2 / 5)
}

/// A seeded generator: the same seed, the same history. It is SplitMix64, of which each seed is as good as any other.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// A number between 0 and `max`, both included; 0 where `max` is less.
    #[inline(never)]
    pub(super) fn uniform(&mut self, max: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        // The ranges here are so small that nobody could tell the remainder from a uniform draw.
        let span = max.max(0).unsigned_abs() + 1;
        ((bits ^ bits >> 31) % span) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_cover_their_range_and_stay_in_it() {
        let mut dice = Dice::new(1);
        let mut seen = [0; 4];
        for _ in 0..4_000 {
            seen[dice.uniform(3) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| (900..1_100).contains(&n)), "{seen:?}");
        for max in [0, -1, i64::MIN] {
            assert_eq!(dice.uniform(max), 0);
        }
        assert!((0..=i64::MAX).contains(&dice.uniform(i64::MAX)));
    }

    #[test]
    fn the_ceiling_doubles_from_two_seconds_to_five_minutes() {
        let mut dice = Dice::new(2);
        let mut longest = |nth, within| {
            let draws = (0..2_000).map(|_| delay(&mut dice, nth, within));
            let (least, most) = draws.fold((i64::MAX, 0), |(a, b), d| (a.min(d), b.max(d)));
            assert!(least >= 1);
            most
        };
        for (nth, ceiling) in [(1, 2_000), (2, 4_000), (7, 128_000), (8, 256_000), (9, 300_000), (u32::MAX, 300_000)] {
            let most = longest(nth, i64::MAX);
            assert!(most <= ceiling && most > ceiling / 100 * 98, "{nth}: {most}");
        }
        assert!(longest(9, 5_000) <= 5_000);
        assert_eq!(longest(9, i64::MIN), 1);
    }

    #[test]
    fn refusals_are_spaced_from_five_seconds_to_a_minute() {
        let mut dice = Dice::new(3);
        for (nth, usual) in [(1, 5_000), (2, 10_000), (3, 20_000), (4, 40_000), (5, 60_000), (u32::MAX, 60_000)] {
            let draws: Vec<_> = (0..2_000).map(|_| delay_after_refusal(&mut dice, nth)).collect();
            let (least, most) = (draws.iter().min().unwrap(), draws.iter().max().unwrap());
            assert!((usual * 80 / 100..=usual * 81 / 100).contains(least), "{nth}: {least}");
            assert!((usual * 119 / 100..=usual * 120 / 100).contains(most), "{nth}: {most}");
        }
    }

    #[test]
    fn the_gap_outlives_success() {
        let mut attempts = Attempts::new();
        assert!(attempts.wait(0, false, i64::MAX) <= 0);
        attempts.started(5_000);
        attempts.succeeded(5_100);
        assert_eq!(attempts.wait(5_300, true, i64::MAX), 700);
        assert!(attempts.wait(6_000, true, i64::MAX) <= 0);
    }

    #[test]
    fn nine_by_itself_ten_on_demand_then_ten_minutes() {
        let mut attempts = Attempts::new();
        for n in 0..9 {
            assert!(attempts.wait(n * 2_000, false, i64::MAX) <= 0, "attempt {n}");
            attempts.started(n * 2_000);
            attempts.failed();
        }
        assert_eq!(attempts.wait(18_000, false, i64::MAX), 582_000);
        assert!(attempts.wait(18_000, true, i64::MAX) <= 0);
        attempts.started(18_000);
        assert_eq!(attempts.wait(20_000, true, i64::MAX), 580_000);
        // The window slides: the second attempt is the next to leave it.
        assert_eq!(attempts.wait(600_000, true, i64::MAX), 0);
        attempts.started(600_000);
        assert_eq!(attempts.wait(601_500, true, i64::MAX), 500);
        attempts.succeeded(601_000);
        assert!(attempts.wait(601_500, true, i64::MAX) <= 0);
    }

    #[test]
    fn inherited_attempts_count_until_they_are_ten_minutes_old_whatever_succeeds() {
        let mut attempts = Attempts::new();
        for started in [-300_000, -200_000] {
            attempts.inherited(started);
        }
        assert!(attempts.wait(0, false, i64::MAX) <= 0, "no gap to what others started");
        for n in 0..7 {
            assert!(attempts.wait(n * 2_000, false, i64::MAX) <= 0, "attempt {n}");
            attempts.started(n * 2_000);
            attempts.succeeded(n * 2_000 + 100);
        }
        assert_eq!(attempts.wait(20_000, false, i64::MAX), 280_000);
        assert_eq!(attempts.wait(20_000, false, 9_000), 9_000);
        assert!(attempts.wait(300_000, false, i64::MAX) <= 0);
        attempts.started(300_000);
        attempts.succeeded(399_999);
        assert_eq!(attempts.wait(399_999, false, i64::MAX), 1);
        attempts.succeeded(400_000);
        assert!(attempts.wait(400_000, true, i64::MAX) <= -BUDGET_IS_CLEAR, "as if nothing had been tried");
    }

    /// (ms) No attempt within the window is left.
    const BUDGET_IS_CLEAR: i64 = 90_000;
}
