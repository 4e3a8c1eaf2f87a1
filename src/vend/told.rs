//! What a body says about expiry.

use super::date;
use super::once::{bare, between};
use crate::codec::json::{Number, Reader};

/// Above this a count is one of milliseconds: as seconds it would lie beyond the year 5000.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;
/// The longest life that is taken for one, in milliseconds: ten years.
const LONGEST_LIFE_MS: i64 = 3_653 * 86_400_000;

/// When a token expires, so far as a body tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    /// The lower, the better: any time before none, and the first name of the list before the others.
    rank: u32,
    /// Since the epoch; of a life, from now, it is what is below zero. Of no meaning where that is no time.
    ms: i64,
}

/// No word, or that it never does.
pub(super) const NOTHING: Told = Told { rank: u32::MAX, ms: 0 };
/// A zero, a negative number, a date without a time: something, but no time.
pub(super) const UNCLEAR: Told = Told { rank: u32::MAX - 1, ms: 0 };

impl Told {
    /// Takes another field's word where it is a better one. That one's `name` is of this place in the list.
    pub(super) fn improve(&mut self, other: Told, name: u32) {
        let rank = if other.rank < UNCLEAR.rank { name } else { other.rank };
        if rank < self.rank {
            *self = Told { rank, ..other };
        }
    }

    /// How long the token lives (ms), where that is what was said.
    #[cfg_attr(not(all(target_arch = "wasm32", feature = "js")), allow(dead_code, reason = "only the refresher asks"))]
    pub(super) fn length(self) -> Option<i64> {
        (self.rank < UNCLEAR.rank && self.ms < 0).then(|| -self.ms)
    }

    /// When it expires (ms since the epoch), where that is what was said.
    #[cfg_attr(not(all(target_arch = "wasm32", feature = "js")), allow(dead_code, reason = "only the refresher asks"))]
    pub(super) fn expiry(self) -> Option<i64> {
        (self.rank < UNCLEAR.rank && self.ms > 0).then_some(self.ms)
    }

    /// The time in milliseconds since the epoch, if it is one.
    pub(super) fn at(self, now: i64) -> Option<i64> {
        (self.rank < UNCLEAR.rank).then(|| if self.ms < 0 { between(self.ms, now) } else { self.ms })
    }
}

#[inline(never)]
pub(super) fn of_number(number: Number, life: bool) -> Told {
    // What does not fit is as good as none.
    let ms = number.scaled(3).unwrap_or_default();
    if life {
        return if (1..=LONGEST_LIFE_MS).contains(&ms) { Told { rank: 0, ms: -ms } } else { UNCLEAR };
    }
    // Seconds or milliseconds, told apart by their size.
    let seconds = ms / 1000;
    of_time(if seconds >= FIRST_MILLISECONDS { seconds } else { ms })
}

#[inline(never)]
pub(super) fn of_text(text: &str, life: bool) -> Told {
    let text = bare(text);
    if text.is_empty() {
        return NOTHING;
    }
    let mut reader = Reader::new(text);
    match reader.number() {
        Ok(number) if reader.end().is_ok() => of_number(number, life),
        _ if life => UNCLEAR,
        _ => of_time(date::parse(text).unwrap_or_default()),
    }
}

fn of_time(at: i64) -> Told {
    if date::is_sane(at) { Told { rank: 0, ms: at } } else { UNCLEAR }
}
