//! What an answer of the vending service says about time.

use super::super::clock::bounded;

/// What an answer of the vending service says about its token's life. All times are milliseconds since the Unix epoch,
/// all durations milliseconds; `None` is what it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// A hash of the token's bytes. Equal tokens have equal hashes, and others should not.
    pub token_hash: u64,
    /// Claim `exp` of the token: when it expires, by Momento's clock.
    pub expires_at: Option<i64>,
    /// Claim `iat` of the token: when it was issued, by the same clock.
    pub issued_at: Option<i64>,
    /// How long the token lives, as stated beside it (`expiresIn`).
    pub stated_life: Option<i64>,
    /// When the token expires, as stated beside it (`expiresAt`), by the vending host's clock.
    pub stated_expiry: Option<i64>,
    /// The life that was requested.
    pub requested_life: Option<i64>,
    /// The HTTP header `Date`: when the answer was written, by the vending host's clock.
    pub date: Option<i64>,
    /// The HTTP header `Age`: how long it was in caches that say so.
    pub age: i64,
}

/// An answer, and the steady times between which it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct TimedAnswer {
    pub(in super::super) answer: Answer,
    /// When the request was sent.
    pub(in super::super) sent: i64,
    /// When the answer was received.
    pub(in super::super) received: i64,
    /// Its token has been seen before: the service does not mint a new one each time.
    pub(in super::super) repeated: bool,
}

/// `Date` has whole seconds, rounded down (ms).
const DATE_STEP: i64 = 1_000;

impl TimedAnswer {
    /// With times of which no sum overflows, and without durations that make no sense.
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

    /// How long it was on its way at most (ms).
    pub(super) fn took(&self) -> i64 {
        self.received - self.sent
    }

    /// What the host's clock showed when the answer was written, or when it left the last cache.
    pub(super) fn earliest(&self) -> Option<i64> {
        self.answer.date.map(|date| date + self.answer.age)
    }

    /// What the host's clock shows now at the latest.
    pub(super) fn latest(&self) -> Option<i64> {
        self.earliest().map(|at| at + DATE_STEP + self.took())
    }

    /// How long the token lives by its claims and by what is stated beside it: the shorter, if both are known.
    pub(super) fn known_life(&self) -> Option<i64> {
        let signed = self.answer.expires_at.zip(self.answer.issued_at).map(|(end, start)| end - start);
        let signed = signed.filter(|life| *life > 0);
        signed.into_iter().chain(self.answer.stated_life).min()
    }

    /// The same; or else the life that was requested.
    pub(super) fn life(&self) -> Option<i64> {
        self.known_life().or(self.answer.requested_life)
    }

    /// When the token was issued, if it has its full life.
    pub(super) fn start(&self) -> Option<i64> {
        self.answer.expires_at.zip(self.life()).map(|(end, life)| end - life)
    }
}
