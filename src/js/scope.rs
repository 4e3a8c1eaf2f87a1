//! Scopes across the boundary.

use super::block::{HEAD, hand_over, of_error};
use crate::codec::{
    block::Block,
    json::{Kind, Reader},
};
use crate::scope::{
    ANYTHING, Parts, ScopeError, check_count, describe, is_allowed, is_new, read_action, read_scope, wire, within,
};
use alloc::{string::String, vec::Vec};
use wasm_bindgen::prelude::wasm_bindgen;

// The jobs, as the package numbers them (pkg-template/src/scope.ts); 0 is to parse. From `ALLOWS` on, the first grant may be a super-user.
const MERGE: u32 = 1;
const ENCODE: u32 = 2;
const DECODE: u32 = 3;
const ALLOWS: u32 = 4;
const COVERS: u32 = 5;
const DESCRIBE: u32 = 6;

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
    let block = Block::new(0, HEAD);
    let mut call = Call { block, explicit: Vec::new(), text: Vec::new(), count: 0, first: 0, super_user: false };
    if let Err(error) = call.run(job, grants, action, limit as usize) {
        call.block = of_error(error.code(), &error.message());
        call.block.number(call.count);
    }
    hand_over(call.block)
}

/// What a call owns.
struct Call {
    block: Block,
    /// The message `ExplicitPermissions` of all grants.
    explicit: Vec<u8>,
    text: Vec<u8>,
    /// Which grant is being read; 0 once all are.
    count: u32,
    /// How many permissions there are in the first.
    first: usize,
    /// Is the first one?
    super_user: bool,
}

impl Call {
    fn run(&mut self, job: u32, grants: &str, action: &str, limit: usize) -> Result<(), ScopeError> {
        if job == DECODE {
            self.explicit = wire::decode(grants)?;
        } else {
            self.read(job, grants)?;
        }
        let Call { block, explicit, text, first, .. } = self;
        let mut permissions = Vec::new();
        let merges = job == MERGE;
        let mut add = |parts| {
            if !merges || is_new(&permissions, &parts, limit) {
                permissions.push(parts);
            }
        };
        if job == DECODE {
            wire::read(explicit, &mut add)?;
        } else {
            wire::read_explicit(explicit, &mut add)?;
        }
        let (granted, requested) = permissions.split_at_checked(*first).unwrap_or_default();
        match job {
            ALLOWS | COVERS => {
                let yes = if job == COVERS {
                    within(granted, requested)
                } else {
                    is_allowed(granted, &read_action(action, text)?)
                };
                block.number((self.super_user || yes).into());
            }
            DESCRIBE => {
                let mut sentences = String::from(if self.super_user { ANYTHING } else { "" });
                for parts in granted {
                    describe(&mut sentences, parts);
                }
                block.push(sentences.as_bytes());
            }
            DECODE => list(block, &permissions),
            _ => {
                check_count(permissions.len(), limit)?;
                if job == ENCODE {
                    block.push(wire::encode(explicit).as_bytes());
                } else {
                    list(block, &permissions);
                }
            }
        }
        Ok(())
    }

    fn read(&mut self, job: u32, grants: &str) -> Result<(), ScopeError> {
        Reader::new(grants).array(|reader| {
            self.count += 1;
            if job >= ALLOWS && self.count == 1 && reader.kind()? == Kind::String && reader.string()? == "super-user" {
                self.super_user = true;
                return Ok(());
            }
            let permissions = read_scope(reader, true, &mut self.explicit)?;
            if self.count == 1 {
                self.first = permissions;
            }
            Ok::<_, ScopeError>(())
        })?;
        self.count = 0;
        Ok(())
    }
}

/// How many permissions, and each.
fn list(block: &mut Block, permissions: &[Parts<'_>]) {
    block.number(permissions.len() as u32);
    for parts in permissions {
        block.permission(parts);
    }
}
