//! Permissions as rows of a [`Block`]: the role (and kind), the cache's end, what kind of selector, and where its name
//! ends.

use super::parts::{Parts, Selects};
use super::wire::put;
use crate::codec::{
    block::{ABSENT, Block},
    proto::append,
};

/// Added to the kind of selector where a key is not UTF-8: each byte stands there as one character.
const BYTES: u32 = 4;

impl Block {
    pub(crate) fn permission(&mut self, parts: &Parts<'_>) {
        self.number(parts.role.into());
        self.maybe(parts.cache);
        let selects = parts.selects as u32;
        if selects < Selects::One as u32 {
            self.number(selects);
        } else if std::str::from_utf8(parts.name).is_ok() {
            self.number(selects);
            self.put(parts.name);
        } else {
            self.number(selects + BYTES);
            for byte in parts.name {
                self.push(char::from(*byte).encode_utf8(&mut [0; 2]).as_bytes());
            }
            self.end();
        }
    }

    /// The permissions that begin at `row` of the table and `from` in the text, as a message `ExplicitPermissions`.
    pub(crate) fn explicit(&self, row: usize, mut from: usize) -> Vec<u8> {
        let mut rows = self.table.iter().skip(row).copied();
        let mut piece = |end: u32| {
            let bytes = self.text().get(from..end as usize).unwrap_or_default();
            from = end as usize;
            bytes
        };
        let mut explicit = Vec::new();
        while let (Some(role), Some(cache), Some(selects)) = (rows.next(), rows.next(), rows.next()) {
            let cache = (cache != ABSENT).then(|| piece(cache));
            let name = if selects < Selects::One as u32 { &[][..] } else { piece(rows.next().unwrap_or_default()) };
            let mut bytes = Vec::new();
            if selects & BYTES != 0 {
                // Characters up to U+00FF, of which the upper half has two bytes.
                let mut upper = 0;
                for byte in name {
                    match byte {
                        0xc0.. => upper = byte << 6,
                        0x80.. => append(&mut bytes, &[upper | byte & 0x3f]),
                        _ => append(&mut bytes, &[*byte]),
                    }
                }
            }
            let name = if selects & BYTES == 0 { name } else { &bytes };
            let selects = match selects & 3 {
                0 => Selects::Nothing,
                1 => Selects::All,
                2 => Selects::One,
                _ => Selects::Prefix,
            };
            put(&mut explicit, &Parts { role: role as u8, cache, selects, name });
        }
        explicit
    }
}
