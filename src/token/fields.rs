//! Where in a token's [`Block`] its fields stand.

use crate::codec::block::{ABSENT, Block};

/// Numbers before the first field; what they are is the business of whoever passes the block on.
pub(crate) const HEAD: usize = 9;

/// The fields, by their place in the table.
#[derive(Clone, Copy)]
pub(crate) enum Field {
    Credential,
    Endpoint,
    TokenId,
    Subject,
    Cache,
    Control,
    Token,
}

/// Where a field starts: at the end of the last one that is there, of those that stand before it in the table.
pub(super) fn start(block: &Block, place: usize) -> usize {
    let before = block.table.get(HEAD..place).unwrap_or_default();
    before.iter().rev().find(|end| **end != ABSENT).map_or(0, |end| *end as usize)
}

pub(super) fn field(block: &Block, field: Field) -> Option<&str> {
    let place = HEAD + field as usize;
    // An end that is absent lies beyond all text.
    let bytes = block.text().get(start(block, place)..*block.table.get(place)? as usize)?;
    std::str::from_utf8(bytes).ok()
}
