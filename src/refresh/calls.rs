//! The calls waiting for a token.

use super::action::Outcome;
use super::lifetime::Lifetime;

/// A waiting call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) id: u32,
    /// The remaining life that the token must have (ms).
    pub(super) min_validity: i64,
    /// Whether only a new token is accepted.
    pub(super) force: bool,
}

impl Call {
    /// Whether a token with this remaining life is valid for long enough.
    pub(super) fn accepts(&self, left: Lifetime) -> bool {
        left >= Lifetime::Millis(self.min_validity)
    }
}

/// Why waiting calls are settled.
#[derive(Clone, Copy, Debug)]
pub(super) enum Settlement {
    /// A new token with this remaining life. It settles every call: one that asks for more cannot be served.
    NewToken(Lifetime),
    /// A token with this remaining life that is not new. Calls that it does not satisfy keep waiting.
    OldToken(Lifetime),
    /// The request with this number failed.
    Failed(u32),
    /// The source was closed.
    Closed,
}

impl Settlement {
    /// The result of the call; `None` if it keeps waiting.
    fn outcome(self, call: &Call) -> Option<Outcome> {
        match self {
            Settlement::NewToken(left) if call.accepts(left) => Some(Outcome::Token),
            Settlement::NewToken(_) => Some(Outcome::TooShort),
            Settlement::OldToken(left) => (call.accepts(left) && !call.force).then_some(Outcome::Token),
            Settlement::Failed(request) => Some(Outcome::Failed { request }),
            Settlement::Closed => Some(Outcome::Closed),
        }
    }
}

/// All calls waiting for the pending request, or for the next one if none is pending.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Call>);

impl Calls {
    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    pub(super) fn any_forced(&self) -> bool {
        self.0.iter().any(|call| call.force)
    }

    pub(super) fn add(&mut self, call: Call) {
        self.0.push(call);
    }

    pub(super) fn abandon(&mut self, id: u32) {
        self.0.retain(|call| call.id != id);
    }

    /// Removes the calls that are settled and passes each to `settle` with its outcome, in the order of arrival.
    pub(super) fn settle(&mut self, settlement: Settlement, mut settle: impl FnMut(u32, Outcome)) {
        self.0.retain(|call| match settlement.outcome(call) {
            Some(outcome) => {
                settle(call.id, outcome);
                false
            }
            None => true,
        });
    }
}
