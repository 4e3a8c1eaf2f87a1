//! Compares what was granted with what was requested.

use super::text::trim;
use crate::scope::{Grant, Permission, TokenScope, uncovered};
use crate::token::{Token, Warning};

/// A life longer than requested by more than this causes a warning, in milliseconds. A shorter one does not: services
/// may cache tokens and return them with the remaining life.
const LIFETIME_TOLERANCE_MS: i64 = 60_000;
/// The most permissions described in one warning.
const MAX_SENTENCES: usize = 3;

/// What was requested from the vending service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// What the token may do.
    pub scope: Option<TokenScope>,
    /// How long it lives, in milliseconds.
    pub expires_in: Option<i64>,
    /// Its claim `id`.
    pub token_id: Option<String>,
}

/// Adds a warning to the token for each property that differs from the request. `now` is in milliseconds since the
/// epoch.
pub(super) fn compare_all(token: &mut Token, asked: &Asked, now: i64) {
    if let Some(scope) = &asked.scope
        && let Some(warning) = compare(token, scope)
    {
        token.warn(warning);
    }
    if let Some(expires_at) = token.expires_at()
        && let Some(expires_in) = asked.expires_in
        && expires_at.saturating_sub(now).saturating_sub(expires_in) > LIFETIME_TOLERANCE_MS
    {
        token
            .warn(Warning { code: "WARN_EXPIRY_LONGER", message: "The token lives longer than was asked for.".into() });
    }
    // Some services trim white space.
    if let Some(id) = &asked.token_id
        && token.token_id().map(trim) != Some(trim(id))
    {
        token.warn(Warning {
            code: "WARN_TOKEN_ID",
            message: "The token does not carry the tokenId that was asked for.".into(),
        });
    }
}

/// Compares what the token permits with what was requested. `None` if they are equal, or if the token does not state
/// what it permits.
///
/// The warning is `WARN_SCOPE_WIDER`, `WARN_SCOPE_NARROWER` or, for both at once, `WARN_SCOPE_DIFFERS`. Its message
/// describes the differences.
pub fn compare(granted: &Token, asked: &TokenScope) -> Option<Warning> {
    let asked = asked.permissions();
    let (more, less) = match granted.grant()? {
        Grant::SuperUser => (Grant::SuperUser.describe(), Vec::new()),
        Grant::Scope(scope) => {
            (describe(uncovered(scope.permissions(), asked)), describe(uncovered(asked, scope.permissions())))
        }
    };
    let code = match (more.is_empty(), less.is_empty()) {
        (true, true) => return None,
        (false, true) => "WARN_SCOPE_WIDER",
        (true, false) => "WARN_SCOPE_NARROWER",
        (false, false) => "WARN_SCOPE_DIFFERS",
    };
    let mut message = String::new();
    add_sentences(&mut message, "The token permits more than was asked for:", &more);
    add_sentences(&mut message, "The token permits less than was asked for; it lacks:", &less);
    Some(Warning { code, message })
}

/// Appends the sentences, if there are any, after `front`.
fn add_sentences(message: &mut String, front: &str, sentences: &[String]) {
    if sentences.is_empty() {
        return;
    }
    for text in std::iter::once(front).chain(sentences.iter().map(String::as_str)) {
        if !message.is_empty() {
            message.push(' ');
        }
        message.push_str(text);
    }
}

/// A sentence for each permission, up to [`MAX_SENTENCES`].
fn describe<'a>(permissions: impl Iterator<Item = &'a Permission>) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut more = 0_usize;
    for permission in permissions {
        if sentences.len() < MAX_SENTENCES {
            sentences.push(permission.describe_for_log());
        } else {
            more += 1;
        }
    }
    if more > 0 {
        sentences.push(format!("And {more} more."));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::base64;
    use crate::token::{DecodeOptions, decode};
    use std::format;

    const NOW: i64 = 1_735_689_600_000;

    fn scope(permissions: &str) -> TokenScope {
        TokenScope::from_json(&format!(r#"{{"permissions":[{permissions}]}}"#)).unwrap()
    }

    fn token(claims: &str) -> Token {
        let payload = base64::encode(format!(r#"{{"ver":1,"exp":1735689900{claims}}}"#).as_bytes());
        decode(&format!("e30.{payload}.c2ln"), &DecodeOptions::default(), NOW).unwrap()
    }

    fn granted(permissions: &str) -> Token {
        token(&format!(r#","p":"{}""#, scope(permissions).encode()))
    }

    const CACHE: &str = r#"{"role":"readonly","cache":"a"}"#;
    const ITEMS: &str = r#"{"role":"readonly","cache":"a","item":{"keyPrefix":"u-"}}"#;
    const TOPIC: &str = r#"{"role":"subscribeonly","cache":"a","topic":"t"}"#;

    fn verdict(granted_permissions: &str, asked: &str) -> Option<(&'static str, String)> {
        compare(&granted(granted_permissions), &scope(asked)).map(|warning| (warning.code, warning.message))
    }

    #[test]
    fn requested_grant_gives_no_warning() {
        let two = format!("{ITEMS},{TOPIC}");
        assert_eq!(verdict(&two, &format!("{TOPIC},{ITEMS}")), None);
        // Written in another way, but the same actions.
        let all_items = r#"{"role":"readonly","cache":"a","item":{"all":"items"}}"#;
        assert_eq!(verdict(CACHE, &format!("{all_items},{ITEMS}")), None);
        let nothing = r#"{"role":"functionpermitnone","cache":"a","func":"f"}"#;
        assert_eq!(verdict(ITEMS, &format!("{ITEMS},{nothing}")), None);
    }

    #[test]
    fn warns_of_wider_and_narrower_grants() {
        let wider = "The token permits more than was asked for: Read all items in cache \"a\".";
        assert_eq!(verdict(CACHE, ITEMS), Some(("WARN_SCOPE_WIDER", wider.into())));
        let narrower = "The token permits less than was asked for; it lacks: Read all items in cache \"a\".";
        assert_eq!(verdict(ITEMS, CACHE), Some(("WARN_SCOPE_NARROWER", narrower.into())));
        let differs = "The token permits more than was asked for: Subscribe to topic \"t\" in cache \"a\". \
            The token permits less than was asked for; it lacks: Read items in cache \"a\" whose key starts with \"u-\".";
        assert_eq!(verdict(TOPIC, ITEMS), Some(("WARN_SCOPE_DIFFERS", differs.into())));
    }

    #[test]
    fn long_lists_are_truncated() {
        let topic = |index: u8| format!(r#"{{"role":"subscribeonly","cache":"a","topic":"t{index}"}}"#);
        let four = (0..4).map(topic).collect::<Vec<_>>().join(",");
        let (code, message) = verdict(&format!("{ITEMS},{four}"), ITEMS).unwrap();
        assert_eq!(code, "WARN_SCOPE_WIDER");
        assert!(message.ends_with("Subscribe to topic \"t2\" in cache \"a\". And 1 more."), "{message}");
        assert!(!message.contains("t3"), "{message}");
    }

    #[test]
    fn super_user_is_wider_than_any_scope() {
        let warning = compare(&token(r#","p":"CAA=""#), &scope(CACHE)).unwrap();
        assert_eq!(warning.code, "WARN_SCOPE_WIDER");
        assert!(warning.message.contains("super-user"), "{}", warning.message);
    }

    #[test]
    fn unknown_grant_is_not_compared() {
        assert_eq!(compare(&token(""), &scope(CACHE)), None);
        assert_eq!(compare(&token(r#","p":"////""#), &scope(CACHE)), None);
    }

    fn codes(asked: &Asked, claims: &str) -> Vec<&'static str> {
        let mut token = token(claims);
        let before = token.warnings().len();
        compare_all(&mut token, asked, NOW);
        token.warnings()[before..].iter().map(|warning| warning.code).collect()
    }

    #[test]
    fn warns_of_longer_life_only() {
        // The token has 300 s left.
        for (asked, expected) in [(300, &[][..]), (240, &[]), (239, &["WARN_EXPIRY_LONGER"]), (3600, &[])] {
            let asked = Asked { expires_in: Some(asked * 1000), ..Asked::default() };
            assert_eq!(codes(&asked, ""), expected);
        }
        let asked = Asked { expires_in: Some(i64::MIN), ..Asked::default() };
        assert_eq!(codes(&asked, ""), ["WARN_EXPIRY_LONGER"]);
    }

    #[test]
    fn warns_of_unexpected_token_id() {
        let asked = |id: &str| Asked { token_id: Some(id.into()), ..Asked::default() };
        for same in ["ann", " ann "] {
            assert_eq!(codes(&asked(same), r#","id":"ann""#), [""; 0]);
        }
        assert_eq!(codes(&asked("ann"), r#","id":"bob""#), ["WARN_TOKEN_ID"]);
        assert_eq!(codes(&asked("ann"), ""), ["WARN_TOKEN_ID"]);
        assert_eq!(codes(&Asked::default(), r#","id":"bob""#), [""; 0]);
    }
}
