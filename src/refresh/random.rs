//! Random times.

use fastrand::Rng;

/// A random time (ms) from `least` to `most`; `least` if the range is empty.
///
/// Not `Rng::i64`, which panics if the range is empty.
pub(super) fn between(rng: &mut Rng, least: i64, most: i64) -> i64 {
    let times = most.max(least) - least + 1;
    least + (rng.f64() * times as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_cover_the_range() {
        let mut rng = Rng::with_seed(1);
        let mut draws: Vec<_> = (0..1_000).map(|_| between(&mut rng, 5, 9)).collect();
        draws.sort_unstable();
        draws.dedup();
        assert_eq!(draws, [5, 6, 7, 8, 9]);
        assert_eq!(between(&mut rng, 3, 3), 3);
        assert_eq!(between(&mut rng, 3, i64::MIN / 2), 3);
    }

    #[test]
    fn draws_stay_within_a_long_range() {
        let mut rng = Rng::with_seed(2);
        let longest = 1 << 50;
        assert!((0..1_000).all(|_| (0..=longest).contains(&between(&mut rng, 0, longest))));
    }
}
