//! Time derived from two clocks, either of which may be wrong.

/// A reading of the client's two clocks. They are always read together, because their disagreement reveals sleep and
/// clock changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since the Unix epoch by the wall clock (`Date.now()`). May be off by hours and may be set forward
    /// or back at any time. Continues during sleep.
    pub wall: i64,
    /// Milliseconds since any origin by the monotonic clock (`performance.now()`). Never jumps, but on some platforms
    /// stops during sleep.
    pub mono: i64,
}

impl Now {
    fn bounded(self) -> Self {
        Now { wall: bounded(self.wall), mono: bounded(self.mono) }
    }
}

/// How far (ms) the clocks may diverge before the difference counts as elapsed time.
///
/// Browsers round both clocks, to as much as 100 ms each. Without a tolerance, taking the larger of two rounded steps
/// would accumulate errors: on a page with a thousand events a second, time would run twice as fast. In return, up to
/// this much elapsed time may not be counted, and setting the wall clock back by less than this may hide as much sleep.
pub(super) const TOLERANCE: i64 = 250;

/// A larger disagreement (ms) within one step is a jump: the device slept, or the clock was set.
const JUMP: i64 = 5_000;

/// How long (ms, awake) the age of messages is unknown after the wall clock was set back, because a message may have
/// been sent before the change. A frozen page receives its queued messages as soon as it runs again, which is also when
/// it notices the change.
const AGE_UNKNOWN: i64 = 5_000;

/// The most (ms) of that time that a step in which the page did not run counts for: its messages were queued too.
const AGE_UNKNOWN_STEP: i64 = 1_000;

/// How the clocks advanced from one reading to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Both show the same elapsed time.
    Even,
    /// They disagree by more than [`TOLERANCE`]: the wall clock was set, or the device slept.
    Uneven,
    /// They disagree by more than [`JUMP`].
    Jump,
}

/// The largest time or duration (ms) accepted as input, so that sums of a few of them do not overflow.
const FAR: i64 = 1 << 60;

/// Clamps a time or duration to [`FAR`] either way.
pub(super) fn bounded(ms: i64) -> i64 {
    ms.clamp(-FAR, FAR)
}

/// The earlier of two optional times.
pub(super) fn earlier(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).min()
}

/// Derives two times from the two clocks: an upper and a lower estimate of the time elapsed.
///
/// The *steady* time measures the age of tokens. With every reading it advances by the larger step of the two clocks
/// (within [`TOLERANCE`]), and it never goes back. This counts sleep during which the monotonic clock stopped, and
/// ignores a wall clock that is set back. A wall clock set forward makes a token look older than it is, which costs one
/// request.
///
/// The *awake* time is the monotonic clock alone. It may miss sleep but never runs fast. Rate limits use it, so that
/// setting the clock forward does not lift them.
#[derive(Debug)]
pub(super) struct Timeline {
    last: Now,
    awake: i64,
    /// The time added because of the wall clock, in steps of more than [`TOLERANCE`].
    extra: i64,
    /// How far the wall clock has run ahead of (or behind) the monotonic clock since the last step that counted.
    lead: i64,
    /// How long (ms) the age of messages remains unknown.
    age_unknown: i64,
    /// The last advance of the awake time.
    step: i64,
}

impl Timeline {
    pub(super) fn new(now: Now) -> Self {
        Timeline { last: now.bounded(), awake: 0, extra: 0, lead: 0, age_unknown: 0, step: 0 }
    }

    /// Advances to a new reading of the clocks.
    pub(super) fn observe(&mut self, now: Now) -> Step {
        let now = now.bounded();
        // If the monotonic clock went back, it has a new origin: continue from there.
        let mono = (now.mono - self.last.mono).max(0);
        let wall = now.wall - self.last.wall;
        self.last = now;
        self.awake = bounded(self.awake + mono);
        self.step = mono;
        self.lead += wall - mono;
        let lead = self.lead;
        if lead.abs() > TOLERANCE {
            // Setting the wall clock back may hide a little sleep that was not counted yet.
            self.extra = bounded(self.extra + lead.max(TOLERANCE));
            self.lead = 0;
            if lead < 0 {
                self.age_unknown = AGE_UNKNOWN;
                self.step = 0;
            }
        }
        match lead.abs() {
            lead if lead <= TOLERANCE => Step::Even,
            lead if lead <= JUMP => Step::Uneven,
            _ => Step::Jump,
        }
    }

    /// Milliseconds since the start, at least as many as truly elapsed (within [`TOLERANCE`]).
    pub(super) fn steady(&self) -> i64 {
        self.awake + self.extra
    }

    /// Milliseconds since the start, at most as many as truly elapsed.
    pub(super) fn awake(&self) -> i64 {
        self.awake
    }

    /// Records whether the last reading was on time. If not, the page may not have run before it.
    pub(super) fn observed(&mut self, in_time: bool) {
        let step = if in_time { self.step } else { self.step.min(AGE_UNKNOWN_STEP) };
        self.age_unknown = (self.age_unknown - step).max(0);
    }

    /// Whether the wall clock was set back recently, so that a message may be older than it looks.
    pub(super) fn is_age_unknown(&self) -> bool {
        self.age_unknown > 0
    }

    /// The wall clock, in milliseconds since the epoch.
    pub(super) fn wall(&self) -> i64 {
        self.last.wall
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Timeline {
        Timeline::new(Now { wall: 1_000_000, mono: 500 })
    }

    fn step(line: &mut Timeline, wall: i64, mono: i64) -> (bool, i64, i64) {
        let now = Now { wall: line.last.wall + wall, mono: line.last.mono + mono };
        let jump = line.observe(now) == Step::Jump;
        (jump, line.steady(), line.awake())
    }

    #[test]
    fn agreeing_clocks_count_once() {
        let mut line = line();
        assert_eq!(step(&mut line, 1_000, 1_000), (false, 1_000, 1_000));
        assert_eq!(step(&mut line, 0, 0), (false, 1_000, 1_000));
    }

    #[test]
    fn classifies_steps_and_jumps() {
        for (wall, mono, step) in [
            (250, 0, Step::Even),
            (251, 0, Step::Uneven),
            (-251, 0, Step::Uneven),
            (0, 5_000, Step::Uneven),
            (5_001, 0, Step::Jump),
            (-5_001, 0, Step::Jump),
        ] {
            let mut line = line();
            let now = Now { wall: line.last.wall + wall, mono: line.last.mono + mono };
            assert_eq!(line.observe(now), step, "{wall} ms and {mono} ms");
        }
    }

    #[test]
    fn wall_clock_counts_sleep() {
        let mut line = line();
        assert_eq!(step(&mut line, 3_600_000, 10), (true, 3_600_000, 10));
    }

    #[test]
    fn setting_the_wall_clock_back_is_ignored() {
        let mut line = line();
        assert_eq!(step(&mut line, -86_400_000, 2_000), (true, 2_250, 2_000));
        // And the next sleep is counted in full: the set-back leaves no debt.
        assert_eq!(step(&mut line, 60_000, 0), (true, 62_250, 2_000));
    }

    #[test]
    fn message_age_is_unknown_after_the_wall_clock_was_set_back() {
        let mut line = line();
        step(&mut line, 3_600_000, 10);
        step(&mut line, 0, TOLERANCE);
        assert!(!line.is_age_unknown());
        step(&mut line, -TOLERANCE - 1, 0);
        assert!(line.is_age_unknown());
        line.observed(true);
        // Sleep, in which both clocks went on, does not end it.
        step(&mut line, 3_600_000, 3_600_000);
        line.observed(false);
        step(&mut line, AGE_UNKNOWN - AGE_UNKNOWN_STEP - 1, AGE_UNKNOWN - AGE_UNKNOWN_STEP - 1);
        line.observed(true);
        assert!(line.is_age_unknown());
        step(&mut line, 1, 1);
        line.observed(true);
        assert!(!line.is_age_unknown());
    }

    #[test]
    fn setting_the_wall_clock_forward_does_not_lift_rate_limits() {
        let mut line = line();
        assert_eq!(step(&mut line, 86_400_000, 100), (true, 86_400_000, 100));
    }

    #[test]
    fn rounding_errors_do_not_accumulate() {
        let mut line = line();
        for _ in 0..100_000 {
            step(&mut line, 1, 0);
            step(&mut line, 0, 1);
        }
        assert_eq!((line.steady(), line.awake()), (100_000, 100_000));
    }

    #[test]
    fn short_sleeps_accumulate() {
        let mut line = line();
        for _ in 0..1_000 {
            step(&mut line, 100, 0);
        }
        assert!(line.steady() >= 100_000 - TOLERANCE);
        assert!(line.steady() <= 100_000);
    }

    #[test]
    fn monotonic_clock_may_get_a_new_origin() {
        let mut line = line();
        assert_eq!(step(&mut line, 2_000, -400), (false, 2_000, 0));
        assert_eq!(step(&mut line, 1_000, 1_000), (false, 3_000, 1_000));
    }

    #[test]
    fn repeatedly_setting_the_clock_back_hides_no_sleep() {
        let mut line = line();
        for _ in 0..100 {
            step(&mut line, 200, 0);
            step(&mut line, -10_000, 0);
        }
        assert!(line.steady() >= 20_000);
    }

    #[test]
    fn extreme_readings_do_not_overflow() {
        let mut line = line();
        let (min, max) = (i64::MIN, i64::MAX);
        let mut before = 0;
        for (wall, mono) in [(min, max), (max, min), (min, min), (max, max), (0, 0)] {
            line.observe(Now { wall, mono });
            assert!(line.steady() >= before, "time went back");
            before = line.steady();
        }
    }
}
