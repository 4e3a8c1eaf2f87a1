//! What happened in all runs together.

use std::fmt;

macro_rules! tally {
    ($($name:ident),* $(,)?) => {
        #[derive(Clone, Debug, Default)]
        pub(crate) struct Tally {
            /// Virtual time, in seconds.
            pub(crate) seconds: u64,
            $(pub(crate) $name: u64,)*
        }

        impl Tally {
            pub(crate) fn add(&mut self, other: &Tally) {
                self.seconds += other.seconds;
                $(self.$name += other.$name;)*
            }

            pub(crate) fn assert_all_happened(&self) {
                $(assert!(self.$name > 0, "no {} in any run", stringify!($name));)*
            }
        }

        impl fmt::Display for Tally {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} virtual years", self.seconds / 31_557_600)?;
                $(write!(f, ", {} {}", self.$name, stringify!($name))?;)*
                Ok(())
            }
        }
    };
}

tally! {
    events, actions, fetches, probes, installs, refusals, timeouts, failures, drops, reports, tokens,
    too_short, failed, closed, gets, abandons, rejections, strays, sleeps, stopped_clocks, set_forward,
    set_back, offline, lies, wakes, late_timers, spent_budgets, fair_runs, loops,
}

impl FromIterator<Tally> for Tally {
    fn from_iter<T: IntoIterator<Item = Tally>>(tallies: T) -> Self {
        let mut all = Tally::default();
        tallies.into_iter().for_each(|tally| all.add(&tally));
        all
    }
}
