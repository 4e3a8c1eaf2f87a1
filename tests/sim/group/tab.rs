//! One tab: the machine, and what the driver and the browser hold for it.

use super::ledger::{Ledger, Token};
use super::messages::Message;
use crate::clocks::Clocks;
use crate::host::Brought;
use crate::invariants::Watch;
use momento_token_wasm::refresh::{Failure, Machine, Outcome};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Awake,
    /// Nothing runs; whatever arrives waits, and its lock stays.
    Frozen,
    /// In the back/forward cache: nothing runs, its channel is closed, and its lock released.
    Cached,
}

pub(crate) struct Tab {
    pub(crate) id: u32,
    pub(crate) machine: Machine,
    pub(crate) ledger: Ledger,
    pub(crate) clocks: Clocks,
    pub(crate) state: State,
    /// Since when (true time) it runs without a break.
    pub(crate) awake_since: i64,
    /// When the timer fires, by true time.
    pub(crate) timer: Option<i64>,
    /// What waits until it runs again.
    pub(crate) queue: VecDeque<Arrival>,
    /// The token in hand.
    pub(crate) token: Option<Token>,
    pub(crate) watch: Watch,
    pub(crate) rejected: BTreeSet<u32>,
    /// Since when (monotonic ms) the driver has known that it holds the lock.
    pub(crate) locked: Option<i64>,
    /// How calls were settled.
    pub(crate) outcomes: BTreeMap<u32, Outcome>,
}

impl Tab {
    pub(crate) fn awake(&self) -> bool {
        self.state == State::Awake
    }
}

/// Something on its way to a tab.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) at: i64,
    pub(crate) tab: u32,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    Locked { request: u32 },
    Drained { request: u32 },
    Token { request: u32, id: u32 },
    Dated { request: u32, brought: Brought },
    Failure { request: u32, failure: Failure },
    Message { from: u32, message: Message },
}
