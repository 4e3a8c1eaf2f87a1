//! Seeded simulation of the refresher: a client with unreliable clocks, timers and network, a
//! service in all its moods, and an application that asks, insists, gives up and rejects, in
//! virtual time. After every single event the promises of `refresh` are checked against the truth,
//! which only the simulation knows.
//!
//! - `cargo test --release --test sim`: 20,000 runs; `SIM_RUNS=1000000` for more.
//! - `SIM_SEED=42 cargo test --test sim`: one run, with its whole history.
//!
//! One thing is left out, because no client can see it: a wall clock set back during the very sleep
//! that also stops the monotonic clock (see `clocks.rs`).

mod clocks;
mod invariants;
mod service;
mod tally;
mod world;

use std::{env, panic, thread};
use tally::Tally;
use world::World;

const RUNS: u64 = 20_000;

#[test]
fn every_run_keeps_every_promise() {
    if let Some(seed) = number("SIM_SEED") {
        let mut world = World::new(seed, true);
        let result = world.run();
        world.print_history();
        result.unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
        return;
    }
    let runs = number("SIM_RUNS").unwrap_or(RUNS);
    let lanes = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let mut all = Tally::default();
    thread::scope(|scope| {
        let lane = |lane| move || (lane..runs).step_by(lanes as usize).map(run).collect::<Tally>();
        let lanes: Vec<_> = (0..lanes).map(|n| scope.spawn(lane(n))).collect();
        for lane in lanes {
            match lane.join() {
                Ok(tally) => all.add(&tally),
                Err(broken) => panic::resume_unwind(broken),
            }
        }
    });
    println!("{runs} runs: {all}");
    // A simulation in which nothing happens proves nothing.
    if runs >= 1_000 {
        all.assert_all_happened();
    }
}

fn run(seed: u64) -> Tally {
    let mut world = World::new(seed, false);
    if let Err(broken) = world.run() {
        let mut again = World::new(seed, true);
        let _ = again.run();
        again.print_history();
        panic!("seed {seed}: {broken}\nreplay: SIM_SEED={seed} cargo test --test sim -- --nocapture");
    }
    world.tally
}

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number, is {text:?}")))
}
