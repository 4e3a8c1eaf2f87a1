//! The invariants, checked after every event against the truth.

use super::ledger::{Batch, Ledger, Moment, PROBE};
use crate::check::{Ask, Checked, MARGIN, ensure, valid_for};
use crate::clocks::{MINUTE, MS, SECOND};
use momento_token_wasm::refresh::{Event, Machine, Outcome, Reason, Status};

impl Ledger {
    pub(super) fn fetch(&mut self, moment: &Moment, request: u32, reason: Reason) -> Checked {
        let Moment { t, set_forward_at, .. } = *moment;
        ensure!(self.begun && !self.closed, "a request before Start or after Close");
        ensure!(self.air.replace(request).is_none(), "two requests at once");
        let doubt = core::mem::take(&mut self.uncertain) | core::mem::take(&mut self.maybe_uncertain);
        self.limits.start(moment)?;
        ensure!(
            !self.terminal || self.may_retry || !self.waiting.is_empty(),
            "an attempt that nobody asked for after a failure for good"
        );
        self.probing = self.offline.is_some();
        let least = core::mem::replace(&mut self.probe_gap, PROBE);
        if let Some(since) = self.offline.replace(t) {
            ensure!(self.token.is_none() || !self.waiting.is_empty(), "a probe without need");
            ensure!(
                t - since >= least - MINUTE / 2 || set_forward_at >= since,
                "a request {} ms into offline",
                (t - since) / MS
            );
        } else {
            self.offline = None;
        }
        if let Some((until, set_backs)) = self.refused_until.take()
            && !self.may_retry
            && !self.waiting.values().any(|ask| ask.force)
        {
            let early = t < until - moment.slack(set_backs) && set_forward_at < until - MINUTE;
            ensure!(!early, "asked again {} ms too early after a refusal", (until - t) / MS);
        }
        let replacing = reason == Reason::Rejected;
        ensure!(replacing || self.rejected != Some(true), "reason {reason:?}, rejected: {:?}", self.rejected);
        match reason {
            Reason::Forced => ensure!(self.waiting.values().any(|ask| ask.force), "nobody insisted"),
            Reason::First => ensure!(!self.seen_token, "not the first"),
            Reason::Refresh => ensure!(self.seen_token, "the first"),
            Reason::Rejected => ensure!(self.rejected.is_some(), "nothing was rejected"),
        }
        if let Some(held) = &self.token
            && !self.failing
            && !doubt
            && self.waiting.is_empty()
            && set_forward_at < held.since
        {
            let earliest = (held.life as f64 * f64::from(self.window.0)) as i64 * MS;
            let lived = t - held.since;
            ensure!(
                lived >= earliest - moment.slack(held.set_backs),
                "renewed after {} of {} ms",
                lived / MS,
                held.life
            );
        }
        Ok(())
    }

    pub(super) fn settle(&mut self, moment: &Moment, ask: &Ask, outcome: Outcome, batch: &mut Batch) -> Checked {
        ensure!((outcome == Outcome::Closed) == self.closed, "{outcome:?}, closed: {}", self.closed);
        match outcome {
            Outcome::Token => {
                let held = self.token.as_ref().ok_or("served a token that is not in hand")?;
                ask.may_be_given(held.until, moment.t)?;
                ensure!(!ask.force || held.since >= ask.since, "served the old token to one who insisted");
            }
            Outcome::Failed { request } => {
                ensure!(batch.reported == Some(request), "failed for an attempt that did not just fail");
            }
            Outcome::TooShort => batch.too_short.push(ask.min_validity),
            Outcome::Closed => {}
        }
        Ok(())
    }

    /// Checks after the actions were carried out.
    pub(super) fn after(&mut self, moment: &Moment, machine: &Machine, batch: &Batch) -> Checked {
        let Moment { t, now, set_forward_at, .. } = *moment;
        let valid_for = valid_for(machine);
        if self.closed {
            ensure!(self.waiting.is_empty(), "someone waits after Close");
            ensure!(self.alarm.0.is_none(), "a timer is armed after Close");
            ensure!(self.air.is_none(), "a request is in the air after Close");
            self.token = None;
        }
        ensure!(valid_for.is_some() == self.token.is_some(), "token in hand: {valid_for:?}");
        if let (Some(held), Some(valid_for)) = (&mut self.token, valid_for) {
            if batch.installed {
                held.life = valid_for;
            }
            match held.until.zip(held.expires) {
                None => ensure!(valid_for == i64::MAX, "a token that never expires, for {valid_for} ms"),
                Some((until, expires)) => {
                    let left = until - t;
                    ensure!(valid_for > 0, "a token in hand that expired {} ms ago", -valid_for);
                    ensure!(valid_for <= left / MS, "I1: thought valid for {valid_for} of {} ms", left / MS);
                    let least = expires - t - held.slack(moment);
                    ensure!(
                        valid_for >= least / MS || set_forward_at >= held.since,
                        "thought valid for only {valid_for} of {} ms",
                        left / MS
                    );
                }
            }
            for asked in &batch.too_short {
                ensure!(*asked > held.life && *asked > valid_for, "{asked} ms are not too much to ask");
            }
        } else {
            ensure!(batch.too_short.is_empty(), "too short, and no token in hand");
        }
        for (call, ask) in &self.waiting {
            ensure!(!ask.served_by(valid_for), "call {call} waits for nothing");
        }
        self.hurry(moment, machine)?;
        let expires = self.token.as_ref().is_some_and(|held| held.expires.is_some());
        self.alarm.check(now, machine, self.air.is_some(), self.air.is_some() || expires)?;
        let status = machine.status();
        let told = self.status.unwrap_or(Status::Idle);
        ensure!(status == told, "status {status:?}, told {told:?}");
        self.check_status(status)
    }

    /// Checks that a page that wakes without a token, and a forced call, wait only for rate limits.
    fn hurry(&self, moment: &Moment, machine: &Machine) -> Checked {
        let Moment { t, now, .. } = *moment;
        let (urgent, spread) = match moment.event {
            // It may have come online before, which is spread.
            Event::Wake => (self.token.is_none(), SECOND),
            Event::Get { force, .. } => (force && !self.terminal, 0),
            _ => (false, 0),
        };
        let failing = self.failing
            && !self.uncertain
            && !self.maybe_uncertain
            && self.air.is_none()
            && self.begun
            && !self.closed;
        if !urgent || !failing || self.offline.is_some() || self.rejected.is_some() {
            return Ok(());
        }
        let next = machine.refresh_at().ok_or("no attempt is planned")?;
        let limit = self.limits.wait(t, now) + 1 + (spread + MARGIN + 2 * moment.grain) / MS;
        ensure!(next - now.wall <= limit, "waits for {} ms, limits say {limit}", next - now.wall);
        Ok(())
    }

    fn check_status(&self, status: Status) -> Checked {
        use Status::*;
        let resting = self.terminal && self.waiting.is_empty();
        let right = match (self.air.is_some(), self.token.is_some()) {
            _ if self.closed => status == Closed,
            _ if !self.begun => status == Idle,
            (true, true) => status == Refreshing,
            (true, false) => status == Fetching,
            (false, true) if self.uncertain => status == Refreshing,
            (false, false) if self.uncertain => status == Fetching,
            (false, false) if self.maybe_uncertain && status == Fetching => true,
            _ if resting && !self.may_retry => status == Failed,
            _ if resting => matches!(status, Failed | Waiting),
            _ if self.failing => status == Waiting,
            // Whatever the response, while there is a token another request follows by itself.
            (false, true) if self.offline.is_some() => matches!(status, Ready | Waiting),
            (false, true) => status == Ready,
            (false, false) => status == Waiting,
        };
        ensure!(right, "status {status:?}");
        Ok(())
    }
}
