//! How a token, a scope or an error reaches JavaScript: as a [`Block`], whose memory the package reads and then gives
//! back (`pkg-template/src/block.ts`).

use crate::codec::block::Block;

/// The first numbers of every table: how long it is, and where the text is, how long and in how much room.
pub(super) const HEAD: usize = 4;

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
