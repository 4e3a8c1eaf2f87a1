//! Refresh tokens: each is good for one more token like the one it came with, and for the next refresh token.
//!
//! What a client holds is random and means nothing but here. Whatever the issuer needs to renew a token stays in this
//! process, which also means that another instance, or this one after a restart, knows none of them: clients then ask
//! as they did at first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use momento_token_wasm::scope::{Grant, TokenScope, covers};
use sha2::{Digest, Sha256};

use crate::ask::Ask;
use crate::issuer::{Order, Renewal};
use crate::problem::Problem;

/// So many are held at once; then the oldest go. Whoever asks for tokens makes entries here, so there is a bound.
const MOST: usize = 100_000;

/// What is kept of a refresh token: enough to know it again, and too little to make it.
type Id = [u8; 32];

/// The refresh tokens given out and not yet used.
pub(crate) struct Refreshes {
    life: Duration,
    most: usize,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    entries: HashMap<Id, Entry>,
    /// Oldest first; those used up are in here until their time comes.
    ages: VecDeque<(Id, Instant)>,
}

/// What a refresh token stands for. Without `Debug`, as it holds what renews a token.
pub(crate) struct Entry {
    /// The order of the first token, which all further ones repeat.
    pub(crate) order: Order,
    /// What the issuer wants to see.
    pub(crate) renewal: Renewal,
    expires_at: Instant,
}

impl Refreshes {
    /// Refresh tokens that live so long.
    pub(crate) fn new(life: Duration) -> Self {
        Self { life, most: MOST, held: Mutex::default() }
    }

    /// A new one.
    pub(crate) fn issue(&self, order: Order, renewal: Renewal, now: Instant) -> Result<String, Problem> {
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|_| Problem::internal())?;
        let token = URL_SAFE_NO_PAD.encode(random);
        self.keep(id(&token), Entry { order, renewal, expires_at: now + self.life }, now);
        Ok(token)
    }

    /// Takes what a refresh token stands for, which ends it, whether or not it suits what else is asked: one that is
    /// shown for another user's token has been stolen.
    pub(crate) fn take(&self, token: &str, ask: &Ask, now: Instant) -> Result<Entry, Problem> {
        let entry = self.lock().entries.remove(&id(token));
        entry.filter(|entry| entry.expires_at > now && entry.suits(ask)).ok_or_else(invalid)
    }

    /// Takes it back as if it had not been used: the issuer could not be reached.
    pub(crate) fn put_back(&self, token: &str, entry: Entry, now: Instant) {
        self.keep(id(token), entry, now);
    }

    fn keep(&self, id: Id, entry: Entry, now: Instant) {
        let mut held = self.lock();
        held.ages.push_back((id, entry.expires_at));
        held.entries.insert(id, entry);
        while let Some((oldest, expires_at)) = held.ages.front().copied() {
            if expires_at > now && held.ages.len() <= self.most {
                break;
            }
            held.ages.pop_front();
            held.entries.remove(&oldest);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// It is the same user's, and for the same scope; what is not said is as it was.
    fn suits(&self, ask: &Ask) -> bool {
        let same = |asked: &TokenScope| {
            let held = &self.order.scope;
            covers(&Grant::Scope(held.clone()), asked) && covers(&Grant::Scope(asked.clone()), held)
        };
        ask.scope.as_ref().is_none_or(same) && (ask.token_id.is_none() || ask.token_id == self.order.token_id)
    }
}

/// The answer to a refresh token that is none, or none any more. A client asks without it then.
pub(crate) fn invalid() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "refresh_token_invalid",
        "expected an unused refresh token of this service, for the same tokenId and scope; ask for a token without it",
    )
}

fn id(token: &str) -> Id {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: &str = r#"{"permissions":[{"role":"readonly","cache":"demo"}]}"#;
    const READ_LESS: &str = r#"{"permissions":[{"role":"readonly","cache":"demo","item":{"keyPrefix":"public-"}}]}"#;

    fn scope(json: &str) -> TokenScope {
        TokenScope::from_json(json).unwrap()
    }

    fn refreshes() -> Refreshes {
        Refreshes::new(Duration::from_secs(100))
    }

    impl Refreshes {
        fn give(&self, now: Instant) -> String {
            let order = Order { scope: scope(READ), ttl: 60, token_id: Some("ann".into()) };
            self.issue(order, Renewal::Again, now).unwrap()
        }

        fn takes(&self, token: &str, now: Instant) -> bool {
            self.take(token, &Ask::default(), now).is_ok()
        }
    }

    #[test]
    fn each_is_good_once() {
        let (refreshes, now) = (refreshes(), Instant::now());
        let (first, second) = (refreshes.give(now), refreshes.give(now));
        assert_ne!(first, second);
        assert_eq!(first.len(), 43);
        assert!(refreshes.takes(&first, now) && !refreshes.takes(&first, now));
        assert!(refreshes.takes(&second, now));
        for wrong in ["", "ann", &"A".repeat(43)] {
            assert!(!refreshes.takes(wrong, now), "{wrong}");
        }
    }

    #[test]
    fn it_ends_with_its_time() {
        let (refreshes, now) = (refreshes(), Instant::now());
        let (early, late) = (refreshes.give(now), refreshes.give(now));
        assert!(refreshes.takes(&early, now + Duration::from_secs(99)));
        assert!(!refreshes.takes(&late, now + Duration::from_secs(100)));
    }

    #[test]
    fn it_is_for_one_user_and_one_scope_and_ends_when_shown_for_another() {
        let (refreshes, now) = (refreshes(), Instant::now());
        let all = r#"{"permissions":[{"role":"readonly","cache":"demo","item":{"all":"items"}}]}"#;
        for same in [
            Ask::default(),
            Ask { token_id: Some("ann".into()), scope: Some(scope(READ)), ..Ask::default() },
            Ask { scope: Some(scope(all)), expires_in: Some(7), ..Ask::default() },
        ] {
            let entry = refreshes.take(&refreshes.give(now), &same, now).ok().unwrap();
            assert_eq!(
                (entry.order.scope, entry.order.ttl, entry.order.token_id.as_deref()),
                (scope(READ), 60, Some("ann"))
            );
        }
        for other in [
            Ask { token_id: Some("bob".into()), ..Ask::default() },
            Ask { scope: Some(scope(READ_LESS)), ..Ask::default() },
        ] {
            let token = refreshes.give(now);
            assert!(refreshes.take(&token, &other, now).is_err());
            assert!(!refreshes.takes(&token, now));
        }
    }

    #[test]
    fn it_can_be_given_back() {
        let (refreshes, now) = (refreshes(), Instant::now());
        let token = refreshes.give(now);
        let entry = refreshes.take(&token, &Ask::default(), now).ok().unwrap();
        refreshes.put_back(&token, entry, now);
        assert!(!refreshes.takes(&token, now + Duration::from_secs(100)));
        assert!(!refreshes.takes(&token, now));
    }

    #[test]
    fn only_so_many_are_held() {
        let (refreshes, now) = (Refreshes { most: 3, ..refreshes() }, Instant::now());
        let tokens: Vec<_> = (0..5).map(|_| refreshes.give(now)).collect();
        let held: Vec<bool> = tokens.iter().map(|token| refreshes.takes(token, now)).collect();
        assert_eq!(held, [false, false, true, true, true]);
        // What has expired makes room by itself.
        let last = refreshes.give(now + Duration::from_secs(200));
        assert_eq!(refreshes.lock().ages.len(), 1);
        assert!(refreshes.takes(&last, now + Duration::from_secs(201)));
    }
}
