//! How soon the next request may be sent.

use super::random;
use fastrand::Rng;

/// No request is sent within this time (ms) after the last one.
pub(super) const MIN_GAP: i64 = 1_000;

/// While no token arrives, at most [`BUDGET`] requests are sent within this time (ms).
const WINDOW: i64 = 600_000;

/// See [`WINDOW`]. Requests that nobody waits for leave the last one unused, so that a page that wakes after an outage
/// can send one at once.
const BUDGET: usize = 10;

/// The backoff's ceiling doubles from the first of these to the second (ms).
const FIRST_CEILING: i64 = 2_000;
const LAST_CEILING: i64 = 300_000;

/// How long an expired token still counts as a current one when the service refuses a new one (ms).
pub(super) const GRACE: i64 = 300_000;

/// The delays (ms) after the first refusals that are not treated as final.
const AFTER_REFUSAL: [i64; 4] = [5_000, 10_000, 20_000, 40_000];

/// The delay (ms) after all later ones.
const LAST_AFTER_REFUSAL: i64 = 60_000;

/// The requests since the last token arrived. All times are [awake](super::clock::Timeline::awake) milliseconds.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// How many failed in a row.
    failures: u32,
    /// When they were sent, in order; at most [`BUDGET`] entries.
    sent: Vec<i64>,
    /// When the last request was sent. Not cleared by a token's arrival.
    last: Option<i64>,
    /// A sibling's request has failed, possibly because of the sibling itself.
    suspected: bool,
    /// Until this time a token's arrival does not clear `sent`, because it contains requests of earlier machines.
    kept_until: Option<i64>,
}

impl Attempts {
    pub(super) fn sent(&mut self, awake: i64) {
        self.last = Some(awake);
        self.spend(awake);
    }

    fn spend(&mut self, awake: i64) {
        if self.sent.len() == BUDGET {
            self.sent.remove(0);
        }
        self.sent.push(awake);
    }

    /// Records a sibling's request that failed, possibly because of the sibling itself. Returns true if that is
    /// assumed: the request counts, but another may follow at once. Returns false if the service is to blame, since
    /// other requests have failed too.
    pub(super) fn excuse_sibling(&mut self, awake: i64) -> bool {
        let is_excused = !self.is_failing() && !self.suspected;
        if is_excused {
            self.suspected = true;
            self.spend(awake);
        }
        is_excused
    }

    /// Records a request that was sent before this machine was created, but counts against its budget. The oldest comes
    /// first.
    pub(super) fn inherited(&mut self, awake: i64) {
        self.spend(awake);
        self.kept_until = Some(awake + WINDOW);
    }

    /// Whether inherited requests still count.
    pub(super) fn counts_inherited(&self, awake: i64) -> bool {
        self.kept_until.is_some_and(|until| awake < until)
    }

    pub(super) fn succeeded(&mut self, awake: i64) {
        self.failures = 0;
        self.suspected = false;
        if !self.counts_inherited(awake) {
            self.sent.clear();
        }
    }

    pub(super) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// Resets the failures, because a sibling has a token. The requests still count: the token was not newly vended.
    pub(super) fn reset_failures(&mut self) {
        self.failures = 0;
    }

    /// Records that a sibling has just sent a request, so that none of ours follows at once.
    pub(super) fn sibling_sent(&mut self, awake: i64) {
        self.last = Some(awake);
    }

    /// Whether no request was ever sent.
    pub(super) fn none_yet(&self) -> bool {
        self.last.is_none()
    }

    pub(super) fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// A random delay (ms) after the latest failure; see [`delay`].
    pub(super) fn delay(&self, rng: &mut Rng, within: Option<i64>) -> i64 {
        delay(rng, self.failures, within)
    }

    /// Milliseconds until a request may be sent; 0 or less if it may be sent now. `on_demand` is true if a caller waits
    /// for it. The budget delays it by at most `patience` (ms), without limit if that is `None`.
    pub(super) fn wait(&self, awake: i64, on_demand: bool, patience: Option<i64>) -> i64 {
        let gap = self.last.map(|last| last + MIN_GAP - awake);
        let allowed = if on_demand { BUDGET } else { BUDGET - 1 };
        let budget = self.sent.iter().nth_back(allowed - 1).map(|oldest| oldest + WINDOW - awake);
        let budget = budget.map(|wait| patience.map_or(wait, |patience| wait.min(patience)));
        gap.max(budget).unwrap_or(0)
    }
}

/// A random delay (ms) after the `nth` failure in a row, uniform between 1 and a ceiling: at most `within`, otherwise
/// doubling with each failure. Full jitter spreads clients that failed at the same time.
pub(super) fn delay(rng: &mut Rng, nth: u32, within: Option<i64>) -> i64 {
    let doublings = nth.saturating_sub(1).min(16);
    let ceiling = (FIRST_CEILING << doublings).min(LAST_CEILING);
    let ceiling = within.map_or(ceiling, |within| ceiling.min(within));
    random::between(rng, 1, ceiling)
}

/// A random delay (ms) after the `nth` refusal in a row: the one in [`AFTER_REFUSAL`], plus or minus 20 %.
pub(super) fn delay_after_refusal(rng: &mut Rng, nth: u32) -> i64 {
    let usual = AFTER_REFUSAL.get(nth.saturating_sub(1) as usize).copied().unwrap_or(LAST_AFTER_REFUSAL);
    random::between(rng, usual * 4 / 5, usual * 6 / 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceiling_doubles_from_two_seconds_to_five_minutes() {
        let mut rng = Rng::with_seed(2);
        let mut longest = |nth, within| {
            let draws = (0..2_000).map(|_| delay(&mut rng, nth, within));
            let (least, most) = draws.fold((i64::MAX, 0), |(a, b), d| (a.min(d), b.max(d)));
            assert!(least >= 1);
            most
        };
        for (nth, ceiling) in [(1, 2_000), (2, 4_000), (7, 128_000), (8, 256_000), (9, 300_000), (u32::MAX, 300_000)] {
            let most = longest(nth, None);
            assert!(most <= ceiling && most > ceiling / 100 * 98, "{nth}: {most}");
        }
        assert!(longest(9, Some(5_000)) <= 5_000);
        assert_eq!(longest(9, Some(i64::MIN)), 1);
    }

    #[test]
    fn refusals_are_spaced_from_five_seconds_to_a_minute() {
        let mut rng = Rng::with_seed(3);
        for (nth, usual) in [(1, 5_000), (2, 10_000), (3, 20_000), (4, 40_000), (5, 60_000), (u32::MAX, 60_000)] {
            let draws: Vec<_> = (0..2_000).map(|_| delay_after_refusal(&mut rng, nth)).collect();
            let (least, most) = (draws.iter().min().unwrap(), draws.iter().max().unwrap());
            assert!((usual * 80 / 100..=usual * 81 / 100).contains(least), "{nth}: {least}");
            assert!((usual * 119 / 100..=usual * 120 / 100).contains(most), "{nth}: {most}");
        }
    }

    #[test]
    fn minimum_gap_applies_after_success() {
        let mut attempts = Attempts::default();
        assert!(attempts.wait(0, false, None) <= 0);
        attempts.sent(5_000);
        attempts.succeeded(5_100);
        assert_eq!(attempts.wait(5_300, true, None), 700);
        assert!(attempts.wait(6_000, true, None) <= 0);
    }

    #[test]
    fn budget_is_nine_requests_or_ten_on_demand() {
        let mut attempts = Attempts::default();
        for n in 0..9 {
            assert!(attempts.wait(n * 2_000, false, None) <= 0, "attempt {n}");
            attempts.sent(n * 2_000);
            attempts.failed();
        }
        assert_eq!(attempts.wait(18_000, false, None), 582_000);
        assert!(attempts.wait(18_000, true, None) <= 0);
        attempts.sent(18_000);
        assert_eq!(attempts.wait(20_000, true, None), 580_000);
        // The window slides: the second attempt is the next to leave it.
        assert_eq!(attempts.wait(600_000, true, None), 0);
        attempts.sent(600_000);
        assert_eq!(attempts.wait(601_500, true, None), 500);
        attempts.succeeded(601_000);
        assert!(attempts.wait(601_500, true, None) <= 0);
    }

    #[test]
    fn inherited_requests_count_for_ten_minutes_despite_success() {
        let mut attempts = Attempts::default();
        for started in [-300_000, -200_000] {
            attempts.inherited(started);
        }
        assert!(attempts.wait(0, false, None) <= 0, "no gap to what others started");
        for n in 0..7 {
            assert!(attempts.wait(n * 2_000, false, None) <= 0, "attempt {n}");
            attempts.sent(n * 2_000);
            attempts.succeeded(n * 2_000 + 100);
        }
        assert_eq!(attempts.wait(20_000, false, None), 280_000);
        assert_eq!(attempts.wait(20_000, false, Some(9_000)), 9_000);
        assert!(attempts.wait(300_000, false, None) <= 0);
        attempts.sent(300_000);
        attempts.succeeded(399_999);
        assert_eq!(attempts.wait(399_999, false, None), 1);
        attempts.succeeded(400_000);
        assert!(attempts.wait(400_000, true, None) <= -90_000, "no request within the window is left");
    }
}
