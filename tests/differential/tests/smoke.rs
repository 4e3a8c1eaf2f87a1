//! The fuzz targets' properties without a fuzzer: their seeds, each mutated many times by a generator of fixed seed.
//! `SMOKE_SEED=n` tries another, `SMOKE_CASES=n` more.

use differential::{TARGETS, Target};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{env, fs, path::PathBuf};

/// What is put into an input, beside random bytes: pieces that mean something to one of the readers.
const PIECES: [&str; 24] = [
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\",
    "\\u",
    "\\ud83d",
    "null",
    "true",
    "1e308",
    "-0",
    "exp",
    "all",
    ".",
    "=",
    "-_",
    "+/",
    "\u{e9}",
    "momentohq.com",
    "Bearer ",
    "\n",
];

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    seeds.sort();
    seeds
}

/// One to four changes: a bit, a byte, a piece put in, a stretch taken out, doubled, or taken from another seed.
fn mutate(data: &mut Vec<u8>, other: &[u8], random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..=4) {
        let at = random.usize(0..=data.len());
        let to = (at + random.usize(0..12)).min(data.len());
        match random.u8(0..6) {
            0 if at < data.len() => data[at] ^= 1 << random.u8(0..8),
            1 if at < data.len() => data[at] = random.u8(..),
            2 => drop(data.splice(at..at, PIECES[random.usize(0..PIECES.len())].bytes())),
            3 => drop(data.drain(at..to)),
            4 => {
                let piece = data[at..to].to_vec();
                data.splice(to..to, piece);
            }
            _ => {
                let from = random.usize(0..=other.len());
                let end = (from + random.usize(0..40)).min(other.len());
                data.splice(at..to, other[from..end].iter().copied());
            }
        }
    }
}

fn check((name, property): Target, data: &[u8], which: &str) {
    if catch_unwind(AssertUnwindSafe(|| property(data))).is_err() {
        panic!("{name}, {which}: broken by {:?}", String::from_utf8_lossy(data));
    }
}

#[test]
fn seeds_and_mutations_hold_all_properties() {
    let (seed, cases) = (setting("SMOKE_SEED", 1), setting("SMOKE_CASES", 5_000));
    for target in TARGETS {
        let seeds = seeds(target.0);
        assert!(seeds.len() >= 5, "{} has seeds", target.0);
        for (name, data) in &seeds {
            check(target, data, name);
        }
        for case in 0..cases {
            let mut random = fastrand::Rng::with_seed(seed.wrapping_add(case << 32));
            let mut data = seeds[random.usize(0..seeds.len())].1.clone();
            let other = &seeds[random.usize(0..seeds.len())].1;
            mutate(&mut data, other, &mut random);
            check(target, &data, &format!("SMOKE_SEED={seed}, case {case}"));
        }
    }
    println!("smoke: {} targets, {cases} mutations each, SMOKE_SEED={seed}", TARGETS.len());
}

/// The test can fail: a target that violates its property is detected and named.
#[test]
fn detects_a_violation() {
    let caught = catch_unwind(|| check(("broken", |data| assert!(data.is_empty())), b"x", "here"));
    let message = *caught.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(message, "broken, here: broken by \"x\"");
}
