//! The vending service, and the network in between.

use crate::clocks::{DAY, HOUR, MINUTE, MS, SECOND, log_uniform};
use crate::host::Brought;
use fastrand::Rng;
use momento_token_wasm::refresh::Failure;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mood {
    Well,
    /// Half of the requests fail.
    Flaky,
    /// All fail at once: refused connections, 5xx.
    Down,
    /// 401, 403, 404, 410.
    Refusing,
    /// 429 with a Retry-After.
    Busy,
    /// 200 with something that is not a token.
    Garbage,
    /// No response ever arrives.
    Silent,
    /// Slower than most request timeouts.
    Slow,
    /// Tokens that have expired or are about to.
    Stale,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// A token and when (true time) it expires.
    Token(Option<i64>),
    /// A token of a [`Host`](crate::host::Host).
    Dated(Brought),
    Failure(Failure),
}

pub(crate) struct Service {
    pub(crate) mood: Mood,
    pub(crate) ttl: i64,
    pub(crate) latency: i64,
    /// Whether it returns the same token until little of its life is left.
    pub(crate) caches: bool,
    /// Whether it sometimes omits the expiry.
    pub(crate) forgets: bool,
}

impl Service {
    pub(crate) fn new(rng: &mut Rng) -> Self {
        Service {
            mood: Mood::Well,
            ttl: log_uniform(rng, SECOND, 90 * DAY),
            latency: log_uniform(rng, MS, 2 * SECOND),
            caches: rng.u8(..4) == 0,
            forgets: rng.u8(..8) == 0,
        }
    }

    /// A working service that vends a new token for each request.
    pub(crate) fn fair(ttl: i64, latency: i64) -> Self {
        Service { mood: Mood::Well, ttl, latency, caches: false, forgets: false }
    }

    pub(crate) fn change_mood(&mut self, rng: &mut Rng) {
        use Mood::*;
        let moods = [Well, Well, Well, Well, Flaky, Down, Refusing, Busy, Garbage, Silent, Slow, Stale];
        self.mood = moods[rng.usize(..moods.len())];
    }

    /// The response to a request sent at `t`, and when it arrives; `None` if it never does.
    pub(crate) fn reply(&self, connected: bool, t: i64, rng: &mut Rng) -> Option<(i64, Answer)> {
        if connected {
            return self.answer(t, rng);
        }
        Some((t + log_uniform(rng, MS, SECOND), Answer::Failure(Failure::Retry { after: None })))
    }

    fn answer(&self, t: i64, rng: &mut Rng) -> Option<(i64, Answer)> {
        let soon = t + log_uniform(rng, MS, 2 * self.latency + MS);
        let failed = Answer::Failure(Failure::Retry { after: None });
        Some(match self.mood {
            Mood::Well => (soon, self.token(soon, rng)),
            Mood::Flaky if rng.bool() => (soon, self.token(soon, rng)),
            Mood::Flaky | Mood::Down => (soon, failed),
            Mood::Garbage => (soon, Answer::Failure(Failure::Malformed)),
            Mood::Refusing => (soon, Answer::Failure(Failure::Terminal)),
            Mood::Busy => {
                let after = [0, 1, 30, 600, 7_200, -5][rng.usize(..6)] * 1_000;
                (soon, Answer::Failure(Failure::Retry { after: Some(after) }))
            }
            Mood::Silent => return None,
            Mood::Slow => {
                let late = t + log_uniform(rng, SECOND, 2 * MINUTE);
                (late, self.token(late, rng))
            }
            Mood::Stale => (soon, Answer::Token(Some(soon + rng.i64(-HOUR..2 * SECOND).max(-5 * SECOND)))),
        })
    }

    /// A token that arrives at `t`; it was signed some time before.
    fn token(&self, t: i64, rng: &mut Rng) -> Answer {
        if self.forgets && rng.u8(..4) == 0 {
            return Answer::Token(None);
        }
        let age = if self.caches { rng.i64(0..self.ttl) } else { rng.i64(0..self.ttl.min(SECOND) / 2 + 1) };
        Answer::Token(Some(t + self.ttl - age))
    }
}
