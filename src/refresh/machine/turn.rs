//! A request waiting for its turn among the siblings.

/// While there is a token, a request waits for the lock for half of the token's remaining life, but at least this long
/// (ms): the owner of the lock needs time to listen and to get a response, and if its page is hidden, its timers fire
/// once a second.
pub(super) const MIN_LOCK_TIMEOUT: i64 = 1_500;

/// How long the owner of the lock waits for messages from its siblings (ms). A message takes a few milliseconds, and
/// may arrive after a lock that its sender released later.
const LISTEN_TIME: i64 = 100;

/// A request waiting for the lock or for messages from siblings. Times are steady.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) request: u32,
    /// When it began, and when it ends without the lock.
    pub(super) since: i64,
    pub(super) until: i64,
    pub(super) stage: Stage,
}

/// What it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The lock.
    Lock,
    /// Messages in transit, while holding the lock.
    Listening { until: i64 },
    /// The arrival of all messages sent before. The request follows.
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

    /// When this stage ends. `throttled` is true if timers are late.
    ///
    /// If they are, the siblings' timers are late too, and all fire at the same moment: a tab that waited any less
    /// would send its request together with the owner of the lock, and still might not do so before the token expires.
    pub(super) fn stage_ends(&self, throttled: bool) -> i64 {
        let patience = if throttled { self.until.max(self.since + MIN_LOCK_TIMEOUT) } else { self.until };
        match self.stage {
            Stage::Lock => patience,
            Stage::Listening { until } => until.min(patience),
            Stage::Draining { until } => until,
        }
    }
}
