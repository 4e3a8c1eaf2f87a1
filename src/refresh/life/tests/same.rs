//! The same token served again, or sent by siblings.

use super::*;

#[test]
fn repeated_token_keeps_its_earlier_end() {
    // A copy of the answer, to a client that is slow: by its `Date` the life begins anew.
    let copy = dated(20 * SECOND, 0);
    let mut client = Client::ahead(-HOUR);
    assert_eq!(client.judge(0, copy), good(19 * SECOND - LOSS));
    assert_eq!(client.judge(14 * SECOND, copy), good(5 * SECOND - LOSS));
    // A sooner one counts.
    assert_eq!(client.judge(14 * SECOND, dated(20 * SECOND, 17 * SECOND)), good(2 * SECOND - LOSS));
    // Another token is not concerned.
    assert_eq!(client.judge(14 * SECOND, dated(40 * SECOND, 0)), good(39 * SECOND - LOSS));
}

#[test]
fn live_answer_extends_a_passed_end() {
    let copy = dated(20 * SECOND, 0);
    let mut client = Client::ahead(-HOUR);
    client.judge(0, copy);
    // The same `Date`: uncertain once, then refused.
    assert_eq!(client.judge(19 * SECOND, copy), UNCERTAIN);
    assert_eq!(client.judge(22 * SECOND, copy), Verdict::Expired);
    // Another, or none that can be read.
    for (live, life) in [(dated(20 * SECOND, 15 * SECOND), 4 * SECOND), (ends(20 * SECOND), HOUR + SECOND)] {
        let mut client = Client::ahead(-HOUR);
        client.judge(0, copy);
        assert_eq!(client.judge(19 * SECOND, live), good(life - LOSS));
        assert!(client.extended);
    }
}

#[test]
fn equal_date_means_copy() {
    // The host's clock is set back, and shows once more what it showed when the end was reckoned.
    let mut client = Client::ahead(-HOUR);
    client.judge(0, dated(20 * SECOND, 0));
    client.judge(5 * SECOND, dated(20 * SECOND, -10 * SECOND));
    assert_eq!(client.judge(19 * SECOND, dated(20 * SECOND, 0)), good(19 * SECOND - LOSS));
}

#[test]
fn token_without_exp_keeps_its_end() {
    let copy = Answer { stated_life: Some(20 * SECOND), date: Some(NOW), ..Answer::default() };
    let mut client = Client::default();
    assert_eq!(client.judge(0, copy), good(20 * SECOND - LOSS));
    assert_eq!(client.judge(20 * SECOND, copy), UNCERTAIN);
    assert_eq!(client.judge(24 * SECOND, copy), Verdict::Expired);
}

#[test]
fn live_answer_does_not_extend_a_future_end() {
    let mut client = Client::ahead(-HOUR);
    client.judge(0, dated(20 * SECOND, 0));
    assert_eq!(client.judge(10 * SECOND, dated(20 * SECOND, -5 * SECOND)), good(9 * SECOND - LOSS));
    assert!(!client.extended);
}

#[test]
fn end_from_length_moves_with_each_answer() {
    let asked = |date: Option<i64>| Answer { requested_life: Some(MINUTE), date, ..ends(HOUR) };
    let mut client = Client::default();
    assert_eq!(client.judge(0, asked(None)), good(MINUTE - LOSS));
    assert_eq!(client.judge(40 * SECOND, asked(None)), good(MINUTE - LOSS));
    assert!(client.extended);
    // But not with a copy.
    let mut client = Client::default();
    let copy = asked(Some(NOW - 26 * HOUR));
    assert_eq!(client.judge(0, copy), good(MINUTE - LOSS));
    assert_eq!(client.judge(40 * SECOND, copy), good(20 * SECOND - LOSS));
}

#[test]
fn confirmed_answer_moves_an_end() {
    // Held by the clock of a client that is a minute fast until that says it has ended; then two live answers prove it
    // wrong.
    let served = |at: i64| dated(2 * MINUTE, at);
    let mut client = Client::ahead(MINUTE);
    assert_eq!(client.judge(0, served(0)), good(MINUTE - LOSS));
    let end = MINUTE - LOSS;
    assert_eq!(client.judge(end, served(59_000)), uncertain(5_700));
    let again = end + 6_000;
    assert_eq!(client.judge(again, served(65_000)), good(2 * MINUTE - 66 * SECOND - LOSS));
    assert!(client.extended);
}

#[test]
fn confirmed_answer_moves_a_future_end() {
    let served = |at: i64| dated(5 * MINUTE, at);
    let mut client = Client::ahead(HOUR);
    client.lives.sibling_token(served(0).token_hash, Some(NOW), Lifetime::Millis(MINUTE), false, 0);
    assert_eq!(client.judge(0, served(0)), UNCERTAIN);
    assert_eq!(client.judge(3_000, served(3_000)), good(5 * MINUTE - 4 * SECOND - LOSS));
    assert!(client.extended);
}

#[test]
fn ends_are_forgotten_when_the_clock_is_set() {
    let copy = dated(20 * SECOND, 0);
    let mut client = Client::ahead(-HOUR);
    client.judge(0, copy);
    client.lives.forget();
    assert_eq!(client.judge(14 * SECOND, copy), good(19 * SECOND - LOSS));
}

#[test]
fn remembers_a_bounded_number_of_tokens() {
    let mut client = Client::ahead(-HOUR);
    let copy = |n: i64| dated(HOUR + n * SECOND, n * SECOND);
    for n in 0..257 {
        client.judge(0, copy(n));
    }
    assert_eq!(client.judge(MINUTE, copy(1)), good(59 * MINUTE - SECOND - LOSS), "remembered");
    assert_eq!(client.judge(MINUTE, copy(0)), good(HOUR - SECOND - LOSS), "no more");
}

#[test]
fn sibling_end_counts_like_any_other() {
    let mut client = Client::ahead(-HOUR);
    let first = client.lives.sibling_token(20_000, Some(NOW), Lifetime::Millis(10 * SECOND), false, 0);
    assert_eq!(first, Lifetime::Millis(10 * SECOND));
    assert_eq!(client.lives.date(20_000), Some(NOW));
    assert_eq!(client.judge(SECOND, dated(20 * SECOND, 0)), good(9 * SECOND));
    // A later one is not taken over, unless the sibling had one itself and extended it; an earlier one is, unless by a
    // few seconds.
    let mut sibling = |life: Lifetime, extended| client.lives.sibling_token(20_000, Some(NOW), life, extended, 0);
    let millis = Lifetime::Millis;
    assert_eq!(sibling(millis(15 * SECOND), false), millis(10 * SECOND));
    assert_eq!(sibling(millis(15 * SECOND), true), millis(15 * SECOND));
    assert_eq!(sibling(millis(10 * SECOND), false), millis(15 * SECOND));
    assert_eq!(sibling(millis(9_999), false), millis(9_999));
    // A token that has expired, or never does, says nothing about its end.
    assert_eq!(sibling(Lifetime::ZERO, false), Lifetime::ZERO);
    assert_eq!(sibling(Lifetime::Forever, false), Lifetime::Forever);
    assert_eq!(sibling(millis(9_999), false), millis(9_999));
}
