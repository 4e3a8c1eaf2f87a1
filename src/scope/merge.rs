//! The union of scopes.

use super::error::ScopeError;
use super::model::{Permission, TokenScope};

impl TokenScope {
    /// The union, in the original order. Only exact duplicates are removed, not permissions that others cover (see
    /// [`covers`](super::covers)), so that the result stays readable.
    ///
    /// # Errors
    /// `ERR_SCOPE_LIMIT` if the union has more than `limit` permissions; `ERR_SCOPE_INVALID` if it has none.
    pub fn merge(scopes: impl IntoIterator<Item = TokenScope>, limit: usize) -> Result<TokenScope, ScopeError> {
        let mut union: Vec<Permission> = Vec::new();
        for scope in scopes {
            for permission in scope.into_permissions() {
                // One more than the limit is an error, so there is no need to compare with more.
                if union.len() <= limit && !union.contains(&permission) {
                    union.push(permission);
                }
            }
        }
        let scope = TokenScope::of_checked(union)?;
        scope.check_limit(limit)?;
        Ok(scope)
    }
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
    fn limit_applies_to_the_union() {
        let parts = || [scope(&["a", "b"]), scope(&["b", "c"])];
        assert!(TokenScope::merge(parts(), 3).is_ok());
        assert_eq!(TokenScope::merge(parts(), 2).unwrap_err().code(), "ERR_SCOPE_LIMIT");
        assert_eq!(TokenScope::merge([], 3).unwrap_err().code(), "ERR_SCOPE_INVALID");
    }
}
