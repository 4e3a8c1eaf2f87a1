//! A service that mints five tokens a second, and answers 429 to whoever comes sixth.

use crate::storm::{ROTATIONS, SECOND, latency};
use crate::strategy::{Client, Strategy};
use fastrand::Rng;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What an account may mint in a second.
pub(crate) const LIMIT: u32 = 5;

struct User {
    client: Client,
    expires: i64,
    rotations: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Send,
    /// It reaches the service, and is answered after so long (ms).
    Reach(i64),
    Answer(Option<i64>),
}

/// Whether nobody is ever without a token, for three rotations. All hold tokens minted within `spread` (ms).
fn carries(strategy: Strategy, users: u64, spread: i64, ttl: i64) -> bool {
    let mut rng = Rng::with_seed(users);
    let mut all = Vec::new();
    let mut steps = BinaryHeap::new();
    for n in 0..users {
        let minted = rng.i64(0..spread);
        let client = strategy.client(rng.u64(..), minted, minted + ttl);
        steps.push(Reverse((client.next(), n, Step::Send)));
        all.push(User { client, expires: minted + ttl, rotations: 0 });
    }
    let (mut second, mut minted) = (i64::MIN, 0);
    while let Some(Reverse((t, n, step))) = steps.pop() {
        let user = &mut all[n as usize];
        if t > user.expires {
            return false;
        }
        match step {
            Step::Send => {
                user.client.send(t);
                let latency = latency(&mut rng);
                steps.push(Reverse((t + latency / 2, n, Step::Reach(latency - latency / 2))));
            }
            Step::Reach(rest) => {
                if t / SECOND != second {
                    (second, minted) = (t / SECOND, 0);
                }
                let granted = minted < LIMIT;
                minted += u32::from(granted);
                steps.push(Reverse((t + rest, n, Step::Answer(granted.then_some(t + ttl)))));
            }
            Step::Answer(token) => {
                user.client.answer(t, token);
                if let Some(expires) = token {
                    user.expires = expires;
                    user.rotations += 1;
                }
                if user.rotations < ROTATIONS {
                    steps.push(Reverse((user.client.next(), n, Step::Send)));
                }
            }
        }
    }
    true
}

/// The most users that a service carries so, to within a hundredth or one.
pub(crate) fn most_carried(strategy: Strategy, spread: i64, ttl: i64) -> u64 {
    let (mut least, mut most) = (1, 2);
    while carries(strategy, most, spread, ttl) {
        (least, most) = (most, 2 * most);
    }
    while most - least > (least / 100).max(1) {
        let middle = least.midpoint(most);
        if carries(strategy, middle, spread, ttl) { least = middle } else { most = middle }
    }
    least
}
