//! Scopes across the boundary.

use super::block::{HEAD, hand_over, of_error, put_permission};
use crate::codec::{
    block::Block,
    json::{Json, Object, parse},
};
use crate::scope::{Grant, ScopeError, TokenScope, allows, covers, read_action, read_scope};
use wasm_bindgen::prelude::wasm_bindgen;

// The jobs, as the package numbers them (pkg-template/src/scope.ts); 0 is to parse. From `ALLOWS` on, the first grant
// may be a super-user.
const MERGE: u32 = 1;
const ENCODE: u32 = 2;
const DECODE: u32 = 3;
const ALLOWS: u32 = 4;
const COVERS: u32 = 5;
const DESCRIBE: u32 = 6;

/// All that is done with scopes: one function with a `job`, since each export weighs more than its name. `input` is
/// a list of scopes and `"super-user"` as JSON, and for `ALLOWS` an action behind them; to decode, base64.
/// `limit` is how many permissions there may be; what a job does not need is ignored.
///
/// Gives where a [`Block`]'s table is: it has what a token's has of a scope (without permissions: a super-user), a
/// number for yes and no, or text, with a line for each sentence. An error has one number more: which of the scopes was
/// wrong, from 1; 0 where it was none of them alone.
#[wasm_bindgen]
pub fn scope(input: Vec<u8>, filled: u32, job: u32, limit: u32) -> u32 {
    let text = input.get(..filled as usize).and_then(|input| std::str::from_utf8(input).ok());
    let mut wrong = 0;
    hand_over(run(text.unwrap_or_default(), job, limit as usize, &mut wrong).unwrap_or_else(|error| {
        let mut block = of_error(error.code(), &error.message());
        block.number(wrong);
        block
    }))
}

fn run(text: &str, job: u32, limit: usize, wrong: &mut u32) -> Result<Block, ScopeError> {
    let mut block = Block::new(0, HEAD);
    if job == DECODE {
        put_grant(&mut block, &Grant::decode(text)?);
        return Ok(block);
    }
    let Json::Array(mut values) = parse(text)? else { return Ok(block) };
    let action = if job == ALLOWS { values.pop() } else { None };
    let mut grants = Vec::new();
    for value in values {
        *wrong += 1;
        let is_super_user = job >= ALLOWS && value.as_str().is_some();
        grants.push(if is_super_user { Grant::SuperUser } else { Grant::Scope(read_scope(&with_bytes(value))?) });
    }
    *wrong = 0;
    match (job, &grants[..]) {
        (ALLOWS, [grant]) => {
            let action = read_action(&with_bytes(action.unwrap_or(Json::Null)))?;
            block.number(allows(grant, &action).into());
        }
        (COVERS, [granted, Grant::Scope(requested)]) => block.number(covers(granted, requested).into()),
        (DESCRIBE, [grant]) => {
            for sentence in grant.describe() {
                block.push(sentence.as_bytes());
                block.push(b"\n");
            }
        }
        (ENCODE, [Grant::Scope(scope)]) => {
            scope.check_limit(limit)?;
            block.push(scope.encode().as_bytes());
        }
        _ => {
            let scopes: Vec<TokenScope> = grants
                .into_iter()
                .filter_map(|grant| match grant {
                    Grant::Scope(scope) => Some(scope),
                    Grant::SuperUser => None,
                })
                .collect();
            let scope = match <[TokenScope; 1]>::try_from(scopes) {
                Ok([scope]) if job != MERGE => {
                    scope.check_limit(limit)?;
                    scope
                }
                Ok(one) => TokenScope::merge(one, limit)?,
                Err(scopes) => TokenScope::merge(scopes, limit)?,
            };
            put_grant(&mut block, &Grant::Scope(scope));
        }
    }
    Ok(block)
}

/// How many permissions there are, none for a super-user, and then each of them.
fn put_grant(block: &mut Block, grant: &Grant) {
    let permissions = match grant {
        Grant::SuperUser => &[],
        Grant::Scope(scope) => scope.permissions(),
    };
    block.number(permissions.len() as u32);
    for permission in permissions {
        put_permission(block, permission);
    }
}

/// The package writes a `Uint8Array` as a list of numbers, and writes no other lists of numbers.
fn with_bytes(value: Json) -> Json {
    match value {
        Json::Array(values) => {
            let byte = |value: &Json| match value {
                Json::Number(number) => number.scaled(0).and_then(|number| u8::try_from(number).ok()),
                _ => None,
            };
            match values.iter().map(byte).collect::<Option<Vec<u8>>>() {
                Some(bytes) if !bytes.is_empty() => Json::Bytes(bytes),
                _ => Json::Array(values.into_iter().map(with_bytes).collect()),
            }
        }
        Json::Object(fields) => {
            let mut object = Object::default();
            for (name, value) in fields.iter() {
                object.push(name.into(), with_bytes(value.clone()));
            }
            Json::Object(object)
        }
        value => value,
    }
}
