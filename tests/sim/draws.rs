//! Random choices shared by all kinds of runs.

use crate::clocks::{MINUTE, MS, SECOND, log_uniform};
use fastrand::Rng;
use momento_token_wasm::refresh::Policy;

/// A policy, usually the default.
pub(crate) fn policy(rng: &mut Rng) -> Policy {
    if rng.u8(..3) > 0 {
        return Policy::default();
    }
    let lo = rng.f32() * 0.97 + 0.01;
    let hi = lo + rng.f32() * (0.99 - lo);
    Policy::new((lo, hi), log_uniform(rng, 1_000, 60_000)).expect("a sane policy")
}

/// Chooses one of these with the given weights.
pub(crate) fn choose<T: Copy>(rng: &mut Rng, turns: &[T], habits: &[u32]) -> T {
    let all: u32 = habits.iter().sum();
    let mut ticket = rng.u32(..all.max(1));
    for (turn, habit) in turns.iter().zip(habits) {
        match ticket.checked_sub(*habit) {
            Some(rest) => ticket = rest,
            None => return *turn,
        }
    }
    turns[0]
}

/// The time until the next step, at this pace.
pub(crate) fn pause(rng: &mut Rng, pace: i64) -> i64 {
    (-rng.f64().max(1e-9).ln() * pace as f64) as i64
}

/// The remaining life (ms) that a caller asks for, given tokens with this life.
pub(crate) fn min_validity(rng: &mut Rng, ttl: i64) -> i64 {
    let ttl = ttl / MS;
    let choices = [0, -1, 10_000, 10_000, rng.i64(0..ttl), ttl + ttl / 5, i64::MAX, i64::MIN];
    choices[rng.usize(..choices.len())]
}

/// By how much timers may be late.
pub(crate) fn lateness(rng: &mut Rng) -> i64 {
    [5 * MS, 5 * MS, SECOND, MINUTE, 5 * MINUTE][rng.usize(..5)]
}
