//! A device with tabs, and time.

use super::ledger::{Ledger, Token};
use super::locks::{self, Grant, Locks};
use super::messages::{self, Channel, Message};
use super::tab::{Arrival, State, Tab, What};
use crate::check::{Checked, Truth};
use crate::clocks::{Clocks, MINUTE, MS, SECOND, server};
use crate::draws;
use crate::history::History;
use crate::host::{Brought, Host};
use crate::invariants::Watch;
use crate::service::Service;
use crate::tally::GroupTally;
use fastrand::Rng;
use momento_token_wasm::refresh::{Answer, Event, Lifetime, Machine, Policy};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub(crate) struct World {
    pub(crate) rng: Rng,
    /// True time.
    pub(crate) t: i64,
    /// The device's clocks: those of the tabs are like them.
    pub(crate) device: Clocks,
    pub(crate) policy: Policy,
    pub(crate) tabs: Vec<Tab>,
    next_tab: u32,
    pub(crate) locks: Locks,
    pub(crate) channel: Channel,
    pub(crate) service: Service,
    /// Replaces the service in runs about clocks.
    pub(crate) host: Option<Host>,
    /// All tokens ever vended, by number: when they truly expire.
    pub(super) tokens: Vec<Token>,
    /// The one that a service which caches hands out again.
    pub(super) cached: Option<Token>,
    /// Whether requests get through.
    pub(crate) connected: bool,
    pub(crate) offline: bool,
    /// When the wall clock was last set back.
    pub(crate) set_back: i64,
    /// Things on their way to tabs that are awake.
    pub(crate) arrivals: Vec<Arrival>,
    /// Timers are late by up to this much, and have been by so much at most.
    pub(crate) late: i64,
    pub(crate) latest: i64,
    /// No tab is shown, and the browser saves power.
    pub(crate) hidden: bool,
    pub(crate) timeless: bool,
    pub(super) calls: u32,
    /// When requests were sent, and where the tab stands that sent the last.
    pub(crate) sent: Vec<i64>,
    pub(crate) sender: usize,
    pub(crate) tally: GroupTally,
    pub(super) history: History,
}

impl World {
    pub(crate) fn new(seed: u64, record: bool) -> Self {
        // Other runs than those of clients that are alone.
        let mut rng = Rng::with_seed(!seed);
        let device = Clocks::new(&mut rng);
        let policy = draws::policy(&mut rng);
        use locks::Mode::*;
        let locks = Locks::new([Works, Works, Works, Absent, Broken, Alien][rng.usize(..6)]);
        use messages::Mode as Heard;
        let mode = [Heard::Works, Heard::Works, Heard::Works, Heard::Absent, Heard::Lossy][rng.usize(..5)];
        let channel = Channel { mode, busy: rng.u8(..3) == 0 };
        World {
            t: 0,
            device,
            policy,
            tabs: Vec::new(),
            next_tab: 0,
            locks,
            channel,
            service: Service::new(&mut rng),
            host: None,
            tokens: Vec::new(),
            cached: None,
            connected: true,
            offline: false,
            set_back: i64::MIN,
            arrivals: Vec::new(),
            late: 5 * MS,
            latest: 5 * MS,
            hidden: false,
            timeless: false,
            calls: 0,
            sent: Vec::new(),
            sender: 0,
            tally: GroupTally::default(),
            history: History::new(record),
            rng,
        }
    }

    pub(crate) fn note(&mut self, what: &str) {
        self.history.note(self.t, what);
    }

    // ── tabs ────────────────────────────────────────────────────────────────────────────────────

    pub(crate) fn open(&mut self) -> usize {
        let mut clocks = self.device.of_another_tab(&mut self.rng);
        let machine = Machine::in_group(self.policy, self.rng.u64(..), clocks.read(self.t));
        self.tally.opened += 1;
        self.note(&format!("tab {} opens", self.next_tab));
        self.tabs.push(Tab {
            id: self.next_tab,
            machine,
            ledger: Ledger::new(&self.policy),
            clocks,
            state: State::Awake,
            awake_since: self.t,
            timer: None,
            queue: VecDeque::new(),
            token: None,
            watch: Watch::default(),
            rejected: BTreeSet::new(),
            locked: None,
            outcomes: BTreeMap::new(),
        });
        self.next_tab += 1;
        self.tabs.len() - 1
    }

    /// The tab of this number, if it is still there.
    fn tab(&self, id: u32) -> Option<usize> {
        self.tabs.iter().position(|tab| tab.id == id)
    }

    pub(crate) fn close(&mut self, n: usize) -> Checked {
        self.tally.closed_tabs += 1;
        self.deliver(n, Event::Close)?;
        // Whatever comes now falls on deaf ears.
        let request = self.rng.u32(..4);
        let heard =
            Event::SiblingToken { token_hash: 0, life: Lifetime::Forever, fresh: true, extended: false, date: None };
        let strays = [Event::Locked { request }, Event::SiblingAsked { left: Lifetime::ZERO }, heard];
        for stray in strays {
            self.deliver(n, stray)?;
        }
        let Tab { id, timer, token, .. } = self.tabs[n];
        if timer.is_some() || token.is_some() || self.locks.knows(id) {
            return Err("something is left after Close".into());
        }
        self.remove(n);
        Ok(())
    }

    /// A tab is gone, with what was on its way to it.
    pub(crate) fn remove(&mut self, n: usize) {
        let tab = self.tabs.swap_remove(n);
        self.leave(tab.id);
        self.arrivals.retain(|arrival| arrival.tab != tab.id);
        self.tally.spent_budgets += u64::from(tab.ledger.spent_budget());
    }

    /// A tab lets go of the lock, or of its place in the queue.
    pub(crate) fn leave(&mut self, id: u32) -> bool {
        let held = self.locks.leave(id);
        // Its callback may be on its way all the same.
        let late = self.rng.u8(..4) == 0;
        self.arrivals.retain(|arrival| late || arrival.tab != id || !matches!(arrival.what, What::Locked { .. }));
        let next = self.locks.grant(&mut self.rng);
        self.grant(next);
        held
    }

    pub(super) fn grant(&mut self, grant: Option<Grant>) {
        if let Some(Grant { tab, request, after }) = grant {
            self.tally.grants += 1;
            self.post(Arrival { at: self.t + after, tab, what: What::Locked { request } });
        }
    }

    // ── time ────────────────────────────────────────────────────────────────────────────────────

    /// Something is on its way; it waits where the tab does not run.
    pub(super) fn post(&mut self, arrival: Arrival) {
        let Some(n) = self.tab(arrival.tab) else { return };
        match self.tabs[n].state {
            State::Awake => self.arrivals.push(arrival),
            State::Frozen => self.tabs[n].queue.push_back(arrival),
            State::Cached => {
                if !matches!(arrival.what, What::Message { .. } | What::Drained { .. }) {
                    self.tabs[n].queue.push_back(arrival);
                }
            }
        }
    }

    pub(crate) fn next(&self) -> Option<i64> {
        let timers = self.tabs.iter().filter(|tab| tab.awake()).filter_map(|tab| tab.timer);
        self.arrivals.iter().map(|arrival| arrival.at).chain(timers).min()
    }

    /// The next thing arrives, or the next timer fires.
    pub(crate) fn step(&mut self) -> Checked {
        let Some(next) = self.next() else {
            self.t += SECOND;
            return Ok(());
        };
        self.t = self.t.max(next);
        if let Some(n) = self.arrivals.iter().position(|arrival| arrival.at == next) {
            let arrival = self.arrivals.remove(n);
            return self.arrive(arrival);
        }
        let due = self.tabs.iter().position(|tab| tab.awake() && tab.timer == Some(next));
        let n = due.ok_or("nothing is due")?;
        self.tabs[n].timer = None;
        self.deliver(n, Event::Timer)
    }

    fn arrive(&mut self, arrival: Arrival) -> Checked {
        let Some(n) = self.tab(arrival.tab) else { return Ok(()) };
        match arrival.what {
            What::Locked { request } => {
                let now = self.tabs[n].clocks.read(self.t);
                if self.tabs[n].ledger.locking() && self.tabs[n].locked.is_none() && self.locks.knows(arrival.tab) {
                    self.tabs[n].locked = Some(now.mono);
                }
                self.deliver(n, Event::Locked { request })
            }
            What::Drained { request } => self.deliver(n, Event::Drained { request }),
            What::Failure { request, failure } => self.deliver(n, Event::Failed { request, failure }),
            What::Token { request, id } => self.vended(n, request, id),
            What::Dated { request, brought } => self.brought(n, request, &brought),
            What::Message { message, .. } => self.heard(n, message),
        }
    }

    fn vended(&mut self, n: usize, request: u32, id: u32) -> Checked {
        let token = self.tokens[id as usize];
        let clocks = &self.tabs[n].clocks;
        // As for a client that is alone: the wall clock must do only where it is not behind.
        let dated = !self.timeless || clocks.ahead < clocks.grain;
        let answer = Answer {
            token_hash: id.into(),
            expires_at: token.expires.map(server),
            date: dated.then(|| server(self.t) / 1_000 * 1_000),
            ..Answer::default()
        };
        let truth = Truth::of_right_host(token.expires, clocks, dated, self.t, MINUTE);
        let token = Token { late: truth.late, ..token };
        self.deliver_with(n, Event::Vended { request, answer }, Some((token, self.t)), None)
    }

    /// Delivers an answer of the host.
    fn brought(&mut self, n: usize, request: u32, brought: &Brought) -> Checked {
        let host = self.host.as_ref().ok_or("no host")?;
        let (ahead, grain) = (self.tabs[n].clocks.ahead, self.tabs[n].clocks.grain);
        let late = host.late(brought, ahead, grain);
        let token = Token { id: brought.id, expires: Some(brought.ends), late };
        let event = Event::Vended { request, answer: brought.answer };
        self.deliver_with(n, event, Some((token, self.t)), Some(brought))
    }

    fn heard(&mut self, n: usize, message: Message) -> Checked {
        match message {
            Message::Ask { left } => self.deliver(n, Event::SiblingAsked { left }),
            Message::Failure { own_fault, failure } => self.deliver(n, Event::SiblingFailed { own_fault, failure }),
            Message::Token(told) => {
                // Only looks at the clocks: the machine has not seen them yet.
                let now = self.tabs[n].clocks.clone().read(self.t);
                let late = self.t - told.at > SECOND;
                self.tally.late_messages += u64::from(late);
                let event = told.event(now).filter(|_| !self.tabs[n].rejected.contains(&told.token.id));
                let Some(event) = event else {
                    self.tally.untimely_messages += 1;
                    return Ok(());
                };
                self.deliver_with(n, event, Some((told.token, told.at)), None)
            }
        }
    }
}
