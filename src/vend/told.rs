//! What a body says about expiry.

use super::date;
use super::find::Field;
use crate::codec::json::{Kind, Malformed, Number, Reader};

/// Above this a count is one of milliseconds: as seconds it would lie beyond the year 5000.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;
/// The longest life that is taken for one, in milliseconds: ten years.
const LONGEST_LIFE_MS: i64 = 3_653 * 86_400_000;

/// What was said, and by which of the names that may say it.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    pub(super) expiry: Expiry,
    /// The name's place in the list of names; the first one counts.
    order: u8,
}

/// When a token expires, so far as a body tells.
#[derive(Clone, Copy, Default)]
pub(super) enum Expiry {
    /// No word, or that it never does.
    #[default]
    Nothing,
    /// A zero, a negative number, a date without a time: something, but no time.
    Unclear,
    /// So many milliseconds from now.
    In(i64),
    /// At this time, in milliseconds since the epoch.
    At(i64),
}

impl Told {
    /// Reads a field's value: a count since 1970 or, for a life, from now; the same in a string; a date; or the SDK's object
    /// `{_doesExpire, validUntil}`.
    pub(super) fn read(reader: &mut Reader<'_>, life: bool, order: u8) -> Result<Told, Malformed> {
        let expiry = match reader.kind()? {
            Kind::Number => of_number(reader.number()?, life),
            Kind::String => of_text(&reader.string()?, life),
            Kind::Object => return Ok(Told { order, ..of_object(reader)? }),
            Kind::Array => {
                reader.skip()?;
                Expiry::Unclear
            }
            // `false` for 'does not expire' is as good as null.
            Kind::Null | Kind::Bool => {
                reader.skip()?;
                Expiry::Nothing
            }
        };
        Ok(Told { expiry, order })
    }

    /// Takes another field's word where it is a better one: any time before none, and the earlier name before the later.
    pub(super) fn improve(&mut self, other: Told) {
        let rank = |told: &Told| match told.expiry {
            Expiry::At(_) | Expiry::In(_) => (0, told.order),
            Expiry::Unclear => (1, 0),
            Expiry::Nothing => (2, 0),
        };
        if rank(&other) < rank(self) {
            *self = other;
        }
    }
}

fn of_number(number: Number, life: bool) -> Expiry {
    let ms = number.scaled(3);
    let expiry = match ms {
        Some(ms) if life => Some(Expiry::In(ms)).filter(|_| (1..=LONGEST_LIFE_MS).contains(&ms)),
        // Seconds or milliseconds, told apart by their size.
        Some(ms) => sane(if ms / 1000 >= FIRST_MILLISECONDS { ms / 1000 } else { ms }),
        None => None,
    };
    expiry.unwrap_or(Expiry::Unclear)
}

fn of_text(text: &str, life: bool) -> Expiry {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Expiry::Nothing;
    }
    let mut reader = Reader::new(text);
    if let Ok(number) = reader.number()
        && reader.end().is_ok()
    {
        return of_number(number, life);
    }
    let date = if life { None } else { date::parse(text) };
    date.and_then(sane).unwrap_or(Expiry::Unclear)
}

fn sane(at: i64) -> Option<Expiry> {
    date::is_sane(at).then_some(Expiry::At(at))
}

/// What the SDK's `ExpiresAt` becomes in JSON.
fn of_object(reader: &mut Reader<'_>) -> Result<Told, Malformed> {
    let mut told = Told { expiry: Expiry::Unclear, order: 0 };
    let mut never = false;
    reader.object(|reader, name| match (Field::of(name), reader.kind()?) {
        (Field::Expiry(order), Kind::Number | Kind::String) => {
            told.improve(Told::read(reader, false, order)?);
            Ok(())
        }
        (Field::DoesExpire, Kind::Bool) => {
            never |= !reader.boolean()?;
            Ok(())
        }
        _ => reader.skip(),
    })?;
    Ok(if never { Told::default() } else { told })
}
