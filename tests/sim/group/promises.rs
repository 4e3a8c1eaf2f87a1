//! The promises to one tab of a group, checked after every event against what is true.

use super::ledger::{Batch, DRAIN_TIMEOUT, LISTEN_TIME, Ledger, MOMENT, Moment, RESERVE, Turn};
use crate::check::{Ask, Checked, LOSS, MARGIN, ensure, valid_for};
use crate::clocks::{MINUTE, MS, SECOND};
use momento_token_wasm::refresh::{Event, Machine, Outcome, Status};

/// By how much (ms) a sibling's answer must outlive the token in hand.
const MIN_IMPROVEMENT: i64 = 1_000;
/// How long ago what serves those who insist may have been vended.
const FRESH: i64 = 10 * SECOND;

impl Ledger {
    /// A token is not renewed before its time, unless something failed or someone asks.
    pub(super) fn early(&self, moment: &Moment) -> Checked {
        if let Some((since, life)) = self.fine
            && self.waiting.is_empty()
            && moment.set_forward_at < since
        {
            let lived = moment.t - since;
            let earliest = (life as f64 * f64::from(self.window.0)) as i64 * MS;
            // A sibling's new token that is no better may still last a little less.
            let slack = moment.slack(0) + LOSS + MARGIN + MIN_IMPROVEMENT * MS;
            ensure!(lived >= earliest - slack, "renewed after {} of {life} ms", lived / MS);
        }
        Ok(())
    }

    pub(super) fn fetch(&mut self, moment: &Moment, request: u32) -> Checked {
        let now = moment.now;
        ensure!(self.air.replace(request).is_none(), "two requests at once");
        self.uncertain = false;
        if core::mem::take(&mut self.keeps_lock) {
            ensure!(self.locking && self.turn.is_none(), "a request without the lock that it kept");
            return self.limits.start(moment);
        }
        let turn = self.turn.take().ok_or("a request out of turn")?;
        ensure!(turn.request == request && self.locking, "a request under another one's lock");
        let sounding = turn.sounding.ok_or("a request before it was sure to have heard its siblings")?;
        let cleared = moment.event == (Event::Drained { request }) || now.mono >= sounding;
        ensure!(cleared || !steady(moment, &turn), "a request although the channel is not clear");
        ensure!(self.adopted.is_none_or(|at| now.mono - at >= 1_000), "a request upon a sibling's");
        self.limits.start(moment)
    }

    /// It has waited for the lock for long enough, or listened to its siblings.
    pub(super) fn in_turn(&self, moment: &Moment, turn: &Turn) -> Checked {
        let now = moment.now.mono;
        let waited = now - turn.since.mono;
        let listened = turn.locked.is_some_and(|at| now - at >= LISTEN_TIME);
        let least = if self.held_up() { turn.least.max(MOMENT) } else { turn.least };
        let early = steady(moment, turn) && !listened && waited < least;
        ensure!(!early, "went ahead after {waited} ms of its turn, locked: {:?}", turn.locked);
        Ok(())
    }

    pub(super) fn settle(&mut self, moment: &Moment, ask: &Ask, outcome: Outcome, batch: &mut Batch) -> Checked {
        ensure!((outcome == Outcome::Closed) == self.closed, "{outcome:?}, closed: {}", self.closed);
        match outcome {
            Outcome::Token => {
                let held = self.token.as_ref().ok_or("served a token that is not in hand")?;
                ask.may_be_given(held.token.until(), moment.t)?;
                let new = batch.installed || batch.adopted && ask.since - held.vended <= FRESH;
                ensure!(!ask.force || new, "served an old token to one who insisted");
            }
            Outcome::Failed { request } => {
                let reported = batch.reported.is_some_and(|(reported, _)| reported == request);
                ensure!(reported, "failed for an attempt that did not just fail");
            }
            Outcome::TooShort => batch.too_short.push(ask.min_validity),
            Outcome::Closed => {}
        }
        Ok(())
    }

    /// Nobody waits for a lock or for siblings beyond the bounds, and a timer sees to it.
    pub(super) fn turns(&mut self, moment: &Moment, machine: &Machine) -> Checked {
        if let Some(until) =
            self.turn.as_mut().and_then(|turn| turn.sounding.as_mut()).filter(|until| **until == i64::MAX)
        {
            *until = moment.now.mono + (valid_for(machine).unwrap_or(i64::MAX) - RESERVE).clamp(0, DRAIN_TIMEOUT);
        }
        let pending = self.air.is_some() || self.turn.is_some() || self.keeps_lock;
        ensure!(self.locking == pending, "lock asked for: {}, of use: {pending}", self.locking);
        ensure!(self.turn.is_none() || self.air.is_none(), "a turn with a request in the air");
        if let Some(turn) = &self.turn {
            let until = turn.ends(self.held_up());
            let over = moment.now.mono - until;
            // A token with a millisecond left leaves none to wait, but takes an event of its own.
            ensure!(over <= 0, "a turn {over} ms beyond its time, locked: {:?}", turn.locked);
            ensure!(self.alarm.0.is_some_and(|armed| armed <= until.max(moment.now.mono + 1)), "no timer for a turn");
            ensure!(machine.refresh_at().is_none(), "another attempt is planned in a turn");
        }
        Ok(())
    }

    /// Checks after the actions were carried out.
    pub(super) fn after(&mut self, moment: &Moment, machine: &Machine, batch: &Batch) -> Checked {
        let Moment { t, now, .. } = *moment;
        let valid_for = valid_for(machine);
        if self.closed {
            ensure!(self.waiting.is_empty(), "someone waits after Close");
            ensure!(self.alarm.0.is_none(), "a timer is armed after Close");
            ensure!(self.air.is_none() && !self.locking, "a request or lock after Close");
            self.token = None;
        }
        ensure!(valid_for.is_some() == self.token.is_some(), "token in hand: {valid_for:?}");
        if let (Some(held), Some(valid_for)) = (&self.token, valid_for) {
            ensure!(valid_for > 0, "a token in hand for {valid_for} ms");
            if let Some(until) = held.token.until() {
                let left = (until - t).div_euclid(MS);
                ensure!(valid_for <= left, "I1: thought valid for {valid_for} of {left} ms");
            }
        }
        for asked in &batch.too_short {
            ensure!(valid_for.is_some_and(|left| left < *asked), "{asked} ms are not too much to ask of {valid_for:?}");
        }
        for (call, ask) in &self.waiting {
            ensure!(!ask.served_by(valid_for), "call {call} waits for nothing");
        }
        if let (Event::SiblingToken { life, fresh: true, .. }, Some(left)) = (moment.event, valid_for)
            && life.millis().is_none_or(|life| life + MIN_IMPROVEMENT >= left)
        {
            // No better than the one in hand, but a token has arrived.
            self.limits.arrived();
        }
        if batch.reported.is_some() || valid_for.is_none() {
            self.fine = None;
        } else if let (true, Some(life)) = (batch.installed || batch.adopted, valid_for) {
            self.fine = Some((t, life));
        }
        if let (Event::SiblingToken { .. }, Some((then, Some(had))), Some(has)) = (moment.event, self.last, valid_for)
            && had.saturating_sub(has) > (now.wall - then.wall).max(now.mono - then.mono) + MIN_IMPROVEMENT
        {
            // A sibling knew better when it ends.
            self.fine = None;
        }
        let before = self.last.replace((now, valid_for));
        if let (true, Some((then, Some(had))), Some(has)) = (batch.adopted && !batch.insisted, before, valid_for) {
            let (wall, mono) = (now.wall - then.wall, now.mono - then.mono);
            let least = had.saturating_sub(wall.max(mono) + (LOSS + MARGIN) / MS + MIN_IMPROVEMENT);
            ensure!(has >= least, "gave up {had} ms for {has}");
        }
        let expires = valid_for.is_some_and(|left| left < i64::MAX);
        self.alarm.check(now, machine, self.air.is_some(), self.locking || expires)?;
        self.check_status(machine.status())
    }

    fn check_status(&self, status: Status) -> Checked {
        use Status::*;
        let told = self.status.unwrap_or(Idle);
        ensure!(status == told, "status {status:?}, told {told:?}");
        let waits = self.uncertain && status == if self.token.is_some() { Refreshing } else { Fetching };
        let right = waits
            || match (self.locking, self.token.is_some()) {
                _ if self.closed => status == Closed,
                _ if !self.begun => status == Idle,
                (true, true) => status == Refreshing,
                (true, false) => status == Fetching,
                // Whatever was answered, here or to a sibling: with a token in hand another attempt follows by itself.
                (false, true) => matches!(status, Ready | Waiting),
                (false, false) => matches!(status, Waiting | Failed),
            };
        ensure!(right, "status {status:?}, locking: {}", self.locking);
        Ok(())
    }
}

/// Clocks that were set, or stood still, may have made a wait look longer: not these.
fn steady(moment: &Moment, turn: &Turn) -> bool {
    let Moment { t, now, set_forward_at, .. } = *moment;
    let (wall, waited) = (now.wall - turn.since.wall, now.mono - turn.since.mono);
    (wall - waited).abs() <= MARGIN / MS / 2 && set_forward_at < t - MINUTE && turn.set_backs == moment.set_backs
}
