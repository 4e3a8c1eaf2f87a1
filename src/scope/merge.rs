//! The union of scopes.

use super::error::ScopeError;
use super::model::{Permission, TokenScope};
use super::parts::Parts;

impl TokenScope {
    /// The union, in the order written; exact duplicates are dropped, and nothing else: whether a permission is wholly
    /// within another is [`covers`](super::covers)' business, and what was written stays readable.
    ///
    /// # Errors
    /// `ERR_SCOPE_LIMIT` where the union has more than `limit` permissions; `ERR_SCOPE_INVALID` where it has none.
    pub fn merge(scopes: impl IntoIterator<Item = TokenScope>, limit: usize) -> Result<TokenScope, ScopeError> {
        let scopes: Vec<TokenScope> = scopes.into_iter().collect();
        let mut union = Vec::new();
        for parts in scopes.iter().flat_map(TokenScope::parts) {
            if is_new(&union, &parts, limit) {
                union.push(parts);
            }
        }
        TokenScope::with_limit(union.into_iter().map(Permission::from).collect(), limit)
    }
}

/// Is it not in the union? One beyond the limit is enough: it is an error anyhow, and looking each up in an ever longer
/// list would take ever longer.
pub(crate) fn is_new(union: &[Parts<'_>], parts: &Parts<'_>, limit: usize) -> bool {
    // Two that name the same in the same way are alike.
    let is_same = |other: &Parts<'_>| {
        (other.role, other.selects) == (parts.role, parts.selects) && other.contains(parts) && parts.contains(other)
    };
    union.len() <= limit && !union.iter().any(is_same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::MAX_PERMISSIONS;

    fn scope(caches: &[&str]) -> TokenScope {
        let permissions: Vec<_> =
            caches.iter().map(|cache| format!(r#"{{"role":"readonly","cache":"{cache}"}}"#)).collect();
        TokenScope::from_json(&format!(r#"{{"permissions":[{}]}}"#, permissions.join(","))).unwrap()
    }

    #[test]
    fn keeps_order_and_drops_duplicates() {
        let merged = TokenScope::merge([scope(&["b", "a"]), scope(&["a", "c", "c"])], MAX_PERMISSIONS);
        assert_eq!(merged, Ok(scope(&["b", "a", "c"])));
    }

    #[test]
    fn the_limit_counts_the_union() {
        let parts = || [scope(&["a", "b"]), scope(&["b", "c"])];
        assert!(TokenScope::merge(parts(), 3).is_ok());
        assert_eq!(TokenScope::merge(parts(), 2).unwrap_err().code(), "ERR_SCOPE_LIMIT");
        assert_eq!(TokenScope::merge([], 3).unwrap_err().code(), "ERR_SCOPE_INVALID");
    }
}
