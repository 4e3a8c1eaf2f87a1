//! When the next attempt is due: derived from what the machine holds, every time it is asked.

use super::{LAG, LONG_LAG, Machine, NEVER, Phase};

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
    /// The delay after a refusal that may not be final, because a token is or was in hand. Callers wait for it, unless
    /// they insist; a page that wakes does not.
    Refused,
    /// The pause after a rejection. Everyone waits for it: whoever insists after each rejection is
    /// the loop that it is to slow down.
    Pause,
    /// To be asked, after a failure for good: even then not before its time.
    Demand,
    /// The time that settles a doubt. Everyone waits for it.
    Reask,
    /// Nothing: the page woke or came online.
    Hurry,
}

impl Machine {
    /// The steady time at which an attempt is wanted, limits and network apart; [`NEVER`]: none is.
    pub(super) fn wanted_at(&self) -> i64 {
        match self.plan {
            Plan::Refresh | Plan::Hurry if self.calls.any() => self.now(),
            Plan::Retry | Plan::Refused if self.calls.any_forced() => self.now(),
            Plan::Demand if !self.calls.any() => NEVER,
            Plan::Refresh => self.at.min(self.last_chance()),
            _ => self.at,
        }
    }

    /// Where timers are late, the token is renewed early enough for one of them to come before it ends; but not before
    /// its window opens.
    fn last_chance(&self) -> i64 {
        let lag = if self.far_behind > 0 { LONG_LAG } else { LAG };
        match &self.token {
            Some(token) if self.held_up > 0 => token.opens.max(token.expires - lag),
            _ => NEVER,
        }
    }

    /// Someone waits for the next attempt, or did something to bring it about.
    pub(super) fn on_demand(&self) -> bool {
        matches!(self.plan, Plan::Demand | Plan::Hurry | Plan::Reask) || self.calls.any_forced()
    }

    /// In how many milliseconds the next attempt starts; 0: now; [`NEVER`]: none does.
    #[inline(never)]
    pub(super) fn next_attempt(&self) -> i64 {
        let wanted = self.wanted_at();
        let mut at = wanted.max(self.not_before);
        if let Some(probe) = self.offline {
            at = at.max(probe);
        }
        let waits = self.offline.is_some() && self.token.is_some() && !self.calls.any();
        if self.phase != Phase::Open || self.flight.is_some() || wanted == NEVER || waits {
            return NEVER;
        }
        let limit = self.attempts.wait(self.time.awake(), self.on_demand(), self.may_put_off());
        (at - self.now()).max(limit).max(0)
    }

    /// How long (ms) an attempt may be put off for the budget's sake. A renewal is not put off for what others spent
    /// until its token is lost.
    fn may_put_off(&self) -> i64 {
        match &self.token {
            Some(token) if self.attempts.keeps(self.time.awake()) && !self.attempts.failing() => {
                let most = token.refresh.saturating_add((token.expires - token.refresh) / 8 * 7);
                (most - self.now()).max(0)
            }
            _ => NEVER,
        }
    }

    /// When (steady) a token that has this life (ms) left may be renewed, and is to be.
    pub(super) fn draw_refresh(&mut self, life: i64) -> (i64, i64) {
        let (lo, hi) = self.policy.window;
        let share = |share: f32| (life as f64 * f64::from(share)) as i64;
        let lo = share(lo);
        (self.in_ms(lo), self.draw((lo, share(hi) - lo)))
    }

    /// A steady time from now: in this many milliseconds at least, and on top at most.
    #[inline(never)]
    pub(super) fn draw(&mut self, (least, spread): (i64, i64)) -> i64 {
        let delay = least + self.dice.uniform(spread);
        self.in_ms(delay)
    }
}
