//! Scopes across the boundary.

use super::face;
use crate::codec::json::write_string;
use crate::scope::{Action, Grant, ScopeError, TokenScope, allows, covers, write_list};
use alloc::{string::String, vec::Vec};
use wasm_bindgen::prelude::wasm_bindgen;

/// All that is done with scopes: one function with a `job`, since each export weighs more than its name. `grants` are a list of what
/// the package wrote (or base64, to decode), `limit` is how many permissions there may be; what a job does not need is ignored.
#[wasm_bindgen]
pub fn scope(job: &str, grants: &str, action: &str, limit: u32) -> String {
    run(job, grants, action, limit as usize).unwrap_or_else(|error| face::error(error.code(), &error.message()))
}

fn run(job: &str, grants: &str, action: &str, limit: usize) -> Result<String, ScopeError> {
    if job == "decode" {
        return Ok(Grant::decode(grants)?.to_package());
    }
    let grants = Grant::list_from_package(grants)?;
    if job == "merge" {
        let scopes = grants.into_iter().map(|grant| match grant {
            Grant::Scope(scope) => Ok(scope),
            Grant::SuperUser => Err(no_scope()),
        });
        return Ok(TokenScope::merge(scopes.collect::<Result<Vec<_>, _>>()?, limit)?.to_package());
    }
    answer(job, &grants, action, limit)
}

fn answer(job: &str, grants: &[Grant], action: &str, limit: usize) -> Result<String, ScopeError> {
    let mut out = String::new();
    let yes = match (job, grants) {
        ("allows", [granted]) => allows(granted, &Action::from_json(action)?),
        ("covers", [granted, Grant::Scope(requested)]) => covers(granted, requested),
        ("describe", [grant]) => {
            write_list(&mut out, &grant.describe(), |out, sentence| write_string(out, sentence));
            return Ok(out);
        }
        (_, [Grant::Scope(scope)]) => {
            scope.check_limit(limit)?;
            if job == "parse" {
                return Ok(scope.to_package());
            }
            write_string(&mut out, &scope.encode());
            return Ok(out);
        }
        _ => return Err(no_scope()),
    };
    Ok(String::from(if yes { "true" } else { "false" }))
}

/// A super-user where only a scope makes sense.
fn no_scope() -> ScopeError {
    ScopeError::new("ERR_SCOPE_INVALID", "expected an object, found a string")
}
