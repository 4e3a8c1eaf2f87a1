//! The calls that wait for a token.

use super::action::Outcome;
use super::lifetime::Lifetime;

/// A caller that waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) id: u32,
    /// The life the token must have left (ms).
    pub(super) min_validity: i64,
    /// Only a new token will do.
    pub(super) force: bool,
}

impl Call {
    /// A token with so much life left has enough of it.
    pub(super) fn accepts(&self, left: Lifetime) -> bool {
        left >= Lifetime::Millis(self.min_validity)
    }
}

/// What happens to the waiting calls.
#[derive(Clone, Copy, Debug)]
pub(super) enum Settlement {
    /// A new token has arrived with this life left: a call for more cannot be served.
    NewToken(Lifetime),
    /// There is a token with this life left, but not a new one: a call that it does not serve waits on.
    OldToken(Lifetime),
    /// This request has failed.
    Failed(u32),
    /// No token is wanted any more.
    Closed,
}

impl Settlement {
    /// What the call gets; `None`: it waits on.
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

/// All calls that wait for the request under way, or else for the next one.
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

    /// Removes the calls whose time has come and passes each on with its outcome, in the order in which they came.
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
