//! How many ask in the same second.

use crate::strategy::Strategy;
use fastrand::Rng;

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const HOUR: i64 = 3_600 * SECOND;

/// Rotations that are looked at.
pub(crate) const ROTATIONS: usize = 3;

/// Requests by second, for each rotation.
pub(crate) type Seconds = [Vec<u32>; ROTATIONS];

/// How long (ms) a request takes; half way through it reaches the service.
pub(crate) fn latency(rng: &mut Rng) -> i64 {
    rng.i64(50..500)
}

/// One client's three rotations, its token minted at `minted`: tells when (s) the service is asked.
pub(crate) fn rotate(strategy: Strategy, seed: u64, minted: i64, ttl: i64, mut asked: impl FnMut(usize, usize)) {
    let mut rng = Rng::with_seed(seed);
    let mut client = strategy.client(rng.u64(..), minted, minted + ttl);
    for rotation in 0..ROTATIONS {
        let sent = client.next();
        let latency = latency(&mut rng);
        let at = sent + latency / 2;
        client.send(sent);
        client.answer(sent + latency, Some(at + ttl));
        asked(rotation, (at / SECOND) as usize);
    }
}

/// So many clients whose tokens were minted within `spread` (ms).
pub(crate) fn storm(strategy: Strategy, clients: u64, spread: i64, ttl: i64) -> Seconds {
    let length = (ROTATIONS as i64 * (ttl + HOUR) / SECOND) as usize;
    let lanes = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let lane = |lane: u64| {
        move || {
            let mut seconds: Seconds = std::array::from_fn(|_| vec![0; length]);
            for client in (lane..clients).step_by(lanes as usize) {
                let minted = Rng::with_seed(!client).i64(0..spread);
                rotate(strategy, client, minted, ttl, |rotation, second| seconds[rotation][second] += 1);
            }
            seconds
        }
    };
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|n| scope.spawn(lane(n))).collect();
        let mut all: Seconds = std::array::from_fn(|_| vec![0; length]);
        for lane in lanes {
            let seconds = lane.join().expect("a lane that ends");
            for (sum, part) in all.iter_mut().zip(seconds) {
                sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
            }
        }
        all
    })
}

/// How many clients there may be until one second sees more than `limit` requests: the median of many draws.
pub(crate) fn most_within(strategy: Strategy, limit: u32, spread: i64, ttl: i64) -> u64 {
    const DRAWS: u64 = 101;
    let mut most: Vec<u64> = (0..DRAWS)
        .map(|draw| {
            let mut seconds = vec![0; (ROTATIONS as i64 * (ttl + HOUR) / SECOND) as usize + (spread / SECOND) as usize];
            let mut clients = 0;
            loop {
                let seed = draw << 32 | clients;
                let minted = Rng::with_seed(!seed).i64(0..spread);
                let mut over = false;
                rotate(strategy, seed, minted, ttl, |_, second| {
                    seconds[second] += 1;
                    over |= seconds[second] > limit;
                });
                if over {
                    return clients;
                }
                clients += 1;
            }
        })
        .collect();
    most.sort_unstable();
    most[most.len() / 2]
}
