//! Extreme numbers in clocks, answers and messages of siblings.

use super::*;

/// Converts like JavaScript numbers to integers: NaN is 0, and values out of range saturate.
const NUMBERS: [f64; 14] =
    [0.0, 0.5, 1.0, 2.0, 250.0, 1e6, 1e12, 9e15, 1.8e19, 1e300, f64::MAX, f64::INFINITY, f64::NAN, f64::MIN_POSITIVE];

fn number(rng: &mut Rng) -> i64 {
    let number = NUMBERS[rng.usize(..NUMBERS.len())];
    (if rng.bool() { number } else { -number }) as i64
}

fn now(rng: &mut Rng) -> Now {
    Now { wall: number(rng), mono: number(rng) }
}

fn maybe(rng: &mut Rng) -> Option<i64> {
    rng.bool().then(|| number(rng))
}

fn lifetime(rng: &mut Rng) -> Lifetime {
    if rng.u8(..4) == 0 { Lifetime::Forever } else { Lifetime::ZERO.minus(number(rng)) }
}

fn failure(rng: &mut Rng) -> Failure {
    match rng.u8(..3) {
        0 => Failure::Retry { after: maybe(rng) },
        1 => Failure::Malformed,
        _ => Failure::Terminal,
    }
}

fn answer(rng: &mut Rng) -> Answer {
    Answer {
        token_hash: number(rng) as u64,
        expires_at: maybe(rng),
        issued_at: maybe(rng),
        stated_life: maybe(rng),
        stated_expiry: maybe(rng),
        requested_life: maybe(rng),
        date: maybe(rng),
        age: number(rng),
    }
}

fn event(rng: &mut Rng) -> Event {
    let request = rng.u32(..3);
    match rng.u8(..19) {
        0 => Event::Start,
        1 => Event::Get { call: request, min_validity: number(rng), force: rng.bool() },
        2 => Event::Abandon { call: request },
        3 => Event::Rejected,
        4 => Event::Timer,
        5 => Event::Wake,
        6 => Event::Hidden,
        7 => Event::Online,
        8 => Event::Offline,
        9..=11 => Event::Vended { request, answer: answer(rng) },
        12 => Event::Failed { request, failure: failure(rng) },
        13 => Event::Locked { request },
        14 => Event::Drained { request },
        15 => Event::PriorRequest { age: number(rng) },
        16 => Event::SiblingToken {
            token_hash: number(rng) as u64,
            life: lifetime(rng),
            fresh: rng.bool(),
            extended: rng.bool(),
            date: maybe(rng),
        },
        17 => Event::SiblingFailed { own_fault: rng.bool(), failure: failure(rng) },
        _ => Event::SiblingAsked { left: lifetime(rng) },
    }
}

#[test]
fn arbitrary_numbers_do_not_panic() {
    for seed in 0..2_000 {
        let mut rng = Rng::with_seed(seed);
        let make = if rng.bool() { Machine::in_group } else { Machine::new };
        let mut machine = make(Policy::default(), seed, now(&mut rng));
        for _ in 0..100 {
            machine.handle(event(&mut rng), now(&mut rng));
            let _ = (machine.status(), machine.refresh_at(), machine.token_valid_for());
        }
    }
}
