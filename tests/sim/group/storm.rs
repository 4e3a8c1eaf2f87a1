//! A storm: anything may happen to any tab at any time; then all goes well again.

use super::weather::LOCK_TIMEOUT;
use super::world::World;
use crate::check::{Checked, token_due};
use crate::clocks::{HOUR, MINUTE, MS, SECOND, log_uniform};
use crate::draws::{choose, lateness, min_validity, pause};
use crate::service::Service;
use momento_token_wasm::refresh::{Answer, Event, Failure, Outcome};

/// A storm ends after so many events.
const STORM_EVENTS: u64 = 400;

const MOST_TABS: usize = 8;

#[derive(Clone, Copy, Debug)]
enum Turn {
    Get,
    Insist,
    Abandon,
    Reject,
    Revoke,
    Wake,
    Hide,
    Offline,
    Online,
    Cable,
    Sleep,
    SetClock,
    Mood,
    Throttle,
    Stray,
    Open,
    Close,
    Kill,
    Freeze,
    Cache,
    Thaw,
    Start,
}

const TURNS: [Turn; 22] = [
    Turn::Get,
    Turn::Insist,
    Turn::Abandon,
    Turn::Reject,
    Turn::Revoke,
    Turn::Wake,
    Turn::Hide,
    Turn::Offline,
    Turn::Online,
    Turn::Cable,
    Turn::Sleep,
    Turn::SetClock,
    Turn::Mood,
    Turn::Throttle,
    Turn::Stray,
    Turn::Open,
    Turn::Close,
    Turn::Kill,
    Turn::Freeze,
    Turn::Cache,
    Turn::Thaw,
    Turn::Start,
];

impl World {
    pub(crate) fn storm(&mut self) -> Checked {
        self.tally.storms += 1;
        let pace = log_uniform(&mut self.rng, SECOND / 10, HOUR);
        // Each run has its own weights: some things happen often, rarely or never.
        let habits = TURNS.map(|turn| {
            let often = [0, 1, 1, 3, 10][self.rng.usize(..5)];
            match turn {
                Turn::Start | Turn::Open | Turn::Thaw => 1 + often,
                Turn::Close | Turn::Kill => often / 3,
                _ => often * 2,
            }
        });
        self.timeless = self.rng.u8(..4) == 0;
        for _ in 0..self.rng.usize(1..=MOST_TABS) {
            let n = self.open();
            if self.rng.bool() {
                self.deliver(n, Event::Start)?;
            }
        }
        while self.tally.events < STORM_EVENTS {
            let next = pause(&mut self.rng, pace);
            self.advance(self.t + next)?;
            let turn = choose(&mut self.rng, &TURNS, &habits);
            self.turn(turn)?;
        }
        self.clear_up()?;
        while !self.tabs.is_empty() {
            self.close(0)?;
        }
        Ok(())
    }

    /// Until the next thing that the tabs themselves await, but not beyond `until`.
    pub(crate) fn advance(&mut self, until: i64) -> Checked {
        let most = self.tally.events + 2 * STORM_EVENTS;
        while self.next().is_some_and(|next| next <= until) {
            self.step()?;
            if self.tally.events >= most {
                return Ok(());
            }
        }
        self.t = self.t.max(until);
        Ok(())
    }

    fn turn(&mut self, turn: Turn) -> Checked {
        if self.tabs.is_empty() {
            self.open();
        }
        let n = self.rng.usize(..self.tabs.len());
        let (id, awake) = (self.tabs[n].id, self.tabs[n].awake());
        match turn {
            Turn::Open if self.tabs.len() < MOST_TABS => {
                let n = self.open();
                if self.offline {
                    self.deliver(n, Event::Offline)?;
                }
                if self.rng.u8(..4) > 0 { self.deliver(n, Event::Start) } else { Ok(()) }
            }
            Turn::Kill => {
                self.kill(n);
                Ok(())
            }
            Turn::Freeze => self.freeze(id),
            Turn::Cache => self.cache(id),
            Turn::Thaw => self.thaw(id),
            Turn::Sleep => self.sleep(),
            Turn::SetClock => {
                self.set_clock();
                Ok(())
            }
            Turn::Offline | Turn::Online => {
                let online = matches!(turn, Turn::Online);
                self.connected = if online { self.rng.u8(..8) > 0 } else { self.rng.u8(..4) == 0 };
                self.offline = !online;
                self.tally.offline += u64::from(!online);
                self.tell_line()
            }
            Turn::Cable => {
                self.connected = self.rng.bool();
                self.note(if self.connected { "plugged in" } else { "unplugged" });
                Ok(())
            }
            Turn::Mood => {
                self.service.change_mood(&mut self.rng);
                self.note(&format!("the service is {:?}", self.service.mood));
                Ok(())
            }
            Turn::Throttle => {
                self.late = lateness(&mut self.rng);
                Ok(())
            }
            Turn::Revoke => {
                self.revoke();
                for id in self.ids() {
                    if self.rng.bool() {
                        self.reject(id)?;
                    }
                }
                Ok(())
            }
            _ if awake => self.turn_of(n, turn),
            _ => Ok(()),
        }
    }

    /// What happens in a tab that is awake.
    fn turn_of(&mut self, n: usize, turn: Turn) -> Checked {
        match turn {
            Turn::Get | Turn::Insist => {
                let min_validity = min_validity(&mut self.rng, self.service.ttl);
                self.get(n, min_validity, matches!(turn, Turn::Insist)).map(drop)
            }
            Turn::Abandon => {
                let call = self.tabs[n].ledger.a_waiting_call(self.rng.usize(..)).unwrap_or(u32::MAX);
                self.tally.abandons += 1;
                self.deliver(n, Event::Abandon { call })
            }
            Turn::Reject => self.reject(self.tabs[n].id),
            Turn::Wake => {
                self.tally.wakes += 1;
                self.deliver(n, Event::Wake)
            }
            Turn::Hide => self.deliver(n, Event::Hidden),
            Turn::Stray => {
                let request = self.rng.u32(..10);
                let ledger = &self.tabs[n].ledger;
                if ledger.in_air() == Some(request) || ledger.waits_for_lock(request) {
                    return Ok(());
                }
                self.tally.strays += 1;
                let stray = match self.rng.u8(..4) {
                    0 => Event::Failed { request, failure: Failure::Terminal },
                    1 => Event::Vended { request, answer: Answer::default() },
                    2 => Event::Drained { request },
                    _ => Event::Locked { request },
                };
                self.deliver(n, stray)
            }
            Turn::Close => self.close(n),
            Turn::Start => self.deliver(n, Event::Start),
            _ => Ok(()),
        }
    }

    /// An application says that the token in hand was refused.
    fn reject(&mut self, id: u32) -> Checked {
        let Some(n) = self.awake(id) else { return Ok(()) };
        if let Some(token) = self.tabs[n].token {
            self.tabs[n].rejected.insert(token.id);
            self.tally.rejections += 1;
        }
        self.deliver(n, Event::Rejected)
    }

    /// Tells all tabs that run whether the browser is online.
    fn tell_line(&mut self) -> Checked {
        for id in self.ids() {
            if let Some(n) = self.awake(id) {
                self.deliver(n, if self.offline { Event::Offline } else { Event::Online })?;
            }
        }
        Ok(())
    }

    /// After a storm: a token must come to every tab within a bound.
    fn clear_up(&mut self) -> Checked {
        self.note("fair weather");
        let ttl = log_uniform(&mut self.rng, MINUTE, 30 * MINUTE);
        self.service = Service::fair(ttl, log_uniform(&mut self.rng, MS, 100 * MS));
        self.connected = true;
        self.late = 5 * MS;
        self.timeless = false;
        for id in self.ids() {
            self.thaw(id)?;
        }
        for tab in &mut self.tabs {
            // A timer that is late already fires at last.
            tab.timer = tab.timer.map(|_| self.t);
        }
        self.cut_off();
        // The last words of the storm are heard.
        self.advance(self.t + 5 * SECOND)?;
        self.offline = false;
        self.set_right()?;
        // For a moment after that nobody is believed.
        self.advance(self.t + 6 * SECOND)?;
        self.tell_line()?;
        // And the tabs are shown, so that their timers fire in time.
        for id in self.ids() {
            self.wake(id)?;
        }
        self.tokens_by(self.token_due(), false)?;
        // Those in hand may still be the storm's: ask for new ones.
        self.tokens_by(self.token_due(), true)?;
        self.stay_covered(2 * self.service.ttl, i64::MAX)
    }

    /// The device's clock is set right, in all tabs that run. What comes of one that is wrong is for `offsets`.
    pub(super) fn set_right(&mut self) -> Checked {
        // Not in the same step in which the other clock stood still.
        self.look()?;
        let by = -self.device.ahead;
        if by.abs() > SECOND {
            self.set_clock_by(by);
            self.look()?;
        }
        Ok(())
    }

    /// All tabs that run look at the clocks.
    fn look(&mut self) -> Checked {
        for id in self.ids() {
            if let Some(n) = self.awake(id) {
                self.deliver(n, Event::Abandon { call: u32::MAX })?;
            }
        }
        Ok(())
    }

    /// A turn comes on top.
    fn token_due(&self) -> i64 {
        let asked = self.tabs.iter().filter_map(|tab| tab.ledger.not_before()).max();
        token_due(&self.policy, self.t, asked) + LOCK_TIMEOUT
    }

    /// Every tab asks, again and again where that fails, until it has a token.
    fn tokens_by(&mut self, bound: i64, force: bool) -> Checked {
        let mut calls = Vec::new();
        for id in self.ids() {
            if let Some(n) = self.awake(id) {
                calls.push((id, self.get(n, 0, force)?));
            }
        }
        while let Some(&(id, call)) = calls.last() {
            let n = self.awake(id).ok_or("a tab is gone")?;
            match self.tabs[n].outcomes.get(&call) {
                Some(Outcome::Token) => drop(calls.pop()),
                Some(_) => {
                    calls.pop();
                    calls.push((id, self.get(n, 0, force)?));
                }
                None => self.step()?,
            }
            if self.t > bound {
                return Err(format!("tab {id}: no token in fair weather"));
            }
        }
        Ok(())
    }
}
