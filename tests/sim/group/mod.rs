//! Tabs of one browser that share tokens: some come, some go, freeze or die, with locks and messages that work, fail or
//! are late, on a device whose wall clock they share. The driver's part is modelled, the machines are real.

mod departures;
mod device;
mod driver;
mod ledger;
mod lives;
mod locks;
mod messages;
mod offsets;
mod promises;
mod storm;
mod tab;
mod weather;
mod world;

use crate::Run;
use crate::clocks::SECOND;
use crate::tally::GroupTally;
use world::World;

impl Run for World {
    type Tally = GroupTally;

    const NAME: &'static str = "SIM_GROUP";

    fn new(seed: u64, record: bool) -> Self {
        World::new(seed, record)
    }

    fn run(&mut self) -> Result<(), String> {
        let result = match self.rng.u8(..20) {
            0 => self.rotation(),
            1 => self.obstacles(),
            2 => self.outage(),
            3 => self.short_lives(),
            4 => self.departures(),
            5..12 => self.wrong_clocks(),
            _ => self.storm(),
        };
        while !self.tabs.is_empty() {
            self.remove(0);
        }
        self.tally.seconds += self.t.unsigned_abs() / SECOND.unsigned_abs();
        result
    }

    fn tally(&self) -> &GroupTally {
        &self.tally
    }

    fn print_history(&self) {
        self.history.print();
    }
}

#[test]
fn groups_hold_all_invariants() {
    crate::runs::<World>(crate::GROUPS);
}
