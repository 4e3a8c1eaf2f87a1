//! What a million clients ask of a vending service, and how many users an account's five mints a second carry: this
//! crate's machine beside a fixed time before the end.
//!
//! `make scale` writes `docs/scale.md` and `docs/scale.svg`. The same seeds give the same bytes; with `--check` nothing
//! is written, and it fails where they differ.

mod limit;
mod plot;
mod storm;
mod strategy;

use limit::LIMIT;
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;
use storm::{HOUR, SECOND, Seconds};
use strategy::Strategy;

const CLIENTS: u64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const DAY_AND_HOUR: i64 = 25 * HOUR;

/// What is compared, and what it is called.
const STRATEGIES: [(Strategy, &str); 3] = [
    (Strategy::Ours, "this package: drawn between 60 and 80 % of the life"),
    (Strategy::Lead(10 * SECOND), "10 s before the end (Momento's example)"),
    (Strategy::Lead(5 * MINUTE), "5 min before the end (Firebase)"),
];

fn main() -> ExitCode {
    let check = std::env::args().any(|argument| argument == "--check");
    let minute = STRATEGIES.map(|(strategy, _)| storm::storm(strategy, CLIENTS, MINUTE, HOUR));
    let second = STRATEGIES.map(|(strategy, _)| storm::storm(strategy, CLIENTS, SECOND, HOUR));
    let files = [("docs/scale.md", page(&minute, &second)), ("docs/scale.svg", plot::svg(&minute))];
    let mut same = true;
    for (name, text) in files {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if check {
            same &= std::fs::read_to_string(path).is_ok_and(|there| there == text);
        } else {
            let written =
                path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text));
            if let Err(error) = written {
                eprintln!("{name}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    if !same {
        eprintln!("docs/scale.md or docs/scale.svg is not what `make scale` writes");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn page(minute: &[Seconds; 3], second: &[Seconds; 3]) -> String {
    let mut page = String::from(
        "# A million clients\n\n\
         Written by `make scale` (`examples/scale`), with the machine that the package ships. The same seeds\n\
         give the same bytes.\n\n\
         ![Requests per second over three hours](scale.svg)\n\n\
         ## The busiest second\n\n\
         One million clients have tokens that live for an hour, all minted within one minute, as after a\n\
         deployment or an outage, or within one second. The service grants every request. The table has the\n\
         requests in the busiest second of each of the three rotations that follow:\n\n\
         | renewed | minted within | 1st | 2nd | 3rd |\n\
         | --- | --- | ---: | ---: | ---: |\n",
    );
    for (spread, storms) in [("a minute", minute), ("a second", second)] {
        for ((_, name), seconds) in STRATEGIES.iter().zip(storms) {
            let peak = |rotation: usize| grouped(u64::from(seconds[rotation].iter().copied().max().unwrap_or(0)));
            let _ = writeln!(page, "| {name} | {spread} | {} | {} | {} |", peak(0), peak(1), peak(2));
        }
    }
    page.push_str(
        "\n\
         Clients that renew at a fixed time before the end stay together for ever. A random time within a\n\
         fifth of the life spreads them over twelve minutes in the first rotation, and over more in each\n\
         later one.\n\n\
         ## Users of one account\n\n\
         An account can mint five tokens a second. The table has the number of users, with one tab each, that\n\
         this is enough for:\n\n\
         - _on average_: five times the seconds from one renewal to the next.\n\
         - _no second over five_: no second of three rotations has a sixth request (median of 101 runs).\n\n\
         _Together_: all first tokens were minted within the same second. _Spread_: evenly over the time from\n\
         one renewal to the next.\n\n\
         | renewed | life | on average | no second over five, together | spread |\n\
         | --- | --- | ---: | ---: | ---: |\n",
    );
    for (ttl, life) in [(HOUR, "1 h"), (DAY_AND_HOUR, "25 h")] {
        for (strategy, name) in STRATEGIES {
            let period = strategy.period(ttl);
            let average = grouped((i64::from(LIMIT) * period / SECOND).unsigned_abs());
            let [together, spread] =
                [SECOND, period].map(|spread| rounded(storm::most_within(strategy, LIMIT, spread, ttl)));
            let _ = writeln!(page, "| {name} | {life} | {average} | {together} | {spread} |");
        }
    }
    page.push_str(
        "\n\
         A service may answer a sixth request in a second with 429: a client that asks early has time to ask\n\
         again. The table has the largest number of users with one-hour tokens of whom none is ever without a\n\
         token in three rotations, if all of them wait after a 429 as this package does (a random time up to\n\
         a ceiling that doubles from 2 s to 5 min):\n\n\
         | renewed | together | spread |\n\
         | --- | ---: | ---: |\n",
    );
    for (strategy, name) in STRATEGIES {
        let [together, spread] =
            [SECOND, strategy.period(HOUR)].map(|spread| rounded(limit::most_carried(strategy, spread, HOUR)));
        let _ = writeln!(page, "| {name} | {together} | {spread} |");
    }
    page
}

/// To two digits, where there are more: it is a draw.
fn rounded(n: u64) -> String {
    let mut unit = 1;
    while n / unit >= 100 {
        unit *= 10;
    }
    grouped(n / unit * unit)
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
