//! Rate limits that apply to every client, alone or in a group.

use crate::check::{Checked, Moment, ensure};
use crate::clocks::{MINUTE, MS, SECOND};
use momento_token_wasm::refresh::{Failure, Now};
use std::collections::VecDeque;

const MIN_GAP: i64 = SECOND;
const WINDOW: i64 = 10 * MINUTE;
const BUDGET: usize = 10;
const MAX_RETRY_AFTER: i64 = 60 * MINUTE;

#[derive(Default)]
pub(crate) struct Limits {
    /// The last request (true time and monotonic ms).
    last: Option<(i64, i64)>,
    /// The last ten since a token arrived.
    starts: VecDeque<(i64, i64)>,
    /// The end of a `Retry-After`, when it was received, and how often the wall clock had been set back then.
    not_before: Option<(i64, i64, i64)>,
    pub(crate) spent_budget: bool,
}

impl Limits {
    /// Whether a request was sent before.
    pub(crate) fn tried(&self) -> bool {
        self.last.is_some()
    }

    /// The end of a `Retry-After` (true time).
    pub(crate) fn not_before(&self) -> Option<i64> {
        self.not_before.map(|(until, ..)| until)
    }

    /// A request is sent.
    pub(crate) fn start<Brings>(&mut self, moment: &Moment<Brings>) -> Checked {
        let Moment { t, now, grain, set_forward_at, .. } = *moment;
        if let Some((last, mono)) = self.last.replace((t, now.mono)) {
            ensure!(t - last >= MIN_GAP - grain, "{} ms after the last request", (t - last) / MS);
            ensure!(now.mono - mono >= MIN_GAP / MS, "{} awake ms after the last request", now.mono - mono);
        }
        if self.starts.len() == BUDGET {
            let tenth = self.starts.pop_front().map_or(0, |(start, _)| t - start);
            ensure!(tenth >= WINDOW - grain, "eleven requests in {} s", tenth / SECOND);
            self.spent_budget = true;
        }
        self.starts.push_back((t, now.mono));
        if let Some((until, said, set_backs)) = self.not_before {
            let early = t < until - moment.slack(set_backs) && set_forward_at < said;
            ensure!(!early, "{} ms before Retry-After", (until - t) / MS);
        }
        Ok(())
    }

    /// A `Retry-After` was received.
    pub(crate) fn heed<Brings>(&mut self, moment: &Moment<Brings>, failure: Failure) {
        if let Failure::Retry { after } = failure {
            let until = moment.t + after.unwrap_or(0).clamp(0, MAX_RETRY_AFTER / MS) * MS;
            if self.not_before.is_none_or(|(before, ..)| before < until) {
                self.not_before = Some((until, moment.t, moment.set_backs));
            }
        }
    }

    /// A token arrived, which resets the limits that hold until then.
    pub(crate) fn arrived(&mut self) {
        self.not_before = None;
        self.starts.clear();
    }

    /// How long (ms) the next request must wait.
    pub(crate) fn wait(&self, t: i64, now: Now) -> i64 {
        let gap = self.last.map_or(0, |(_, mono)| mono + MIN_GAP / MS - now.mono);
        let tenth = self.starts.front().filter(|_| self.starts.len() == BUDGET);
        let budget = tenth.map_or(0, |(_, mono)| mono + WINDOW / MS - now.mono);
        let asked = self.not_before.map_or(0, |(until, ..)| until - t) / MS;
        gap.max(budget).max(asked).max(0)
    }
}
