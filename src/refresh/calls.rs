//! The callers that wait for a token.

use super::event::{Action, Outcome};
use alloc::vec::Vec;

#[derive(Debug)]
struct Call {
    id: u32,
    min_validity: i64,
    force: bool,
}

/// All callers that wait for the attempt in the air, or else for the next one.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Call>);

impl Calls {
    pub(super) fn add(&mut self, id: u32, min_validity: i64, force: bool) {
        self.0.push(Call { id, min_validity, force });
    }

    pub(super) fn remove(&mut self, id: u32) {
        self.0.retain(|call| call.id != id);
    }

    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    pub(super) fn any_forced(&self) -> bool {
        self.0.iter().any(|call| call.force)
    }

    /// Settles everyone alike.
    pub(super) fn settle(&mut self, outcome: Outcome, out: &mut Vec<Action>) {
        self.settle_each(|_| outcome, out);
    }

    /// A token has arrived with this much life left (ms): whoever asked for more cannot be served.
    pub(super) fn serve(&mut self, left: i64, out: &mut Vec<Action>) {
        let outcome = |call: &Call| {
            if left >= call.min_validity { Outcome::Token } else { Outcome::TooShort }
        };
        self.settle_each(outcome, out);
    }

    /// Serves those whom a token with this much life left (ms) serves, without being new; the others wait on.
    pub(super) fn serve_content(&mut self, left: i64, out: &mut Vec<Action>) {
        self.0.retain(|call| {
            let served = !call.force && left >= call.min_validity;
            if served {
                out.push(Action::Settle { call: call.id, outcome: Outcome::Token });
            }
            !served
        });
    }

    fn settle_each(&mut self, outcome: impl Fn(&Call) -> Outcome, out: &mut Vec<Action>) {
        for call in core::mem::take(&mut self.0) {
            out.push(Action::Settle { call: call.id, outcome: outcome(&call) });
        }
    }
}
