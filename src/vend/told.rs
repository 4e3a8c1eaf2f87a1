//! What a body says about expiry.

use super::date;
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
    pub(super) says: Says,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// No word, or that it never does.
    Nothing,
    /// A zero, a negative number, a date without a time: something, but no time.
    Unclear,
    /// So many milliseconds from now.
    In(i64),
    /// At this time, in milliseconds since the epoch.
    At(i64),
}

pub(super) const NOTHING: Told = Told { rank: u32::MAX, says: Says::Nothing };
pub(super) const UNCLEAR: Told = Told { rank: u32::MAX - 1, says: Says::Unclear };

impl Default for Told {
    fn default() -> Self {
        NOTHING
    }
}

impl Told {
    /// Takes another field's word where it is a better one. That one's `name` is of this place in the list.
    pub(super) fn improve(&mut self, other: Told, name: u32) {
        let rank = if other.rank < UNCLEAR.rank { name } else { other.rank };
        if rank < self.rank {
            *self = Told { rank, ..other };
        }
    }
}

/// A time, unless it is none.
fn time(says: Says, sane: bool) -> Told {
    if sane { Told { rank: 0, says } } else { UNCLEAR }
}

#[inline(never)]
pub(super) fn of_number(number: Number, life: bool) -> Told {
    // What does not fit is as good as none.
    let ms = number.scaled(3).unwrap_or_default();
    if life {
        return time(Says::In(ms), (1..=LONGEST_LIFE_MS).contains(&ms));
    }
    // Seconds or milliseconds, told apart by their size.
    let seconds = ms / 1000;
    of_time(if seconds >= FIRST_MILLISECONDS { seconds } else { ms })
}

pub(super) fn of_text(text: &str, life: bool) -> Told {
    let text = text.trim_ascii();
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
    time(Says::At(at), date::is_sane(at))
}
