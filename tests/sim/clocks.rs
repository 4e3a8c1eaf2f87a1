//! The client's two clocks, each wrong in its own way.

use fastrand::Rng;
use momento_token_wasm::refresh::Now;

/// Milliseconds since the epoch when a run begins.
const EPOCH: i64 = 1_800_000_000_000;

/// True times are microseconds since the run began, so that the milliseconds that clients see are
/// rounded, and rounded differently by each clock.
pub(crate) const MS: i64 = 1_000;
pub(crate) const SECOND: i64 = 1_000 * MS;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// The server's time, which is the truth, in milliseconds since the epoch.
pub(crate) fn server(t: i64) -> i64 {
    EPOCH + t.div_euclid(MS)
}

#[derive(Clone)]
pub(crate) struct Clocks {
    /// How far the wall clock is ahead.
    pub(crate) ahead: i64,
    /// How long the monotonic clock has stood still, less its origin.
    stopped: i64,
    /// Both clocks are rounded down to this.
    pub(crate) grain: i64,
    /// The monotonic clock stands still during sleep.
    stops: bool,
    /// What has happened since the last reading.
    slept_unseen: bool,
    set_back_unseen: bool,
    leapt_unseen: bool,
    /// When the wall clock was last set forward: tokens then look older than they are.
    pub(crate) set_forward_at: i64,
    /// How often it was set back.
    pub(crate) set_backs: i64,
}

impl Clocks {
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let skewed = rng.u8(..3) == 0;
        Clocks {
            ahead: if skewed { rng.i64(-DAY..DAY) } else { rng.i64(0..2 * MS) },
            stopped: rng.i64(-DAY..SECOND),
            // Most browsers round to a millisecond or less, those that resist fingerprinting more.
            grain: [MS, MS, MS, 16_667, 100 * MS][rng.usize(..5)],
            stops: rng.bool(),
            slept_unseen: false,
            set_back_unseen: false,
            leapt_unseen: false,
            set_forward_at: i64::MIN,
            set_backs: 0,
        }
    }

    /// The clocks of another tab on the same device. The wall clock is the same; the monotonic clock stops in the same
    /// cases, but has its own origin.
    pub(crate) fn of_another_tab(&self, rng: &mut Rng) -> Self {
        let mut clocks = self.clone();
        clocks.stopped = rng.i64(-DAY..SECOND);
        clocks.set_forward_at = i64::MIN;
        clocks.set_backs = 0;
        clocks
    }

    pub(crate) fn read(&mut self, t: i64) -> Now {
        self.slept_unseen = false;
        self.set_back_unseen = false;
        self.leapt_unseen = false;
        let round = |t: i64| t.div_euclid(self.grain) * self.grain / MS;
        Now { wall: round(EPOCH * MS + t + self.ahead), mono: round(t - self.stopped) }
    }

    /// Whether the monotonic clock would stop in a sleep now. Excludes the undetectable case, see `set`.
    pub(crate) fn may_stop(&self) -> bool {
        self.stops && !self.set_back_unseen
    }

    /// Whether the wall clock may be set by this much, see `set`.
    pub(crate) fn may_be_set(&self, by: i64) -> bool {
        by >= 0 || !self.slept_unseen
    }

    /// Whether setting the wall clock back now would undo a step forward that was not noticed.
    pub(crate) fn hides_leap(&self) -> bool {
        self.leapt_unseen
    }

    /// The device has slept; returns how long the monotonic clock stood still.
    pub(crate) fn sleep(&mut self, span: i64) -> i64 {
        if !self.may_stop() {
            return 0;
        }
        self.stopped += span;
        self.slept_unseen = true;
        span
    }

    /// Sets the wall clock; false if that is excluded.
    ///
    /// A wall clock set back while the monotonic clock stood still, without a reading in between, looks as if no time
    /// had passed. No client can detect it, so it is not simulated.
    pub(crate) fn set(&mut self, by: i64, t: i64) -> bool {
        if !self.may_be_set(by) {
            return false;
        }
        self.ahead += by;
        if by < 0 {
            self.set_back_unseen = true;
            self.set_backs += 1;
        } else {
            self.set_forward_at = t;
            self.leapt_unseen = true;
        }
        true
    }
}

/// Uniform in the logarithm: as likely between 1 and 10 as between 10 and 100.
pub(crate) fn log_uniform(rng: &mut Rng, lo: i64, hi: i64) -> i64 {
    let (from, to) = ((lo as f64).ln(), (hi as f64).ln());
    (from + (to - from) * rng.f64()).exp() as i64
}
