//! A limit of our own below the account's: 429 from here costs nothing, while running into Momento's own limit costs
//! the whole account its next mints.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(1);

/// So many in any one second: a sliding window, as a bucket would let twice the number through at its edge.
pub(super) struct Limit {
    most: usize,
    taken: Mutex<VecDeque<Instant>>,
}

impl Limit {
    pub(super) fn per_second(most: u16) -> Self {
        Self { most: most.into(), taken: Mutex::new(VecDeque::with_capacity(most.into())) }
    }

    /// Takes one, or says how long until there is one.
    pub(super) fn take(&self, now: Instant) -> Result<(), Duration> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while taken.front().is_some_and(|at| now.saturating_duration_since(*at) >= WINDOW) {
            taken.pop_front();
        }
        match taken.front() {
            Some(oldest) if taken.len() >= self.most => Err(WINDOW - now.saturating_duration_since(*oldest)),
            _ => {
                taken.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn lets_so_many_through_in_any_second() {
        let (limit, start) = (Limit::per_second(2), Instant::now());
        let take = |at| limit.take(start + ms(at));
        assert_eq!(take(0), Ok(()));
        assert_eq!(take(900), Ok(()));
        assert_eq!(take(950), Err(ms(50)));
        assert_eq!(take(999), Err(ms(1)));
        assert_eq!(take(1000), Ok(()));
        // The second of 900 still counts: no burst at the edge of a window.
        assert_eq!(take(1001), Err(ms(899)));
        assert_eq!(take(1900), Ok(()));
    }

    #[test]
    fn refusals_do_not_count() {
        let (limit, start) = (Limit::per_second(1), Instant::now());
        assert_eq!(limit.take(start), Ok(()));
        for at in 1..1000 {
            assert!(limit.take(start + ms(at)).is_err());
        }
        assert_eq!(limit.take(start + ms(1000)), Ok(()));
    }
}
