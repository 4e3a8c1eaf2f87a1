//! Seeded simulation of the refresher in virtual time: a client with unreliable clocks, timers and network, a service
//! with all kinds of failures, and an application that requests, forces, abandons and rejects tokens, alone or as one
//! of several tabs. After every event the invariants of `refresh` are checked against the truth, which only the
//! simulation knows. Half of the runs are about clocks: the client's and the host's are wrong, and caches between them
//! serve old answers (`host.rs`, `invariants.rs`).
//!
//! - `cargo test --release --test sim`: 50,000 runs of each kind; `SIM_RUNS=500000` for more.
//! - `SIM_SEED=42 cargo test --test sim alone`: one run, with its whole history; `SIM_GROUP_SEED=42 … group`: one of a
//!   group.
//!
//! One case is excluded, because no client can detect it: a wall clock set back during a sleep that also stops the
//! monotonic clock (see `clocks.rs` and, for tabs, `group/device.rs`).
#![cfg(not(target_arch = "wasm32"))]

mod alone;
mod check;
mod clocks;
mod draws;
mod group;
mod history;
mod host;
mod invariants;
mod limits;
mod service;
mod tally;

use std::{env, panic, thread};
use tally::Count;

const RUNS: u64 = 50_000;
const GROUPS: u64 = 50_000;

/// A run that can be replayed with its full history.
trait Run {
    type Tally: Count;

    /// `NAME_SEED` replays a run.
    const NAME: &'static str;

    fn new(seed: u64, record: bool) -> Self;
    fn run(&mut self) -> Result<(), String>;
    fn tally(&self) -> &Self::Tally;
    fn print_history(&self);
}

fn runs<R: Run>(usual: u64) {
    if let Some(seed) = number(&format!("{}_SEED", R::NAME)) {
        let mut run = R::new(seed, true);
        let result = run.run();
        run.print_history();
        result.unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
        return;
    }
    let runs = number("SIM_RUNS").unwrap_or(usual);
    let lanes = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let mut all = R::Tally::default();
    thread::scope(|scope| {
        let lane = |lane| {
            move || {
                let mut all = R::Tally::default();
                (lane..runs).step_by(lanes as usize).for_each(|seed| all.add(&run::<R>(seed)));
                all
            }
        };
        let lanes: Vec<_> = (0..lanes).map(|n| scope.spawn(lane(n))).collect();
        for lane in lanes {
            match lane.join() {
                Ok(tally) => all.add(&tally),
                Err(broken) => panic::resume_unwind(broken),
            }
        }
    });
    println!("{}: {runs} runs: {all}", R::NAME);
    if runs >= 1_000 {
        all.assert_all_happened();
    }
}

fn run<R: Run>(seed: u64) -> R::Tally {
    let mut run = R::new(seed, false);
    if let Err(broken) = run.run() {
        let mut again = R::new(seed, true);
        let _ = again.run();
        again.print_history();
        let name = R::NAME;
        panic!("seed {seed}: {broken}\nreplay: {name}_SEED={seed} cargo test --test sim -- --nocapture");
    }
    run.tally().clone()
}

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number, is {text:?}")))
}
