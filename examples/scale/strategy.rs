//! When a client asks for its next token.

use fastrand::Rng;
use momento_token_wasm::refresh::{Action, Answer, Event, Failure, Machine, Now, Policy};

/// The longest wait after a failure, and the first.
const CEILINGS: (u32, i64) = (8, 2_000);

/// Three ways to keep a token fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// This crate's machine, as it comes.
    Ours,
    /// So long (ms) before the token expires.
    Lead(i64),
}

impl Strategy {
    /// The time from one renewal to the next, on average.
    pub(crate) fn period(self, ttl: i64) -> i64 {
        match self {
            Strategy::Ours => ttl * 7 / 10,
            Strategy::Lead(lead) => ttl - lead,
        }
    }

    pub(crate) fn client(self, seed: u64, t: i64, expires: i64) -> Client {
        match self {
            Strategy::Ours => Client::Ours(Box::new(Ours::new(seed, t, expires))),
            Strategy::Lead(lead) => {
                Client::Lead(Lead { lead, next: expires - lead, failures: 0, rng: Rng::with_seed(seed) })
            }
        }
    }
}

/// One client, which has a token in hand. Times are milliseconds.
pub(crate) enum Client {
    Ours(Box<Ours>),
    Lead(Lead),
}

impl Client {
    /// When its next request is sent.
    pub(crate) fn next(&self) -> i64 {
        match self {
            Client::Ours(ours) => ours.next(),
            Client::Lead(lead) => lead.next,
        }
    }

    /// Sends it.
    pub(crate) fn send(&mut self, t: i64) {
        if let Client::Ours(ours) = self {
            ours.send(t);
        }
    }

    /// The answer arrives: a token that expires then, or none.
    pub(crate) fn answer(&mut self, t: i64, expires: Option<i64>) {
        match self {
            Client::Ours(ours) => ours.answer(t, expires),
            Client::Lead(lead) => lead.answer(t, expires),
        }
    }
}

/// The machine that ships. It is told of what happens and of nothing else: timers that only make it look at the clocks
/// are left out, for here the clocks are right.
pub(crate) struct Ours {
    machine: Machine,
    request: u32,
    t: i64,
}

impl Ours {
    fn new(seed: u64, t: i64, expires: i64) -> Self {
        let machine = Machine::new(Policy::default(), seed, now(t));
        let mut ours = Ours { machine, request: 0, t };
        ours.handle(t, Event::Start);
        ours.answer(t, Some(expires));
        ours
    }

    fn next(&self) -> i64 {
        let delay = self.machine.refresh_at().expect("a request is planned") - now(self.t).wall;
        self.t + delay
    }

    fn send(&mut self, t: i64) {
        assert!(self.handle(t, Event::Timer), "the request is due");
    }

    fn answer(&mut self, t: i64, expires: Option<i64>) {
        let (request, wall) = (self.request, now(t).wall);
        let event = match expires {
            Some(at) => {
                // Each answer has a token of its own: a copy of one would have no life of its own.
                let answer =
                    Answer { token_hash: wall as u64, stated_expiry: Some(wall + at - t), ..Answer::default() };
                Event::Vended { request, answer }
            }
            None => Event::Failed { request, failure: Failure::Retry { after: None } },
        };
        self.handle(t, event);
    }

    /// Whether a request was sent.
    fn handle(&mut self, t: i64, event: Event) -> bool {
        self.t = t;
        let mut sent = false;
        for action in self.machine.handle(event, now(t)) {
            if let Action::Fetch { request, .. } = action {
                self.request = request;
                sent = true;
            }
        }
        sent
    }
}

fn now(t: i64) -> Now {
    Now { wall: 1_800_000_000_000 + t, mono: t }
}

/// A fixed time before the end; after a failure it waits as ours does.
pub(crate) struct Lead {
    lead: i64,
    next: i64,
    failures: u32,
    rng: Rng,
}

impl Lead {
    fn answer(&mut self, t: i64, expires: Option<i64>) {
        self.next = match expires {
            Some(at) => {
                self.failures = 0;
                (at - self.lead).max(t + 1_000)
            }
            None => {
                let (most, first) = CEILINGS;
                let ceiling = (first << self.failures.min(most)).min(300_000);
                self.failures += 1;
                t + self.rng.i64(1..=ceiling).max(1_000)
            }
        };
    }
}
