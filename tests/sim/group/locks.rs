//! The lock of a group, as the browser keeps it.

use crate::clocks::{MS, log_uniform};
use fastrand::Rng;
use std::collections::VecDeque;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Works,
    /// There are no locks in this browser: whoever asks goes ahead.
    Absent,
    /// Requests are taken and never granted.
    Broken,
    /// Someone else has it: another version, a tab that hangs, an extension.
    Alien,
}

struct Ticket {
    tab: u32,
    request: u32,
    granted: bool,
}

/// First come, first served.
pub(crate) struct Locks {
    pub(crate) mode: Mode,
    queue: VecDeque<Ticket>,
}

/// Tells a tab that it holds the lock, after a while.
pub(crate) struct Grant {
    pub(crate) tab: u32,
    pub(crate) request: u32,
    pub(crate) after: i64,
}

impl Locks {
    pub(crate) fn new(mode: Mode) -> Self {
        Locks { mode, queue: VecDeque::new() }
    }

    pub(crate) fn ask(&mut self, tab: u32, request: u32, rng: &mut Rng) -> Option<Grant> {
        if self.mode == Mode::Absent {
            return Some(Grant { tab, request, after: 0 });
        }
        self.queue.push_back(Ticket { tab, request, granted: false });
        self.grant(rng)
    }

    /// A tab lets go of the lock or of its place in the queue; whether it had the lock.
    pub(crate) fn leave(&mut self, tab: u32) -> bool {
        let held = self.queue.iter().any(|ticket| ticket.tab == tab && ticket.granted);
        self.queue.retain(|ticket| ticket.tab != tab);
        held
    }

    /// Whose turn it is, if nobody's yet.
    pub(crate) fn grant(&mut self, rng: &mut Rng) -> Option<Grant> {
        if self.mode != Mode::Works {
            return None;
        }
        let first = self.queue.front_mut().filter(|ticket| !ticket.granted)?;
        first.granted = true;
        let after = log_uniform(rng, MS / 20, 5 * MS);
        Some(Grant { tab: first.tab, request: first.request, after })
    }

    pub(crate) fn knows(&self, tab: u32) -> bool {
        self.queue.iter().any(|ticket| ticket.tab == tab)
    }
}
