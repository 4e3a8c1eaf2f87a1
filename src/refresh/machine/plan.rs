//! When the next attempt is due: derived from what the machine holds, every time it is asked.

use super::super::backoff;
use super::{Machine, Phase};

/// How often a page that is said to be offline tries all the same (ms, at least and on top at most):
/// what browsers say may be wrong.
pub(super) const PROBE: (i64, i64) = (240_000, 120_000);

/// The same for the first time on a page that has been offline from the start.
pub(super) const FIRST_PROBE: (i64, i64) = (60_000, 30_000);

/// What the next attempt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// The token's refresh, or the very first attempt. A waiting caller does not wait for it.
    Refresh,
    /// The backoff after a failure. Callers wait for it, unless they insist.
    Retry,
    /// The pause after a rejection. Everyone waits for it: whoever insists after each rejection is
    /// the loop that it is to slow down.
    Pause,
    /// To be asked, after a failure for good: even then not before its time.
    Demand,
    /// Nothing: the page woke or came online.
    Hurry,
}

impl Machine {
    /// The steady time at which an attempt is wanted, limits and network apart.
    pub(super) fn wanted_at(&self) -> Option<i64> {
        let at = match self.plan {
            Plan::Refresh | Plan::Hurry if self.calls.any() => self.now(),
            Plan::Retry if self.calls.any_forced() => self.now(),
            Plan::Demand if !self.calls.any() => return None,
            _ => self.at,
        };
        (at < i64::MAX).then_some(at)
    }

    /// Someone waits for the next attempt, or did something to bring it about.
    pub(super) fn on_demand(&self) -> bool {
        matches!(self.plan, Plan::Demand | Plan::Hurry) || self.calls.any_forced()
    }

    /// In how many milliseconds the next attempt starts; 0: now.
    pub(super) fn next_attempt(&self) -> Option<i64> {
        if self.phase != Phase::Open || self.flight.is_some() {
            return None;
        }
        let mut at = self.wanted_at()?.max(self.not_before);
        if let Some(probe) = self.offline {
            let needed = self.token.is_none() || self.calls.any();
            if !needed {
                return None;
            }
            at = at.max(probe);
        }
        let delay = at.saturating_sub(self.now());
        let limit = self.attempts.wait(self.time.awake(), self.on_demand());
        Some(delay.max(limit).max(0))
    }

    /// When (steady) to renew a token that has this life (ms) left.
    pub(super) fn draw_refresh(&mut self, life: i64) -> i64 {
        let (lo, hi) = self.policy.window;
        let share = |share: f32| (life as f64 * f64::from(share)) as i64;
        let spread = backoff::uniform(&mut self.rng, share(hi).saturating_sub(share(lo)));
        self.in_ms(share(lo).saturating_add(spread))
    }

    pub(super) fn draw_probe(&mut self, (least, spread): (i64, i64)) -> i64 {
        let delay = least.saturating_add(backoff::uniform(&mut self.rng, spread));
        self.in_ms(delay)
    }
}
