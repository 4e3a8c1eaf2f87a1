//! A request that waits for its turn among the siblings.

/// With a token, a request waits for the lock for half of what that has left, but no less than this (ms): the owner of
/// the lock needs time to listen and to be answered, and if its page is hidden its timers fire once a second.
pub(super) const MIN_LOCK_TIMEOUT: i64 = 1_500;

/// How long the owner of the lock waits for messages from its siblings (ms). A message between tabs takes a few
/// milliseconds, and may arrive after the lock that its sender released later.
const LISTEN_TIME: i64 = 100;

/// A request that waits for the lock, or for its siblings' messages. Times are steady.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) request: u32,
    /// When it began and, without the lock, is to end.
    pub(super) since: i64,
    pub(super) until: i64,
    pub(super) stage: Stage,
}

/// What it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The lock.
    Lock,
    /// Holding the lock, messages that may be under way.
    Listening { until: i64 },
    /// The end of all messages sent before. The request follows.
    Draining { until: i64 },
}

impl Turn {
    pub(super) fn locked(&mut self, now: i64) {
        if self.stage == Stage::Lock {
            self.stage = Stage::Listening { until: now + LISTEN_TIME };
        }
    }

    pub(super) fn drained(&mut self, now: i64) {
        if let Stage::Draining { until } = &mut self.stage {
            *until = now;
        }
    }

    /// When this stage ends. `throttled`: timers are late.
    ///
    /// Then those of the siblings are late as well, and all of them fire at the same moment: whoever waits any less goes
    /// together with the owner of the lock. And none could be sure to go before the token ends.
    pub(super) fn stage_ends(&self, throttled: bool) -> i64 {
        let patience = if throttled { self.until.max(self.since + MIN_LOCK_TIMEOUT) } else { self.until };
        match self.stage {
            Stage::Lock => patience,
            Stage::Listening { until } => until.min(patience),
            Stage::Draining { until } => until,
        }
    }
}
