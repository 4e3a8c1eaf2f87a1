//! The remaining life of a token.

/// How long a token remains valid.
///
/// Ordered by length: [`Forever`](Lifetime::Forever) is longer than any number of milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lifetime {
    /// This many milliseconds; expired if zero or less.
    Millis(i64),
    /// It never expires.
    Forever,
}

impl Lifetime {
    /// No life left: the token has expired, or there is none.
    pub const ZERO: Lifetime = Lifetime::Millis(0);

    /// The life in milliseconds; `None` if it is unlimited.
    pub fn millis(self) -> Option<i64> {
        match self {
            Lifetime::Millis(ms) => Some(ms),
            Lifetime::Forever => None,
        }
    }

    /// Converts from JavaScript, where an unlimited life is `Infinity` milliseconds.
    #[cfg(all(target_arch = "wasm32", feature = "source"))]
    pub(crate) fn from_js(ms: f64) -> Self {
        if ms == f64::INFINITY { Lifetime::Forever } else { Lifetime::Millis(ms as i64) }
    }

    /// Converts to JavaScript, where an unlimited life is `Infinity` milliseconds.
    #[cfg(all(target_arch = "wasm32", feature = "source"))]
    pub(crate) fn to_js(self) -> f64 {
        self.millis().map_or(f64::INFINITY, |ms| ms as f64)
    }

    /// Shorter by `ms`.
    pub(crate) fn minus(self, ms: i64) -> Self {
        match self {
            Lifetime::Millis(left) => Lifetime::Millis(left.saturating_sub(ms)),
            Lifetime::Forever => Lifetime::Forever,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forever_is_longer_than_any_duration() {
        assert!(Lifetime::Forever > Lifetime::Millis(i64::MAX));
        assert!(Lifetime::Millis(2) > Lifetime::Millis(1));
        assert_eq!(Lifetime::Forever.minus(1), Lifetime::Forever);
        assert_eq!(Lifetime::Millis(i64::MIN).minus(1), Lifetime::Millis(i64::MIN));
    }
}
