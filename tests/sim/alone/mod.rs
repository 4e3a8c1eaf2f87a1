//! A single client with its device, network, service and application.

mod ledger;
mod offsets;
mod promises;
mod storm;
mod weather;
mod world;

use crate::Run;
use crate::tally::Tally;
use world::World;

impl Run for World {
    type Tally = Tally;

    const NAME: &'static str = "SIM";

    fn new(seed: u64, record: bool) -> Self {
        World::new(seed, record)
    }

    fn run(&mut self) -> Result<(), String> {
        World::run(self)
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }

    fn print_history(&self) {
        self.history.print();
    }
}

#[test]
fn single_tabs_hold_all_invariants() {
    crate::runs::<World>(crate::RUNS);
}
