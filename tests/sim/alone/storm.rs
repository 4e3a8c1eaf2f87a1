//! Runs in which anything may happen at any time, until everything works again.

use super::world::World;
use crate::check::Checked;
use crate::clocks::{DAY, HOUR, SECOND, log_uniform};
use crate::draws::{choose, lateness, min_validity, pause};
use momento_token_wasm::refresh::{Answer, Event, Failure, Status};

/// The number of events after which everything works again.
pub(super) const STORM_EVENTS: u64 = 250;

/// What may happen in a storm.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Get,
    Insist,
    Abandon,
    Reject,
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
    Start,
    Close,
}

const TURNS: [Turn; 16] = [
    Turn::Get,
    Turn::Insist,
    Turn::Abandon,
    Turn::Reject,
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
    Turn::Start,
    Turn::Close,
];

impl World {
    /// Anything may happen at any time, until everything works again.
    pub(super) fn storm(&mut self) -> Checked {
        let pace = log_uniform(&mut self.rng, SECOND / 2, HOUR);
        // Each run has its own weights: some things happen often, rarely or never.
        let habits = TURNS.map(|turn| {
            let often = [0, 1, 1, 3, 10][self.rng.usize(..5)];
            match turn {
                Turn::Close => u32::from(self.rng.u8(..8) == 0),
                Turn::Start => 1,
                _ => often * 4,
            }
        });
        self.timeless = self.rng.u8(..4) == 0;
        if self.rng.bool() {
            self.deliver(Event::Start)?;
        }
        while self.tally.events < STORM_EVENTS {
            let next = pause(&mut self.rng, pace);
            self.advance(self.t + next)?;
            let turn = choose(&mut self.rng, &TURNS, &habits);
            self.turn(turn)?;
        }
        if self.machine.status() != Status::Closed {
            self.clear_up()?;
        }
        self.deliver(Event::Close)?;
        self.get(0, false)?;
        Ok(())
    }

    fn turn(&mut self, turn: Turn) -> Checked {
        match turn {
            Turn::Get | Turn::Insist => {
                let min_validity = min_validity(&mut self.rng, self.service.ttl);
                self.get(min_validity, matches!(turn, Turn::Insist)).map(drop)
            }
            Turn::Abandon => {
                let call = self.ledger.a_waiting_call(self.rng.usize(..)).unwrap_or(self.calls);
                self.tally.abandons += 1;
                self.deliver(Event::Abandon { call })
            }
            Turn::Reject => {
                self.tally.rejections += u64::from(self.ledger.has_token());
                self.deliver(Event::Rejected)
            }
            Turn::Wake => {
                self.tally.wakes += 1;
                self.deliver(Event::Wake)
            }
            Turn::Hide => self.deliver(Event::Hidden),
            Turn::Offline => {
                self.connected = self.rng.u8(..4) == 0;
                self.tally.offline += 1;
                self.deliver(Event::Offline)
            }
            Turn::Online => {
                self.connected = self.rng.u8(..8) > 0;
                self.deliver(Event::Online)
            }
            Turn::Cable => {
                self.connected = self.rng.bool();
                self.note(if self.connected { "plugged in" } else { "unplugged" });
                Ok(())
            }
            Turn::Sleep => self.sleep(),
            Turn::SetClock => {
                let by = log_uniform(&mut self.rng, SECOND, DAY) * if self.rng.bool() { 1 } else { -1 };
                if self.clocks.set(by, self.t) {
                    self.note(&format!("wall clock set by {} s", by / SECOND));
                    self.tally.set_forward += u64::from(by > 0);
                    self.tally.set_back += u64::from(by < 0);
                }
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
            Turn::Stray => {
                // An answer to a request that is not pending: late, repeated or invented.
                let request = self.rng.u32(..10);
                if self.ledger.in_air() == Some(request) {
                    return Ok(());
                }
                self.tally.strays += 1;
                match self.rng.bool() {
                    true => self.deliver(Event::Failed { request, failure: Failure::Terminal }),
                    false => self.deliver(Event::Vended { request, answer: Answer::default() }),
                }
            }
            Turn::Start => self.deliver(Event::Start),
            Turn::Close => self.deliver(Event::Close),
        }
    }
}
