//! Scopes across the boundary.

use super::block::{HEAD, hand_over, of_error};
use crate::codec::{
    block::Block,
    json::{Kind, Reader},
};
use crate::scope::{
    ANYTHING, Action, Parts, ScopeError, check_count, describe, is_allowed, read_scope, union, wire, within,
};
use alloc::{string::String, vec::Vec};
use wasm_bindgen::prelude::wasm_bindgen;

// The jobs, as the package numbers them (pkg-template/src/scope.ts). From `ALLOWS` on, the first grant may be a super-user.
const PARSE: u32 = 0;
const MERGE: u32 = 1;
const ENCODE: u32 = 2;
const DECODE: u32 = 3;
const ALLOWS: u32 = 4;
const COVERS: u32 = 5;

/// All that is done with scopes: one function with a `job`, since each export weighs more than its name. `input` is a list, as JSON, of
/// scopes and `"super-user"` (or base64, to decode), a line feed, and an action; `limit` is how many permissions there may be; what a job
/// does not need is ignored.
///
/// Gives where a [`Block`]'s table is: it has what a token's has of a scope (without permissions: a super-user), a number for yes and no,
/// or text, with a line for each sentence. An error has one number more: which of the grants was wrong, from 1; 0 where it was none of them
/// alone.
#[wasm_bindgen]
pub fn scope(input: Vec<u8>, filled: u32, job: u32, limit: u32) -> u32 {
    let text = input.get(..filled as usize).and_then(|input| core::str::from_utf8(input).ok());
    let (grants, action) = text.and_then(|text| text.rsplit_once('\n')).unwrap_or_default();
    let mut block = Block::new(0, HEAD);
    let mut grant = 0;
    if let Err(error) = run(&mut block, &mut grant, job, grants, action, limit as usize) {
        block = of_error(error.code(), &error.message());
        block.number(grant);
    }
    hand_over(block)
}

fn run(
    block: &mut Block,
    grant: &mut u32,
    job: u32,
    grants: &str,
    action: &str,
    limit: usize,
) -> Result<(), ScopeError> {
    let mut permissions = Vec::new();
    if job == DECODE {
        let bytes = wire::decode(grants)?;
        wire::read(&bytes, &mut |parts| permissions.push(parts))?;
        list(block, &permissions);
        return Ok(());
    }
    // The grants one after the other, which is the message of them all, and how many permissions there are in the first.
    let (mut explicit, mut first, mut super_user) = (Vec::new(), 0, false);
    Reader::new(grants).array(|reader| {
        *grant += 1;
        if job >= ALLOWS && *grant == 1 && reader.kind()? == Kind::String && reader.string()? == "super-user" {
            super_user = true;
            return Ok(());
        }
        let count = read_scope(reader, true, &mut explicit)?;
        if *grant == 1 {
            first = count;
        }
        Ok::<_, ScopeError>(())
    })?;
    *grant = 0;
    wire::read_explicit(&explicit, &mut |parts| permissions.push(parts))?;
    let (granted, requested) = permissions.split_at_checked(first).unwrap_or_default();
    let yes = match job {
        PARSE | MERGE | ENCODE => {
            if job == MERGE {
                permissions = union(&permissions, limit);
            }
            check_count(permissions.len(), limit)?;
            if job == ENCODE {
                block.push(wire::encode(&explicit).as_bytes());
            } else {
                list(block, &permissions);
            }
            return Ok(());
        }
        ALLOWS => {
            let action = Action::from_json(action)?;
            super_user || is_allowed(granted, &action)
        }
        COVERS => super_user || within(granted, requested),
        _ => {
            let mut sentences = String::new();
            if super_user {
                sentences.push_str(ANYTHING);
            }
            for parts in &permissions {
                if !sentences.is_empty() {
                    sentences.push('\n');
                }
                describe(&mut sentences, parts);
            }
            block.push(sentences.as_bytes());
            return Ok(());
        }
    };
    block.number(yes.into());
    Ok(())
}

/// How many permissions, and each.
fn list(block: &mut Block, permissions: &[Parts<'_>]) {
    block.number(permissions.len() as u32);
    for parts in permissions {
        block.permission(parts);
    }
}
