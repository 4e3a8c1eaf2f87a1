//! How a token, a scope or an error reaches JavaScript: as a [`Block`], whose memory the package reads and then gives
//! back (`pkg-template/src/block.ts`).

use crate::codec::block::ABSENT;
use crate::codec::block::Block;
use crate::scope::Grant;
use crate::token::{Token, TokenError, Version};

/// The first numbers of every table: how long it is, and where the text is, how long and in how much room.
pub(super) const HEAD: usize = 4;

// Then, of a token: what it is, when it expires (two numbers), how many permissions it has, and where in the table they
// end. What it is. The version's number is in the lowest bits.
const DISPOSABLE: u32 = 1 << 2;
const ENDPOINTS: u32 = 1 << 3;
const SECURE: u32 = 1 << 4;
const OVERRIDDEN: u32 = 1 << 5;
const EXPIRES: u32 = 1 << 6;
const SUPER_USER: u32 = 1 << 7;
const SCOPE: u32 = 1 << 8;
const WARNINGS: u32 = 1 << 9;
/// The whole of it, for an error: code and message follow.
const ERROR: u32 = u32::MAX;

/// Leaves the block to the package, which is told where its table is, and is to wipe and free both.
pub(super) fn hand_over(block: Block) -> u32 {
    let (mut text, length, mut table) = block.into_parts();
    // With nothing beyond their ends, their lengths say all that is needed to free them.
    text.resize(text.capacity(), 0);
    table.resize(table.capacity(), 0);
    let head = [table.len(), text.as_ptr() as usize, length, text.len()];
    for (place, number) in table.iter_mut().zip(head) {
        *place = number as u32;
    }
    text.leak();
    table.leak().as_ptr() as u32
}

pub(super) fn of_error(code: &str, message: &str) -> Block {
    let mut block = Block::new(code.len() + message.len(), HEAD);
    block.number(ERROR);
    block.put(code.as_bytes());
    block.put(message.as_bytes());
    block
}

pub(super) fn of(result: Result<Token, TokenError>) -> Block {
    match result {
        Ok(token) => of_token(&token),
        Err(error) => of_error(error.code(), &error.message()),
    }
}

pub(super) fn of_token(token: &Token) -> Block {
    const NUMBERS: usize = HEAD + 5;
    let mut block = Block::new(2 * token.credential().reveal().len() + 1024, NUMBERS);
    block.put(token.credential().reveal().as_bytes());
    for text in [token.endpoint(), token.token_id(), token.subject()] {
        block.maybe(text.map(str::as_bytes));
    }
    match token.endpoints() {
        Some(hosts) => [&hosts.cache, &hosts.control, &hosts.token].map(|host| block.put(host.as_bytes())),
        None => [ABSENT; 3].map(|end| block.number(end)),
    };
    let permissions = match token.grant() {
        Some(Grant::Scope(scope)) => scope.permissions(),
        Some(Grant::SuperUser) | None => &[],
    };
    for parts in permissions.iter().map(crate::scope::Permission::parts) {
        block.permission(&parts);
    }
    let mut head = match token.version() {
        Version::V1 => 0,
        Version::V2 => 1,
        Version::Legacy => 2,
        Version::Session => 3,
    };
    let flags = [
        (DISPOSABLE, token.is_disposable()),
        (ENDPOINTS, token.endpoints().is_some()),
        (SECURE, token.endpoints().is_some_and(|hosts| hosts.secure)),
        (OVERRIDDEN, token.endpoints().is_some_and(|hosts| hosts.overridden)),
        (EXPIRES, token.expires_at().is_some()),
        (SUPER_USER, token.grant() == Some(&Grant::SuperUser)),
        (SCOPE, !permissions.is_empty()),
        (WARNINGS, !token.warnings().is_empty()),
    ];
    for (flag, given) in flags {
        head |= if given { flag } else { 0 };
    }
    let expires_at = token.expires_at().unwrap_or_default();
    let numbers =
        [head, (expires_at >> 32) as u32, expires_at as u32, permissions.len() as u32, block.table.len() as u32];
    for (place, number) in block.table.iter_mut().skip(HEAD).zip(numbers) {
        *place = number;
    }
    if !token.warnings().is_empty() {
        block.number(token.warnings().len() as u32);
        block.end();
        for warning in token.warnings() {
            block.put(warning.code.as_bytes());
            block.put(warning.message.as_bytes());
        }
    }
    block
}
