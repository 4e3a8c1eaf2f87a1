//! Scopes across the boundary.

use super::block::{HEAD, hand_over, of_error};
use crate::codec::{
    block::Block,
    json::{Reader, push},
};
use crate::scope::{ANYTHING, Draft, ScopeError, check_count, describe, is_allowed, is_new, push_name, wire, within};
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
/// scopes and `"super-user"` as JSON, one after the other, and for `ALLOWS` an action behind them; to decode, base64.
/// `limit` is how many permissions there may be; what a job does not need is ignored.
///
/// Gives where a [`Block`]'s table is: it has what a token's has of a scope (without permissions: a super-user), a
/// number for yes and no, or text, with a line for each sentence. An error has one number more: which of the scopes was
/// wrong, from 1; 0 where it was none of them alone.
#[wasm_bindgen]
pub fn scope(input: Vec<u8>, filled: u32, job: u32, limit: u32) -> u32 {
    let text = input.get(..filled as usize).and_then(|input| std::str::from_utf8(input).ok());
    let mut call = Call { draft: Draft::new(true), count: 0, first: 0, super_user: false };
    hand_over(call.run(job, text.unwrap_or_default(), limit as usize).unwrap_or_else(|error| {
        let mut block = of_error(error.code(), &error.message());
        block.number(call.count);
        block
    }))
}

/// What a call has read.
struct Call {
    draft: Draft,
    /// Which scope is being read; 0 once all are.
    count: u32,
    /// How many permissions there are in the first.
    first: usize,
    /// Is the first one?
    super_user: bool,
}

impl Call {
    fn run(&mut self, job: u32, text: &str, limit: usize) -> Result<Block, ScopeError> {
        if job == DECODE {
            self.draft.explicit = wire::decode(text)?;
        } else {
            let mut reader = Reader::new(text);
            while reader.end().is_err() {
                self.read(&mut reader, job)?;
            }
            self.count = 0;
        }
        let Call { draft, first, super_user, .. } = self;
        let mut explicit = &draft.explicit[..];
        if job == DECODE {
            explicit = wire::explicit(explicit)?.unwrap_or_default();
        }
        let mut permissions = Vec::new();
        wire::read_explicit(explicit, &mut |parts| {
            if job != MERGE || is_new(&permissions, &parts, limit) {
                permissions.push(parts);
            }
        })?;
        if job < DECODE {
            check_count(permissions.len(), limit)?;
        }
        let mut block = Block::new(0, HEAD);
        let mut said = String::new();
        match job {
            ALLOWS => block.number((*super_user || is_allowed(&permissions, &draft.act())).into()),
            COVERS => {
                let (granted, requested) = permissions.split_at_checked(*first).unwrap_or_default();
                // No permission at all lies within any: without this, nothing requested would be "covered".
                check_count(requested.len(), usize::MAX)?;
                block.number((*super_user || within(granted, requested)).into());
            }
            DESCRIBE => {
                if *super_user {
                    push(&mut said, ANYTHING);
                }
                for parts in &permissions {
                    describe(&mut said, parts, push_name);
                }
            }
            ENCODE => said = wire::encode(explicit),
            _ => {
                block.number(permissions.len() as u32);
                for parts in &permissions {
                    block.permission(parts);
                }
            }
        }
        block.push(said.as_bytes());
        Ok(block)
    }

    /// Reads one scope, or the action.
    fn read(&mut self, reader: &mut Reader<'_>, job: u32) -> Result<(), ScopeError> {
        if job == ALLOWS && self.count == 1 {
            self.count = 0;
            return self.draft.action(reader);
        }
        self.count += 1;
        if job >= ALLOWS && self.count == 1 && self.draft.super_user(reader)? {
            self.super_user = true;
            return Ok(());
        }
        let permissions = self.draft.scope(reader)?;
        if self.count == 1 {
            self.first = permissions;
        }
        Ok(())
    }
}
