//! The application's settings.

use std::fmt;

/// When a token is renewed and how long a request may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    pub(super) window: (f32, f32),
    pub(super) request_timeout: i64,
}

/// Why [`Policy::new`] rejected its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// The window is not a range with 0 < lo <= hi < 1.
    Window,
    /// The timeout is not between one second and ten minutes.
    RequestTimeout,
}

impl Policy {
    /// Creates a policy.
    ///
    /// `window` is a range of fractions of the life that a token has when it arrives. The token is renewed at a random
    /// time in that range. `request_timeout` is in milliseconds.
    ///
    /// # Errors
    ///
    /// [`PolicyError::Window`] unless 0 < lo <= hi < 1 (so also for NaN), and [`PolicyError::RequestTimeout`] unless 1
    /// s <= timeout <= 10 min.
    pub fn new(window: (f32, f32), request_timeout: i64) -> Result<Self, PolicyError> {
        let (lo, hi) = window;
        // Written so that NaN, for which every comparison is false, is rejected too.
        if !(lo > 0.0 && lo <= hi && hi < 1.0) {
            return Err(PolicyError::Window);
        }
        if !(1_000..=600_000).contains(&request_timeout) {
            return Err(PolicyError::RequestTimeout);
        }
        Ok(Policy { window, request_timeout })
    }

    /// The range of fractions of a token's initial life in which it is renewed.
    pub fn window(&self) -> (f32, f32) {
        self.window
    }

    /// How long a request may take, in milliseconds.
    pub fn request_timeout(&self) -> i64 {
        self.request_timeout
    }
}

impl Default for Policy {
    /// Renewal after 60 to 80 % of the life, and a request timeout of ten seconds.
    fn default() -> Self {
        Policy { window: (0.6, 0.8), request_timeout: 10_000 }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PolicyError::Window => "expected a refresh window of two shares with 0 < lo <= hi < 1; use [0.6, 0.8]",
            PolicyError::RequestTimeout => "expected a request timeout between 1 s and 10 min; use 10000 ms",
        })
    }
}

impl std::error::Error for PolicyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_policy_is_valid() {
        let Policy { window, request_timeout } = Policy::default();
        assert_eq!(Policy::new(window, request_timeout), Ok(Policy::default()));
    }

    #[test]
    fn rejects_windows_outside_the_life() {
        for window in [(0.5, 0.5), (f32::MIN_POSITIVE, 0.999)] {
            assert!(Policy::new(window, 10_000).is_ok(), "{window:?}");
        }
        let nan = f32::NAN;
        for window in
            [(0.0, 0.5), (-0.1, 0.5), (0.8, 0.6), (0.6, 1.0), (0.6, f32::INFINITY), (nan, 0.8), (0.6, nan), (nan, nan)]
        {
            let made = Policy::new(window, 10_000);
            assert_eq!(made, Err(PolicyError::Window), "{window:?}");
        }
    }

    #[test]
    fn rejects_timeouts_out_of_range() {
        for timeout in [1_000, 600_000] {
            assert!(Policy::new((0.6, 0.8), timeout).is_ok(), "{timeout}");
        }
        for timeout in [i64::MIN, -1, 0, 999, 600_001, i64::MAX] {
            let made = Policy::new((0.6, 0.8), timeout);
            assert_eq!(made, Err(PolicyError::RequestTimeout), "{timeout}");
        }
    }
}
