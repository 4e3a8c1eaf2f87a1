//! Pages that navigate away during a request.

use super::world::World;
use super::{locks, messages};
use crate::check::Checked;
use crate::clocks::{MS, SECOND, log_uniform};
use momento_token_wasm::refresh::{Event, Failure, Outcome};

impl World {
    /// Pages navigate away, and their requests are aborted just before: another tab takes over, and no caller gets an
    /// error.
    pub(crate) fn departures(&mut self) -> Checked {
        self.calm();
        self.locks = locks::Locks::new(locks::Mode::Works);
        self.channel = messages::Channel { mode: messages::Mode::Works, busy: false };
        self.service.latency = log_uniform(&mut self.rng, MS, 200 * MS);
        for _ in 0..10 {
            for id in self.ids() {
                self.thaw(id)?;
            }
            while self.tabs.len() < 8 {
                let n = self.open();
                self.deliver(n, Event::Start)?;
            }
            let force = self.rng.bool();
            let calls: Vec<_> =
                self.ids().into_iter().map(|id| Ok((id, self.ask(id, force)?))).collect::<Result<_, String>>()?;
            let soon = self.t + self.rng.i64(0..SECOND);
            self.advance(soon)?;
            let busy = self.tabs.iter().position(|tab| tab.ledger.in_air().is_some());
            let gone = busy.map(|n| self.tabs[n].id);
            if let Some(n) = busy {
                self.depart(n)?;
            }
            self.advance(self.t + 3 * SECOND)?;
            for (id, call) in calls.into_iter().filter(|(id, _)| Some(*id) != gone) {
                let served = self.awake(id).and_then(|n| self.tabs[n].outcomes.get(&call));
                if served != Some(&Outcome::Token) {
                    return Err(format!("tab {id}: {served:?} for call {call}"));
                }
            }
        }
        match self.tally.heard_failures {
            0 => Ok(()),
            some => Err(format!("{some} failures told to those who were not at fault")),
        }
    }

    fn ask(&mut self, id: u32, force: bool) -> Result<u32, String> {
        let n = self.awake(id).ok_or("a tab is gone")?;
        self.get(n, 0, force)
    }

    /// The page's requests fail, then the page is removed.
    pub(super) fn depart(&mut self, n: usize) -> Checked {
        let (id, request) = (self.tabs[n].id, self.tabs[n].ledger.in_air());
        if let Some(request) = request {
            self.tally.departures += 1;
            self.deliver(n, Event::Failed { request, failure: Failure::Retry { after: None } })?;
        }
        if self.rng.bool() {
            return self.cache(id);
        }
        self.kill(n);
        Ok(())
    }
}
