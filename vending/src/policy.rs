//! What a client gets of what it asked for.

use axum::http::StatusCode;
use momento_token_wasm::scope::{Grant, TokenScope, covers};

use crate::ask::Ask;
use crate::issuer::Order;
use crate::problem::Problem;

/// The most any client gets. A service that knows its users would have one policy a user (see the README).
pub(crate) struct Policy {
    /// The widest scope.
    pub(crate) scope: TokenScope,
    /// The longest life in seconds.
    pub(crate) ttl: u32,
}

impl Policy {
    /// Grants as asked, or less where a shorter life does no harm; never more, and a scope wholly or not at all:
    /// a client with half its permissions would fail later and less clearly.
    pub(crate) fn grant(&self, ask: Ask) -> Result<Order, Problem> {
        let scope = match ask.scope {
            Some(scope) => self.covered(scope)?,
            None => self.scope.clone(),
        };
        let ttl = ask.expires_in.map_or(self.ttl, |asked| self.clamp(asked));
        Ok(Order { scope, ttl, token_id: ask.token_id })
    }

    /// A life within the bound.
    pub(crate) fn clamp(&self, seconds: u64) -> u32 {
        u32::try_from(seconds).unwrap_or(u32::MAX).min(self.ttl)
    }

    fn covered(&self, asked: TokenScope) -> Result<TokenScope, Problem> {
        let granted = Grant::Scope(self.scope.clone());
        if covers(&granted, &asked) {
            return Ok(asked);
        }
        let beyond: Vec<String> = asked
            .permissions()
            .iter()
            .filter_map(|permission| TokenScope::new(vec![permission.clone()]).ok())
            .filter(|permission| !covers(&granted, permission))
            .flat_map(|permission| permission.describe())
            .collect();
        let message = format!("this service does not grant: {}", beyond.join(" "));
        Err(Problem::new(StatusCode::FORBIDDEN, "scope_not_covered", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: &str = r#"{"role":"readonly","cache":"demo","item":{"keyPrefix":"public-"}}"#;
    const READ_LESS: &str = r#"{"role":"readonly","cache":"demo","item":{"keyPrefix":"public-1-"}}"#;
    const READ_ALL: &str = r#"{"role":"readonly","cache":"demo"}"#;
    const SUBSCRIBE: &str = r#"{"role":"subscribeonly","cache":"demo","topic":"news"}"#;

    fn scope(permissions: &[&str]) -> TokenScope {
        TokenScope::from_json(&format!(r#"{{"permissions":[{}]}}"#, permissions.join(","))).unwrap()
    }

    fn policy() -> Policy {
        Policy { scope: scope(&[READ, SUBSCRIBE]), ttl: 300 }
    }

    fn wants(permissions: &[&str]) -> Ask {
        Ask { scope: Some(scope(permissions)), ..Ask::default() }
    }

    #[test]
    fn what_is_not_asked_is_as_configured() {
        let order = policy().grant(Ask::default()).ok().unwrap();
        assert_eq!((order.scope, order.ttl, order.token_id), (scope(&[READ, SUBSCRIBE]), 300, None));
    }

    #[test]
    fn a_narrower_scope_is_granted_as_asked() {
        for narrower in [&[READ][..], &[READ_LESS], &[SUBSCRIBE, READ_LESS]] {
            assert_eq!(policy().grant(wants(narrower)).ok().unwrap().scope, scope(narrower));
        }
    }

    #[test]
    fn a_wider_scope_is_refused_and_named() {
        let problem = policy().grant(wants(&[SUBSCRIBE, READ_ALL])).err().unwrap();
        let told = format!("{problem:?}");
        let (beyond, within) = (&scope(&[READ_ALL]).describe()[0], &scope(&[SUBSCRIBE]).describe()[0]);
        assert!(told.contains(&format!("{beyond:?}").trim_matches('"').to_owned()), "{told}");
        assert!(!told.contains(&format!("{within:?}").trim_matches('"').to_owned()), "{told}");
    }

    #[test]
    fn a_longer_life_is_shortened() {
        for (asked, given) in [(1, 1), (300, 300), (301, 300), (u64::MAX, 300)] {
            assert_eq!(policy().clamp(asked), given);
        }
    }
}
