//! What tabs say to each other, and how the driver takes it.

use super::ledger::Token;
use crate::clocks::{MS, log_uniform};
use fastrand::Rng;
use momento_token_wasm::refresh::{Event, Failure, Lifetime, Now};

/// A message further (ms) than this in the future, or older, was sent by a clock that has been set since.
const FUTURE: i64 = 250;
const OLDEST: i64 = 86_400_000;

/// A token that was told of longer ago than this (ms) is not new any more.
const FRESH: i64 = 10_000;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Message {
    Ask { left: Lifetime },
    Token(Told),
    Failure { own_fault: bool, failure: Failure },
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) token: Token,
    /// The life that it had left in the sender's eyes.
    pub(crate) left: Lifetime,
    /// By the wall clock, in milliseconds.
    pub(crate) sent_at: i64,
    pub(crate) fresh: bool,
    /// Its end was moved later.
    pub(crate) extended: bool,
    pub(crate) date: Option<i64>,
    /// When it was truly sent.
    pub(crate) at: i64,
}

impl Told {
    /// What the driver makes of it when the clocks show this; `None`: nothing.
    pub(crate) fn event(&self, now: Now) -> Option<Event> {
        let age = now.wall - self.sent_at;
        if !(-FUTURE..=OLDEST).contains(&age) {
            return None;
        }
        let age = age.max(0);
        let life = self.left.millis().map_or(Lifetime::Forever, |left| Lifetime::Millis(left - age));
        Some(Event::SiblingToken {
            token_hash: self.token.id.into(),
            life,
            fresh: self.fresh && age <= FRESH,
            extended: self.extended,
            date: self.date,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Works,
    Absent,
    /// Some messages are lost.
    Lossy,
}

pub(crate) struct Channel {
    pub(crate) mode: Mode,
    /// Some tabs are busy, and take long to hear.
    pub(crate) busy: bool,
}

impl Channel {
    /// How long a message takes to one tab; `None`: it is lost.
    pub(crate) fn latency(&self, rng: &mut Rng) -> Option<i64> {
        if self.mode == Mode::Lossy && rng.u8(..4) == 0 {
            return None;
        }
        let busy = self.busy && rng.u8(..10) == 0;
        Some(if busy { 500 * MS } else { log_uniform(rng, MS / 10, 20 * MS) })
    }
}
