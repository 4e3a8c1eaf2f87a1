//! Decimal numbers.

/// Exponents are clamped to this, which is far beyond any number in use.
const MAX_EXPONENT: u64 = 1 << 30;

/// A JSON number, as its digits and a power of ten. Decimal, so that nothing is rounded as with a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    pub(super) negative: bool,
    /// At least the first 18 digits.
    pub(super) digits: u64,
    exponent: i32,
}

impl Number {
    pub(crate) const ZERO: Number = Number { negative: false, digits: 0, exponent: 0 };

    /// Appends a digit.
    pub(crate) fn push(&mut self, digit: u8) {
        if self.digits < u64::MAX / 16 {
            self.digits = self.digits * 10 + u64::from(digit);
        } else {
            // Further digits do not matter.
            self.exponent = self.exponent.saturating_add(1);
        }
    }

    /// Multiplies the number by a power of ten, or divides it.
    pub(crate) fn shift(&mut self, divide: bool, power: u64) {
        let power = power.min(MAX_EXPONENT) as i32;
        self.exponent = self.exponent.saturating_add(if divide { -power } else { power });
    }

    /// The number times 10 to the power of `places`, truncated; `None` if that does not fit. `1.5` with 3 places is
    /// 1500.
    pub(crate) fn scaled(self, places: i32) -> Option<i64> {
        let mut value = self.digits;
        let mut exponent = self.exponent.saturating_add(places);
        while exponent != 0 && value != 0 {
            if exponent > 0 {
                exponent -= 1;
                // Not `checked_mul`, which would use 128-bit arithmetic.
                if value > u64::MAX / 10 {
                    return None;
                }
                value *= 10;
            } else {
                exponent += 1;
                value /= 10;
            }
        }
        let value = i64::try_from(value).ok()?;
        Some(if self.negative { -value } else { value })
    }

    /// The power of ten just above the number: 1 for 5, 3 for 250, 0 for 0.1 and for 0.
    pub(super) fn magnitude(self) -> i32 {
        let (mut digits, mut magnitude) = (self.digits, self.exponent);
        if digits == 0 {
            return 0;
        }
        while digits != 0 {
            digits /= 10;
            magnitude = magnitude.saturating_add(1);
        }
        magnitude
    }
}
