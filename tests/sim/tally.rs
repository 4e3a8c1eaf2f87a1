//! Totals over all runs.

use std::fmt;

/// Counters that can be added.
pub(crate) trait Count: Clone + Default + fmt::Display + Send {
    fn add(&mut self, other: &Self);
    /// Checks that everything occurred: a simulation in which nothing happens proves nothing.
    fn assert_all_happened(&self);
}

macro_rules! tally {
    ($(#[$about:meta])* $tally:ident: $($name:ident),* $(,)?) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default)]
        pub(crate) struct $tally {
            /// Virtual time, in seconds.
            pub(crate) seconds: u64,
            $(pub(crate) $name: u64,)*
        }

        impl Count for $tally {
            fn add(&mut self, other: &Self) {
                self.seconds += other.seconds;
                $(self.$name += other.$name;)*
            }

            fn assert_all_happened(&self) {
                $(assert!(self.$name > 0, "no {} in any run", stringify!($name));)*
            }
        }

        impl fmt::Display for $tally {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} virtual years", self.seconds / 31_557_600)?;
                $(write!(f, ", {} {}", self.$name, stringify!($name))?;)*
                Ok(())
            }
        }
    };
}

tally! {
    /// Of clients that are alone.
    Tally:
    events, actions, fetches, probes, installs, refusals, timeouts, failures, drops, reports, tokens,
    too_short, failed, closed, gets, abandons, rejections, strays, sleeps, stopped_clocks, set_forward,
    set_back, offline, lies, wakes, late_timers, spent_budgets, passing_refusals, fair_runs, loops, doubts, wrong_clocks,
    corrected,
}

tally! {
    /// Of groups of tabs.
    GroupTally:
    events, fetches, probes, installs, adoptions, refusals, timeouts, failures, heard_failures, drops, tokens, too_short,
    failed, closed, gets, abandons, rejections, revocations, strays, messages, lost_messages, lost_echoes, late_messages, untimely_messages,
    answered_asks, grants, cancelled_requests, unlocked_fetches, orphaned_locks, opened, killed, closed_tabs, frozen, cached,
    sleeps, stopped_clocks, set_forward, set_back, offline, wakes, late_timers, spent_budgets, rotations, obstacle_runs,
    outages, hidden_runs, stuck_runs, departures, passing_refusals, storms, doubts, wrong_clocks, corrected, moved_ends,
}
