//! How a token or an error reaches JavaScript: one text, and a table of numbers that says what it is and where in the text each
//! field ends (`pkg-template/src/block.ts` reads it).

use crate::codec::wipe::wipe;
use crate::scope::{Grant, Parts, Selects};
use crate::token::{Token, TokenError, Version};
use alloc::{string::String, vec::Vec};

/// In place of an end: the field is not there.
const ABSENT: u32 = u32::MAX;

// The first number of the table, for a token. The version's number is in the lowest bits.
const DISPOSABLE: u32 = 1 << 2;
const ENDPOINTS: u32 = 1 << 3;
const SECURE: u32 = 1 << 4;
const OVERRIDDEN: u32 = 1 << 5;
const EXPIRES: u32 = 1 << 6;
const SUPER_USER: u32 = 1 << 7;
const SCOPE: u32 = 1 << 8;
/// The whole of it, for an error: code and message follow.
const ERROR: u32 = u32::MAX;

/// The text is wiped when this is dropped: it holds the credential.
pub(super) struct Block {
    text: Vec<u8>,
    /// The text's length as JavaScript counts, in UTF-16 units.
    length: u32,
    table: Vec<u32>,
}

impl Drop for Block {
    fn drop(&mut self) {
        wipe(&mut self.text);
    }
}

impl Block {
    pub(super) fn of(result: Result<Token, TokenError>) -> Self {
        match result {
            Ok(token) => Block::of_token(&token),
            Err(error) => Block::of_error(error.code(), error.message()),
        }
    }

    pub(super) fn new() -> Self {
        Block { text: Vec::new(), length: 0, table: Vec::new() }
    }

    pub(super) fn of_error(code: &str, message: &str) -> Self {
        let mut block = Block::new();
        block.number(ERROR);
        block.text(code);
        block.text(message);
        block
    }

    pub(super) fn of_token(token: &Token) -> Self {
        let credential = token.credential().reveal();
        // Names, warnings and hosts are short, or come out of the credential: the text is never moved, leaving a copy behind.
        let mut block =
            Block { text: Vec::with_capacity(credential.len() * 2 + 2048), length: 0, table: Vec::with_capacity(64) };
        block.head(token);
        block.text(credential);
        block.maybe(token.endpoint());
        block.maybe(token.token_id());
        block.maybe(token.subject());
        if let Some(endpoints) = token.endpoints() {
            for host in [&endpoints.cache, &endpoints.control, &endpoints.token] {
                block.text(host);
            }
        }
        block.table.push(token.warnings().len() as u32);
        for warning in token.warnings() {
            block.text(warning.code);
            block.text(&warning.message);
        }
        if let Some(Grant::Scope(scope)) = token.grant() {
            block.scope(&scope.parts());
        }
        block
    }

    /// The text, and the table.
    pub(super) fn parts(&self) -> (&[u8], &[u32]) {
        (&self.text, &self.table)
    }

    fn head(&mut self, token: &Token) {
        let mut head = match token.version() {
            Version::V1 => 0,
            Version::V2 => 1,
            Version::Legacy => 2,
            Version::Session => 3,
        };
        let mut set = |flag, given| head |= if given { flag } else { 0 };
        set(DISPOSABLE, token.is_disposable());
        set(ENDPOINTS, token.endpoints().is_some());
        set(SECURE, token.endpoints().is_some_and(|endpoints| endpoints.secure));
        set(OVERRIDDEN, token.endpoints().is_some_and(|endpoints| endpoints.overridden));
        set(EXPIRES, token.expires_at().is_some());
        set(SUPER_USER, matches!(token.grant(), Some(Grant::SuperUser)));
        set(SCOPE, matches!(token.grant(), Some(Grant::Scope(_))));
        let expires_at = token.expires_at().unwrap_or_default() as u64;
        self.table.extend([head, (expires_at >> 32) as u32, expires_at as u32]);
    }

    /// How many permissions, and each.
    pub(super) fn scope(&mut self, permissions: &[Parts<'_>]) {
        self.number(permissions.len() as u32);
        for parts in permissions {
            self.permission(parts);
        }
    }

    /// Kind of permission and role, cache, kind of selector and what it selects. A key that is not UTF-8 (6, 7 in place of 2, 3) stands
    /// there with each byte as one character.
    fn permission(&mut self, parts: &Parts<'_>) {
        self.number(parts.role.into());
        self.maybe(parts.cache.map(|name| core::str::from_utf8(name).unwrap_or_default()));
        let selects = parts.selects as u32;
        match core::str::from_utf8(parts.name) {
            _ if selects < Selects::One as u32 => self.number(selects),
            Ok(name) => {
                self.number(selects);
                self.text(name);
            }
            Err(_) => {
                self.number(selects + 4);
                let name: String = parts.name.iter().map(|byte| char::from(*byte)).collect();
                self.text(&name);
            }
        }
    }

    #[inline(never)]
    pub(super) fn number(&mut self, number: u32) {
        self.table.push(number);
    }

    fn maybe(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.table.push(ABSENT),
        }
    }

    #[inline(never)]
    pub(super) fn text(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
        // Each byte that begins a character is a unit, and one that begins four bytes is two.
        let units = |byte: &u8| u32::from(*byte as i8 >= -0x40) + u32::from(*byte >= 0xf0);
        self.length += if text.is_ascii() { text.len() as u32 } else { text.bytes().map(|byte| units(&byte)).sum() };
        self.table.push(self.length);
    }
}
