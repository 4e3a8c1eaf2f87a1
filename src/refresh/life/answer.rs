//! What an answer of the vending service says about time.

use super::super::clock::tame;

/// What an answer of the vending service says about its token's life. All times are milliseconds since the Unix epoch,
/// all durations milliseconds; `None` is what it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// A hash of the token's bytes. Equal tokens have equal hashes, and others should not.
    pub token: u64,
    /// Claim `exp` of the token: when it expires, by the clock of Momento.
    pub expires_at: Option<i64>,
    /// Claim `iat` of the token: when it was issued, by the same clock.
    pub issued_at: Option<i64>,
    /// How long the token lives, as the answer says beside it (`expiresIn`).
    pub length: Option<i64>,
    /// When the token expires, as the answer says beside it (`expiresAt`), by the clock of the vending host.
    pub told_expiry: Option<i64>,
    /// The life that was asked for.
    pub asked: Option<i64>,
    /// The HTTP header `Date`: when the answer was written, by the clock of the vending host.
    pub date: Option<i64>,
    /// The HTTP header `Age`: how long it has lain in caches that say so.
    pub age: i64,
}

/// An answer, and the steady times between which it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Sighting {
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

impl Sighting {
    /// With times of which no sum overflows, and without durations that are none.
    pub(super) fn tame(self) -> Self {
        let span = |ms: Option<i64>| ms.map(tame).filter(|ms| *ms > 0);
        let answer = Answer {
            token: self.answer.token,
            expires_at: self.answer.expires_at.map(tame),
            issued_at: self.answer.issued_at.map(tame),
            length: span(self.answer.length),
            told_expiry: self.answer.told_expiry.map(tame),
            asked: span(self.answer.asked),
            date: self.answer.date.map(tame),
            age: tame(self.answer.age).max(0),
        };
        Sighting { answer, ..self }
    }

    /// How long it was on its way at most (ms).
    pub(super) fn took(&self) -> i64 {
        self.received - self.sent
    }

    /// The host's clock stood at this when the answer was written, or when it left the last cache.
    pub(super) fn earliest(&self) -> Option<i64> {
        self.answer.date.map(|date| date + self.answer.age)
    }

    /// The host's clock stands at this now at the latest.
    pub(super) fn latest(&self) -> Option<i64> {
        self.earliest().map(|at| at + DATE_STEP + self.took())
    }

    /// How long the token lives by its own word and the answer's: the shorter, where both are known.
    pub(super) fn known_life(&self) -> Option<i64> {
        let signed = self.answer.expires_at.zip(self.answer.issued_at).map(|(end, start)| end - start);
        let signed = signed.filter(|life| *life > 0);
        signed.into_iter().chain(self.answer.length).min()
    }

    /// The same; or else the life that was asked for.
    pub(super) fn life(&self) -> Option<i64> {
        self.known_life().or(self.answer.asked)
    }

    /// When the token was issued, if it has its full life.
    pub(super) fn start(&self) -> Option<i64> {
        self.answer.expires_at.zip(self.life()).map(|(end, life)| end - life)
    }
}
