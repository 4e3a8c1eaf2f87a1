//! Closing, and extreme values.

use super::*;

#[test]
fn close_settles_callers_and_stops() {
    let mut bench = Bench::started(1);
    bench.get(0, false);
    bench.get(HOUR, true);
    let closed = bench.send(Event::Close);
    let settle = |call| Action::Settle { call, outcome: Outcome::Closed };
    assert_eq!(closed, [Action::Abort { request: 0 }, settle(1), settle(2), Action::Disarm, Action::Status(Closed)]);
    for event in [Event::Start, Event::Timer, Event::Wake, Event::Online, Event::Rejected, Event::Close] {
        assert_eq!(bench.send(event), [], "{event:?}");
    }
    assert_eq!(bench.vend(0, HOUR), []);
    assert_eq!(bench.get(0, false), [settle(3)]);
    let machine = &bench.machine;
    assert_eq!((machine.status(), machine.refresh_at(), machine.token_valid_for()), (Closed, None, None));
}

#[test]
fn extreme_numbers_do_not_panic() {
    // Tests run with overflow checks, so this fails on any unchecked sum.
    for seed in 0..300 {
        let mut rng = Rng::with_seed(seed);
        let mut number = || {
            let n = [i64::MIN, i64::MIN + 1, -1, 0, 1, 1_800_000_000_000, i64::MAX - 1, i64::MAX];
            n[rng.usize(..n.len())].wrapping_add(rng.i64(-1..=1))
        };
        let mut choice = Rng::with_seed(!seed);
        let now = Now { wall: number(), mono: number() };
        let mut machine = match seed % 2 {
            0 => Machine::new(Policy::default(), seed, now),
            _ => Machine::in_group(Policy::default(), seed, now),
        };
        let mut request = 0;
        for call in 0..300 {
            let event = match choice.u8(..17) {
                0 => Event::Start,
                1 | 2 => Event::Get { call, min_validity: number(), force: choice.bool() },
                3 => Event::Wake,
                4 => Event::Offline,
                5 => Event::Online,
                6 => Event::Rejected,
                7 | 8 => {
                    let mut some = || choice.bool().then(&mut number);
                    let answer = Answer {
                        expires_at: some(),
                        issued_at: some(),
                        stated_life: some(),
                        stated_expiry: some(),
                        requested_life: some(),
                        date: some(),
                        age: some().unwrap_or_default(),
                        token_hash: some().unwrap_or_default().unsigned_abs() % 3,
                    };
                    Event::Vended { request, answer }
                }
                9 => Event::Failed { request, failure: Failure::Retry { after: Some(number()) } },
                10 => Event::Failed { request, failure: Failure::Terminal },
                11 | 12 => Event::Locked { request },
                13 => Event::SiblingToken {
                    token_hash: choice.u64(..3),
                    life: if choice.bool() { Lifetime::Millis(number()) } else { Lifetime::Forever },
                    fresh: choice.bool(),
                    extended: choice.bool(),
                    date: None,
                },
                14 => Event::SiblingFailed { own_fault: false, failure: Failure::Retry { after: Some(number()) } },
                15 => Event::SiblingAsked { left: Lifetime::Millis(number()) },
                _ => Event::Timer,
            };
            let actions = machine.handle(event, Now { wall: number(), mono: number() });
            request = fetched(&actions).unwrap_or(request);
            for action in actions {
                if let Action::Lock { request: id, .. } = action {
                    request = id;
                }
                assert!(!matches!(action, Action::Arm { delay } if !(1..=HEARTBEAT).contains(&delay)), "{action:?}");
            }
            let _ = (machine.refresh_at(), machine.token_valid_for());
        }
    }
}
