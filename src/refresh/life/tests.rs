//! Tests of single rules, each at the limit of its tolerance. `tests/sim` tests them in combination.

mod same;

use super::*;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const LOSS: i64 = 350;

/// When all this happens, by the clock of Momento (ms since the epoch, a whole second).
const NOW: i64 = 1_800_000_000_000;

/// One request after another, by a client whose wall clock may be off. Times are milliseconds since [`NOW`].
#[derive(Default)]
struct Client {
    lives: Lives,
    ahead: i64,
    /// How long a request takes.
    takes: i64,
    /// Whether the end of the last token was moved to a later time.
    extended: bool,
}

impl Client {
    fn ahead(ahead: i64) -> Self {
        Client { ahead, ..Client::default() }
    }

    /// Judges an answer received at `t`. Sets `self.extended` if an end was extended.
    fn judge(&mut self, t: i64, answer: Answer) -> Verdict {
        let timed = TimedAnswer { answer, sent: t - self.takes, received: t, repeated: false };
        match self.lives.judge(timed, NOW + t + self.ahead) {
            Verdict::Good { life, extended } => {
                self.extended = extended;
                Verdict::Good { life, extended: false }
            }
            verdict => verdict,
        }
    }
}

/// A token that ends at `end`; the answer says nothing else.
fn ends(end: i64) -> Answer {
    Answer { token_hash: end.unsigned_abs(), expires_at: Some(NOW + end), ..Answer::default() }
}

/// The answer's `Date` as well.
fn dated(end: i64, date: i64) -> Answer {
    Answer { date: Some(NOW + date), ..ends(end) }
}

/// And how long the token lives.
fn known(life: i64, answer: Answer) -> Answer {
    Answer { stated_life: Some(life), ..answer }
}

fn first(ahead: i64, answer: Answer) -> Verdict {
    Client::ahead(ahead).judge(0, answer)
}

const fn good(life: i64) -> Verdict {
    Verdict::Good { life: Lifetime::Millis(life), extended: false }
}

const fn uncertain(wait: i64) -> Verdict {
    Verdict::Uncertain { wait }
}

const UNCERTAIN: Verdict = uncertain(3_000);

// ── rule 1 ──────────────────────────────────────────────────────────────────────────────────────

#[test]
fn without_exp_uses_length_then_date_then_wall_clock() {
    let bare = Answer { stated_expiry: Some(NOW + MINUTE), date: Some(NOW), ..Answer::default() };
    let cases = [
        (Answer { stated_life: Some(HOUR), ..bare }, HOUR - LOSS),
        (bare, MINUTE - SECOND - LOSS),
        (Answer { date: None, ..bare }, MINUTE - 10 * SECOND - LOSS),
    ];
    for (answer, life) in cases {
        assert_eq!(first(10 * SECOND, answer), good(life), "{answer:?}");
    }
    // If both clocks agree, the wall clock counts, unless it is behind.
    for (ahead, left) in [(6_000, 54_000), (6_001, 59_000), (0, 60_000), (-1, 59_000)] {
        assert_eq!(first(ahead, bare), good(left - LOSS), "{ahead}");
    }
    assert_eq!(first(0, Answer::default()), Verdict::Good { life: Lifetime::Forever, extended: false });
    assert_eq!(first(0, Answer { stated_life: Some(LOSS), ..bare }), Verdict::Expired);
    // The length counts from when the answer was generated, which may be as early as the request.
    let mut slow = Client { takes: 2 * SECOND, ..Client::default() };
    assert_eq!(slow.judge(0, Answer { stated_life: Some(HOUR), ..bare }), good(HOUR - 2 * SECOND - LOSS));
    assert_eq!(slow.judge(0, bare), good(MINUTE - LOSS));
    slow.ahead = HOUR;
    slow.lives.forget();
    assert_eq!(slow.judge(0, bare), good(MINUTE - 3 * SECOND - LOSS));
}

#[test]
fn without_exp_a_possibly_expired_token_is_uncertain() {
    let soon = Answer { stated_expiry: Some(NOW + SECOND), date: Some(NOW), ..Answer::default() };
    assert_eq!(first(100, soon), good(900 - LOSS), "the wall clock tells");
    let mut client = Client::ahead(-HOUR);
    assert_eq!(client.judge(0, soon), UNCERTAIN);
    assert_eq!(client.judge(0, soon), good(SECOND - LOSS));
    assert_eq!(first(-HOUR, Answer { stated_expiry: Some(NOW + LOSS), ..soon }), Verdict::Expired);
}

// ── rule 2 ──────────────────────────────────────────────────────────────────────────────────────

#[test]
fn clocks_agree_within_five_seconds() {
    // A remaining life that exceeds the known life by more than a minute shows whether the wall clock is trusted.
    let answer = known(MINUTE, dated(10 * MINUTE, 0));
    let mut client = Client { takes: 2 * SECOND, ..Client::ahead(0) };
    client.ahead = 8 * SECOND;
    assert_eq!(client.judge(0, answer), good(10 * MINUTE - 8 * SECOND - LOSS), "D1 + 5 s");
    client.ahead += 1;
    client.lives.forget();
    assert_eq!(client.judge(0, answer), good(MINUTE - LOSS), "beyond that rule 5");
    client.lives.forget();
    client.ahead = -5 * SECOND;
    assert_eq!(client.judge(0, answer), good(10 * MINUTE - 3 * SECOND - LOSS), "D0 - 5 s: the shorter, by date");
    client.lives.forget();
    client.ahead -= 1;
    assert_eq!(client.judge(0, answer), good(MINUTE - LOSS), "beyond that rule 5");
}

#[test]
fn agreeing_wall_clock_counts_unless_behind() {
    assert_eq!(first(0, dated(MINUTE, 0)), good(MINUTE - LOSS));
    assert_eq!(first(-1, dated(MINUTE, 0)), good(MINUTE - SECOND - LOSS));
    // If no life is left by the host's clock, the wall clock counts after a confirming request.
    let mut client = Client::ahead(-1);
    assert_eq!(client.judge(0, dated(SECOND, 0)), UNCERTAIN);
    assert_eq!(client.judge(0, dated(SECOND, 0)), good(SECOND - LOSS));
}

#[test]
fn token_expired_on_arrival_is_refused_at_once() {
    assert_eq!(first(0, dated(LOSS, 0)), Verdict::Expired);
    assert_eq!(first(0, dated(LOSS - 4_999, 0)), Verdict::Expired);
    // A little later, the host or a clock may be wrong.
    assert_eq!(first(0, known(MINUTE, dated(LOSS - 5_000, 0))), UNCERTAIN);
    assert_eq!(first(0, known(MINUTE, dated(LOSS - 4_999, 0))), Verdict::Expired);
}

// ── rules 3 to 5 ────────────────────────────────────────────────────────────────────────────────

#[test]
fn shorter_of_two_plausible_lives_counts() {
    assert_eq!(first(MINUTE, dated(5 * MINUTE, 0)), good(4 * MINUTE - LOSS));
    assert_eq!(first(-MINUTE, dated(5 * MINUTE, 0)), good(5 * MINUTE - SECOND - LOSS));
}

#[test]
fn age_is_added_to_date() {
    let answer = Answer { age: MINUTE, ..dated(5 * MINUTE, -MINUTE) };
    assert_eq!(first(-HOUR, answer), good(5 * MINUTE - SECOND - LOSS));
    assert_eq!(first(-HOUR, Answer { age: -MINUTE, ..dated(5 * MINUTE, 0) }), good(5 * MINUTE - SECOND - LOSS));
}

#[test]
fn life_is_plausible_up_to_a_minute_over() {
    let life = 10 * MINUTE;
    // By the wall clock: a slow client, without `Date`.
    let answer = known(life, ends(life));
    assert_eq!(first(-MINUTE - LOSS, answer), good(life + MINUTE));
    assert_eq!(first(-MINUTE - LOSS - 1, answer), good(life - LOSS), "rule 5");
    // By `Date`: a slow host, and a right client. Where it is plausible the shorter counts, and that is the client's;
    // so the client is slower still.
    let date = |ago: i64| known(life, dated(life, -ago));
    assert_eq!(first(-HOUR, date(MINUTE)), good(life + MINUTE - SECOND - LOSS));
    assert_eq!(first(-HOUR, date(MINUTE + SECOND)), good(life + MINUTE - LOSS));
    assert_eq!(first(-HOUR, date(MINUTE + 2 * SECOND)), good(life - LOSS), "not plausible");
}

#[test]
fn unknown_life_counts_as_25_hours_less_a_minute() {
    let day = 25 * HOUR;
    assert_eq!(first(0, ends(day + LOSS)), good(day));
    assert_eq!(first(0, ends(day + LOSS + 1)), good(day - MINUTE - LOSS));
    assert_eq!(first(-HOUR, dated(day + LOSS + SECOND, 0)), good(day));
    assert_eq!(first(-HOUR, dated(day + LOSS + SECOND + 1, 0)), good(day - MINUTE - LOSS));
    // Long-lived keys are held for as long, and by clocks that agree to their end.
    assert_eq!(first(0, dated(90 * 24 * HOUR, 0)), good(90 * 24 * HOUR - LOSS));
}

#[test]
fn life_is_the_shorter_known_one_or_the_requested_one() {
    let claims = |iat: i64| Answer { issued_at: Some(NOW + iat), ..ends(MINUTE) };
    let slow = |answer| first(-HOUR, answer);
    assert_eq!(slow(claims(0)), good(MINUTE - LOSS));
    assert_eq!(slow(Answer { stated_life: Some(30 * SECOND), ..claims(0) }), good(30 * SECOND - LOSS));
    assert_eq!(slow(Answer { stated_life: Some(HOUR), ..claims(0) }), good(MINUTE - LOSS));
    assert_eq!(slow(Answer { requested_life: Some(20 * SECOND), ..claims(0) }), good(MINUTE - LOSS), "known");
    assert_eq!(slow(Answer { requested_life: Some(20 * SECOND), ..ends(MINUTE) }), good(20 * SECOND - LOSS));
    // Zero is not a length.
    assert_eq!(slow(Answer { stated_life: Some(0), ..claims(MINUTE) }), good(HOUR + MINUTE - LOSS));
}

#[test]
fn requested_life_does_not_overrule_date() {
    // Ten minutes were asked for, and an hour granted; the client is two hours slow.
    let granted = Answer { requested_life: Some(10 * MINUTE), ..dated(HOUR, 0) };
    assert_eq!(first(-2 * HOUR, granted), good(HOUR - SECOND - LOSS));
}

#[test]
fn uses_the_client_clock_if_only_it_is_plausible() {
    // The host's clock is an hour ahead; or it is a copy of an old answer.
    assert_eq!(first(0, known(10 * MINUTE, dated(10 * MINUTE, HOUR))), good(10 * MINUTE - LOSS));
    assert_eq!(first(0, known(10 * MINUTE, dated(8 * MINUTE, -HOUR))), good(8 * MINUTE - LOSS));
}

#[test]
fn implausible_life_is_capped_by_the_wall_clock() {
    // 90 s are left by the wall clock, of a life of 20 s; by `Date` it is dead.
    let answer = known(20 * SECOND, dated(0, MINUTE));
    assert_eq!(first(-90 * SECOND, answer), good(20 * SECOND - LOSS));
    let long = known(HOUR, dated(HOUR, -MINUTE));
    assert_eq!(first(-62 * SECOND, long), good(HOUR + MINUTE - SECOND - LOSS));
}

// ── in doubt ────────────────────────────────────────────────────────────────────────────────────

#[test]
fn possible_expiry_on_the_way_is_uncertain() {
    // By `Date` between 0.65 s and nothing are left.
    let answer = dated(SECOND, 0);
    let mut client = Client { takes: SECOND, ..Client::ahead(-HOUR) };
    assert_eq!(client.judge(0, answer), UNCERTAIN);
    assert_eq!(client.judge(4_000, dated(5_000, 4_000)), good(SECOND - LOSS));
    // A wall clock within those bounds tells.
    for (ahead, valid) in [(0, true), (7 * SECOND, false), (-1, false)] {
        let mut client = Client { takes: SECOND, ..Client::ahead(ahead) };
        assert_eq!(client.judge(0, answer) == good(SECOND - LOSS), valid, "{ahead}");
    }
    // Without any life left by `Date`, `Date` does not count.
    assert_eq!(first(-HOUR, known(MINUTE, dated(LOSS, 0))), good(MINUTE - LOSS), "rule 5, without `Date`");
}

// ── rules 6 to 8 ────────────────────────────────────────────────────────────────────────────────

/// A client that is an hour fast, with an uncertain answer received at 0.
fn fast(answer: Answer, takes: i64) -> Client {
    let mut client = Client { takes, ..Client::ahead(HOUR) };
    assert_eq!(client.judge(0, answer), UNCERTAIN);
    client
}

#[test]
fn advancing_date_proves_answers_live() {
    // Sent at -500 and received at 0; then sent at 3000 and received at 3500: from 3000 to 4000, and 1200 more either
    // way.
    for (moved, proved) in [(0, false), (1_799, false), (1_800, true), (3_500, true), (5_200, true), (5_201, false)] {
        let mut client = fast(dated(5 * MINUTE, 0), 500);
        let verdict = client.judge(3_500, dated(5 * MINUTE + 1, moved));
        let life = 5 * MINUTE + 1 - moved - 1_500 - LOSS;
        let expected = if proved { good(life) } else { Verdict::Expired };
        assert_eq!(verdict, expected, "{moved}");
    }
}

#[test]
fn cached_copy_with_age_proves_nothing() {
    for (age, expected) in [(0, good(5 * MINUTE - 4 * SECOND - LOSS)), (SECOND, Verdict::Expired)] {
        let mut client = fast(dated(5 * MINUTE, 0), 0);
        let answer = Answer { age, ..dated(5 * MINUTE, 3 * SECOND - age) };
        assert_eq!(client.judge(3_000, answer), expected);
    }
}

#[test]
fn new_tokens_of_known_life_confirm_each_other() {
    let issued = |at: i64| known(5 * MINUTE, ends(at + 5 * MINUTE));
    for (moved, proved) in [(0, false), (1_799, false), (1_800, true), (5_200, true), (5_201, false)] {
        let mut client = fast(issued(0), 500);
        let expected = if proved { good(5 * MINUTE - 500 - LOSS) } else { Verdict::Expired };
        assert_eq!(client.judge(3_500, issued(moved)), expected, "{moved}");
    }
    // Without a known life nothing can be confirmed, so there is no other request.
    assert_eq!(first(HOUR, ends(5 * MINUTE)), Verdict::Expired);
    // A requested life suffices if `Date` cannot be read.
    let asked = |at: i64| Answer { requested_life: Some(5 * MINUTE), ..ends(at + 5 * MINUTE) };
    assert_eq!(fast(asked(0), 0).judge(3_000, asked(3_000)), good(5 * MINUTE - LOSS));
    // Nothing would be left of a life as short as that.
    let short = |at: i64| known(LOSS, ends(at));
    assert_eq!(fast(short(0), 0).judge(3_000, short(3_000)), Verdict::Expired);
}

#[test]
fn new_tokens_confirm_although_the_host_clock_was_set() {
    let answer = |at: i64, date: i64| known(5 * MINUTE, dated(at + 5 * MINUTE, date));
    let mut client = fast(answer(0, -2 * MINUTE), 0);
    assert_eq!(client.judge(3_000, answer(3_000, 3_000)), good(5 * MINUTE - SECOND - LOSS), "the shorter");
    // A cache that tells its age is no host.
    let mut client = fast(answer(0, -2 * MINUTE), 0);
    let copy = Answer { age: SECOND, ..answer(3_000, 3_000) };
    assert_eq!(client.judge(3_000, copy), Verdict::Expired);
}

#[test]
fn new_tokens_confirm_although_expired_by_date() {
    // The host is as far ahead as the token lives: by its clock between nothing and a second are left.
    let answer = |at: i64| known(5 * MINUTE, dated(at + 5 * MINUTE, at + 5 * MINUTE - SECOND));
    let mut client = fast(answer(0), 0);
    assert_eq!(client.judge(3_000, answer(3_000)), good(5 * MINUTE - LOSS));
}

#[test]
fn confirmed_offset_is_kept_until_implausible() {
    let proved = |answer: fn(i64) -> Answer| {
        let mut client = fast(answer(0), 0);
        assert!(matches!(client.judge(3_000, answer(3_000)), Verdict::Good { .. }));
        client
    };
    let by_date = |at: i64| dated(at + 5 * MINUTE, at);
    let by_length = |at: i64| known(5 * MINUTE, ends(at + 5 * MINUTE));
    // The next answer is not uncertain.
    assert_eq!(proved(by_date).judge(MINUTE, by_date(MINUTE)), good(5 * MINUTE - SECOND - LOSS));
    assert_eq!(proved(by_length).judge(MINUTE, by_length(MINUTE)), good(5 * MINUTE - LOSS));
    // The clock was set.
    let mut client = proved(by_date);
    client.lives.forget();
    assert_eq!(client.judge(MINUTE, by_date(MINUTE)), UNCERTAIN);
    // The offset leads to an implausible life, so it is not used.
    let mut client = proved(by_length);
    client.ahead = 0;
    assert_eq!(client.judge(MINUTE, by_length(MINUTE)), good(5 * MINUTE - LOSS));
    assert_eq!(client.lives.offset, None);
    // Refused.
    let mut client = proved(by_date);
    let copy = dated(0, -HOUR);
    assert_eq!(client.judge(MINUTE, copy), uncertain(3_000));
    assert_eq!(client.judge(MINUTE + 4_000, copy), Verdict::Expired);
    assert_eq!(client.judge(2 * MINUTE, by_date(2 * MINUTE)), UNCERTAIN);
    // By the offset the token expired in transit, but the offset may be wrong.
    let mut client = proved(by_date);
    assert_eq!(client.judge(MINUTE, known(5 * MINUTE, dated(MINUTE, MINUTE))), UNCERTAIN);
    // The offset does not decide whether a token expired in transit.
    let mut client = proved(by_length);
    client.takes = SECOND;
    let soon = |at: i64| dated(at + SECOND, at);
    assert_eq!(client.judge(MINUTE, soon(MINUTE)), UNCERTAIN);
    assert_eq!(client.judge(MINUTE + 4_000, soon(MINUTE + 4_000)), Verdict::Expired);
    // Unless each token is new: then it has its whole life, but no more than is left by the offset.
    let host_ahead = |at: i64| known(5 * MINUTE, dated(at + 5 * MINUTE, at + 5 * MINUTE - 3 * SECOND));
    for (proof, left) in [(by_length as fn(i64) -> Answer, 5 * MINUTE - SECOND), (host_ahead, 2 * SECOND)] {
        let mut client = proved(proof);
        client.takes = SECOND;
        let new = |at: i64| known(5 * MINUTE, dated(at + 5 * MINUTE, at + 5 * MINUTE - SECOND));
        assert_eq!(client.judge(MINUTE, new(MINUTE)), UNCERTAIN);
        assert_eq!(client.judge(MINUTE + 4_000, new(MINUTE + 4_000)), good(left - LOSS));
    }
    // The offset is no more accurate than `Date`, so the shorter life counts.
    let mut client = proved(by_length);
    assert_eq!(client.judge(MINUTE, by_date(MINUTE)), good(5 * MINUTE - SECOND - LOSS));
}

#[test]
fn uncertain_answer_is_remembered_for_a_minute() {
    for (sent, expected) in [(60_000, good(5 * MINUTE - SECOND - LOSS)), (60_001, UNCERTAIN)] {
        let mut client = fast(dated(5 * MINUTE, 0), 0);
        assert_eq!(client.judge(sent, dated(sent + 5 * MINUTE, sent)), expected, "{sent}");
    }
    let mut client = fast(dated(5 * MINUTE, 0), 0);
    client.lives.forget_uncertain();
    assert_eq!(client.judge(3_000, dated(5 * MINUTE, 3_000)), UNCERTAIN, "a sibling had a token");
}

#[test]
fn clock_within_five_seconds_is_not_taken_for_fast() {
    // Its clock is 4.5 s fast, the host's a minute slow, and the same token is served until it ends.
    let served = |at: i64| dated(0, at - MINUTE);
    let mut client = Client::ahead(4_500);
    // 4.4 s before its end it looks dead. It is asked again when a clock that is right to within 5 s shows it dead for
    // certain.
    assert_eq!(client.judge(-4_400, served(-4_400)), uncertain(5_250));
    assert_eq!(client.judge(-400, served(-400)), uncertain(3_000), "too soon");
    // A token that is still served had not expired: the client's clock is wrong.
    assert!(matches!(client.judge(3_600, served(3_600)), Verdict::Good { .. }));
    // At the very edge.
    for (second, expected) in [(499, false), (500, true)] {
        let mut client = Client::ahead(4_500);
        client.judge(-4_400, served(-4_400));
        assert_eq!(matches!(client.judge(second, served(second)), Verdict::Good { .. }), expected, "{second}");
    }
    // Another token is proof enough, unless the first one had been served before: then this one may be a copy as well.
    let mut client = Client::ahead(4_500);
    client.judge(-10_000, served(-10_000));
    client.judge(-4_400, served(-4_400));
    assert_eq!(client.judge(-400, dated(1, -MINUTE - 400)), uncertain(3_000));
    let mut client = Client::ahead(4_500);
    client.judge(-4_400, served(-4_400));
    assert!(matches!(client.judge(-400, dated(1, -MINUTE - 400)), Verdict::Good { .. }));
}

#[test]
fn slow_answer_does_not_make_clocks_agree() {
    // The client is slow, and its page was frozen until the token had ended.
    for (takes, expected) in [(10_000, good(7 * SECOND - LOSS)), (10_001, UNCERTAIN)] {
        let mut client = Client { takes, ..Client::ahead(-7 * SECOND) };
        assert_eq!(client.judge(0, dated(0, -SECOND - takes)), expected, "{takes}");
    }
    // Nor is it believed beyond what the answer says.
    for (takes, life) in [(10_000, 67 * SECOND), (10_001, MINUTE)] {
        let mut client = Client { takes, ..Client::ahead(-7 * SECOND) };
        assert_eq!(client.judge(0, dated(MINUTE, -SECOND - takes)), good(life - LOSS), "{takes}");
    }
}

#[test]
fn answer_slower_than_ten_seconds_proves_nothing() {
    for (takes, next, expected) in
        [(10_000, 0, good(5 * MINUTE - SECOND - LOSS)), (10_001, 0, UNCERTAIN), (0, 10_001, Verdict::Expired)]
    {
        let mut client = fast(dated(5 * MINUTE, 0), takes);
        client.takes = next;
        assert_eq!(client.judge(3_000 + next, dated(3_000 + 5 * MINUTE, 3_000)), expected, "{takes}, then {next}");
    }
}
