//! What a response of the vending service says about time.

use super::super::clock::bounded;

/// What a response of the vending service says about its token's life. Times are in milliseconds since the Unix epoch,
/// durations in milliseconds. `None` means not stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// A hash of the token's bytes, which identifies the token.
    pub token_hash: u64,
    /// Claim `exp` of the token: when it expires, by Momento's clock.
    pub expires_at: Option<i64>,
    /// Claim `iat` of the token: when it was issued, by the same clock.
    pub issued_at: Option<i64>,
    /// How long the token lives, as stated next to it in the response (`expiresIn`).
    pub stated_life: Option<i64>,
    /// When the token expires, as stated next to it in the response (`expiresAt`), by the vending host's clock.
    pub stated_expiry: Option<i64>,
    /// The life that was requested.
    pub requested_life: Option<i64>,
    /// The HTTP header `Date`: when the response was generated, by the vending host's clock.
    pub date: Option<i64>,
    /// The HTTP header `Age`: how long the response was in caches, as far as they say so.
    pub age: i64,
}

/// An answer and the steady times between which it was generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct TimedAnswer {
    pub(in super::super) answer: Answer,
    /// When the request was sent.
    pub(in super::super) sent: i64,
    /// When the answer was received.
    pub(in super::super) received: i64,
    /// Whether its token has been seen before, so that the service does not mint a new one each time.
    pub(in super::super) repeated: bool,
}

/// The resolution of `Date` (ms), which is rounded down.
const DATE_STEP: i64 = 1_000;

impl TimedAnswer {
    /// Clamps times so that sums do not overflow, and removes meaningless durations.
    pub(super) fn bounded(self) -> Self {
        let duration = |ms: Option<i64>| ms.map(bounded).filter(|ms| *ms > 0);
        let answer = Answer {
            token_hash: self.answer.token_hash,
            expires_at: self.answer.expires_at.map(bounded),
            issued_at: self.answer.issued_at.map(bounded),
            stated_life: duration(self.answer.stated_life),
            stated_expiry: self.answer.stated_expiry.map(bounded),
            requested_life: duration(self.answer.requested_life),
            date: self.answer.date.map(bounded),
            age: bounded(self.answer.age).max(0),
        };
        TimedAnswer { answer, ..self }
    }

    /// How long the answer was in transit at most (ms).
    pub(super) fn took(&self) -> i64 {
        self.received - self.sent
    }

    /// The host's clock when the answer was generated, or when it left the last cache.
    pub(super) fn earliest(&self) -> Option<i64> {
        self.answer.date.map(|date| date + self.answer.age)
    }

    /// The latest time that the host's clock can show now.
    pub(super) fn latest(&self) -> Option<i64> {
        self.earliest().map(|at| at + DATE_STEP + self.took())
    }

    /// How long the token lives, by its claims or by what is stated next to it; the shorter if both are known.
    pub(super) fn known_life(&self) -> Option<i64> {
        let signed = self.answer.expires_at.zip(self.answer.issued_at).map(|(end, start)| end - start);
        let signed = signed.filter(|life| *life > 0);
        signed.into_iter().chain(self.answer.stated_life).min()
    }

    /// The known life, or else the requested one.
    pub(super) fn life(&self) -> Option<i64> {
        self.known_life().or(self.answer.requested_life)
    }

    /// When the token was issued, assuming that it has its full life.
    pub(super) fn start(&self) -> Option<i64> {
        self.answer.expires_at.zip(self.life()).map(|(end, life)| end - life)
    }
}
