//! What a response states about its token's expiry.

use super::date;
use super::field::Field;
use super::text::is_blank;
use crate::codec::json::{Json, Number, Object, parse};

/// A number at or above this is in milliseconds: as seconds it would be beyond the year 5000.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;
/// The longest plausible lifetime, in milliseconds: ten years.
const MAX_LIFETIME_MS: i64 = 3_653 * 86_400_000;

/// A token's expiry as stated in one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    /// At this time, in milliseconds since the epoch.
    At(i64),
    /// This many milliseconds from now; above zero.
    After(i64),
    /// Not a time: a zero, a negative number, a date without a time.
    Unclear,
}

impl Expiry {
    /// Reads a field's value: a number, a number or date as text, or the SDK's object `{_doesExpire, validUntil}`.
    /// `None` if it states nothing, or that the token never expires.
    pub(super) fn of_field(field: Field, value: &Json) -> Option<Self> {
        match value {
            Json::Object(object) => Self::of_object(object),
            Json::Array(_) => Some(Expiry::Unclear),
            _ => Self::of_scalar(field, value),
        }
    }

    /// Reads the SDK's object for an expiry.
    fn of_object(object: &Object) -> Option<Self> {
        let mut best = None;
        for (name, value) in object.iter() {
            let field = Field::from_name(name);
            if field == Field::DoesExpire && matches!(value, Json::Bool(false)) {
                return None;
            }
            if field.is_expiry() || field.is_lifetime() {
                Stated::improve(&mut best, field, Self::of_scalar(field, value));
            }
        }
        Some(best.map_or(Expiry::Unclear, |stated: Stated| stated.expiry))
    }

    /// `false` means that the token does not expire, like `null`.
    fn of_scalar(field: Field, value: &Json) -> Option<Self> {
        match value {
            Json::Number(number) => Some(Self::of_number(field, *number)),
            Json::String(text) if !is_blank(text) => Some(match parse(text.trim_ascii()) {
                Ok(Json::Number(number)) => Self::of_number(field, number),
                _ if field.is_lifetime() => Expiry::Unclear,
                _ => date::parse(text).map_or(Expiry::Unclear, Self::at),
            }),
            _ => None,
        }
    }

    fn of_number(field: Field, number: Number) -> Self {
        let Some(ms) = number.scaled(3) else { return Expiry::Unclear };
        if field.is_lifetime() {
            return if (1..=MAX_LIFETIME_MS).contains(&ms) { Expiry::After(ms) } else { Expiry::Unclear };
        }
        // Services use seconds or milliseconds, distinguished by their size.
        let seconds = ms / 1000;
        Self::at(if seconds >= FIRST_MILLISECONDS { seconds } else { ms })
    }

    fn at(ms: i64) -> Self {
        if date::is_plausible(ms) { Expiry::At(ms) } else { Expiry::Unclear }
    }

    /// The time in milliseconds since the epoch, if there is one; a lifetime counts from `now`.
    pub(super) fn resolve(self, now: i64) -> Option<i64> {
        match self {
            Expiry::At(ms) => Some(ms),
            Expiry::After(ms) => Some(now.saturating_add(ms)),
            Expiry::Unclear => None,
        }
    }
}

/// An expiry and the field that states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stated {
    pub(super) field: Field,
    pub(super) expiry: Expiry,
}

impl Stated {
    /// Keeps the better of two statements: a valid time first, then the preferred field.
    pub(super) fn improve(best: &mut Option<Stated>, field: Field, expiry: Option<Expiry>) {
        let rank = |stated: &Stated| (stated.expiry == Expiry::Unclear, stated.field);
        let Some(stated) = expiry.map(|expiry| Stated { field, expiry }) else { return };
        if best.is_none_or(|best| rank(&stated) < rank(&best)) {
            *best = Some(stated);
        }
    }
}
