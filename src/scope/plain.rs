//! Claim `p` as Momento and its SDKs write it, straight from its bytes into rows: fields in order, each once, names in
//! ASCII. Nearly all of them are that; where anything is otherwise, [`wire`](super::wire) reads it anew, and says what
//! is wrong if something is.

use super::parts::Selects;
use crate::codec::{
    block::{ABSENT, Block},
    proto::{BYTES, VARINT, tag},
};

const NUMBER_1: u8 = tag(1, VARINT) as u8;
const BYTES_1: u8 = tag(1, BYTES) as u8;
const BYTES_2: u8 = tag(2, BYTES) as u8;
const BYTES_3: u8 = tag(3, BYTES) as u8;
const BYTES_4: u8 = tag(4, BYTES) as u8;
const BYTES_5: u8 = tag(5, BYTES) as u8;

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    /// The next byte; 0, which is no tag, behind the last one.
    #[inline(always)]
    fn next(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or_default()
    }

    /// Goes into a field of bytes with this tag, if it stands here; where its length, of one byte or two, says that it
    /// ends. A longer length is `None` as well, in the midst of which no tag is.
    #[inline(always)]
    fn enter(&mut self, tag: u8) -> Option<usize> {
        if self.next() != tag {
            return None;
        }
        self.at += 1;
        let mut length = usize::from(self.next());
        self.at += 1;
        if length >= 0x80 {
            let high = usize::from(self.next());
            if high >= 0x80 {
                return None;
            }
            self.at += 1;
            length = length & 0x7f | high << 7;
        }
        Some(self.at + length)
    }

    /// The name that ends here goes to the block. It is to start with what is not blank.
    #[inline(always)]
    fn name(&mut self, end: usize, block: &mut Block) -> Option<()> {
        let name = self.bytes.get(self.at..end)?;
        if *name.first()? <= b' ' || !block.put_ascii(name) {
            return None;
        }
        self.at = end;
        Some(())
    }
}

/// Reads `Permissions` that are explicit: how many. What was put before a `None` is no grant.
pub(crate) fn read(bytes: &[u8], block: &mut Block) -> Option<u32> {
    let mut cursor = Cursor { bytes, at: 0 };
    if cursor.enter(BYTES_2)? != bytes.len() {
        return None;
    }
    let mut count = 0;
    while cursor.at < bytes.len() {
        permission(&mut cursor, block)?;
        count += 1;
    }
    (count > 0).then_some(count)
}

#[inline(always)]
fn permission(cursor: &mut Cursor<'_>, block: &mut Block) -> Option<()> {
    let end = cursor.enter(BYTES_1)?;
    let kind = cursor.next();
    if !matches!(kind, BYTES_1 | BYTES_2 | BYTES_3) || cursor.enter(kind)? != end {
        return None;
    }
    if cursor.next() != NUMBER_1 {
        return None;
    }
    cursor.at += 1;
    let role = cursor.next();
    // A function's only role that is written down is 1.
    if role == 0 || role > if kind == BYTES_3 { 1 } else { 3 } {
        return None;
    }
    cursor.at += 1;
    block.number(u32::from(kind >> 3) * 4 - 4 + u32::from(role));
    // The cache, and what of it: first the field that says all, then the one that has a name.
    for (all, named) in [(BYTES_2, BYTES_3), (BYTES_4, BYTES_5)] {
        let of_cache = all == BYTES_2;
        let tag = cursor.next();
        if cursor.at == end && !of_cache && kind == BYTES_1 {
            block.number(Selects::Nothing as u32);
            return Some(());
        }
        if tag != all && tag != named {
            return None;
        }
        let selector = cursor.enter(tag)?;
        if tag == all {
            block.number(if of_cache { ABSENT } else { Selects::All as u32 });
        } else {
            let which = cursor.next();
            if !(which == BYTES_1 || which == BYTES_2 && !of_cache) || cursor.enter(which)? != selector {
                return None;
            }
            if !of_cache {
                block.number(if which == BYTES_1 { Selects::One } else { Selects::Prefix } as u32);
            }
            cursor.name(selector, block)?;
        }
        if cursor.at != selector {
            return None;
        }
    }
    (cursor.at == end).then_some(())
}

#[cfg(test)]
mod tests {
    use super::super::{parts::Parts, wire};
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn rows(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u32>)> {
        let mut block = Block::new(1024, 0);
        read(bytes, &mut block)?;
        Some((block.text().to_vec(), block.table.clone()))
    }

    /// The same, by the reader that reads everything.
    fn strict(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u32>)> {
        let mut block = Block::new(1024, 0);
        let super_user = wire::read(bytes, &mut |parts: Parts<'_>| block.permission(&parts)).ok()?;
        (!super_user).then(|| (block.text().to_vec(), block.table.clone()))
    }

    fn message(permissions: &[Parts<'_>]) -> Vec<u8> {
        let mut explicit = Vec::new();
        for parts in permissions {
            wire::put(&mut explicit, parts);
        }
        crate::codec::base64::decode(&wire::encode(&explicit)).unwrap()
    }

    const SELECTS: [Selects; 4] = [Selects::Nothing, Selects::All, Selects::One, Selects::Prefix];

    #[test]
    fn reads_what_writers_write() {
        let long = [b'x'; 200];
        for role in [1, 2, 3, 5, 6, 7, 9] {
            for selects in SELECTS {
                for cache in [None, Some(&b"cache"[..]), Some(&long)] {
                    let name: &[u8] = if selects == Selects::Nothing || selects == Selects::All { b"" } else { b"a b" };
                    let bytes = message(&[Parts { role, cache, selects, name }]);
                    assert_eq!(rows(&bytes).is_some(), role < 4 || selects != Selects::Nothing);
                    assert_eq!(rows(&bytes), strict(&bytes));
                }
            }
        }
    }

    #[test]
    fn a_blank_cache_is_nobody_s() {
        // Permissions.explicit { permissions { cache_permissions { role: ReadOnly, cache_selector { cache_name: "" } }
        // } }
        for name in [&[][..], b" ", b"\t", b"\0"] {
            let bytes = message(&[Parts { role: 2, cache: Some(name), selects: Selects::Nothing, name: b"" }]);
            assert_eq!(rows(&bytes), None, "{name:?}");
        }
    }

    /// Each byte of what is written, in turn, made any other, and taken away.
    #[test]
    fn of_all_that_is_one_byte_off_it_takes_nothing_that_the_strict_reader_does_not() {
        let check = |bytes: &[u8]| {
            if let Some(read) = rows(bytes) {
                assert_eq!(Some(read), strict(bytes), "{bytes:?}");
            }
        };
        for role in [1, 2, 3, 5, 6, 7, 9] {
            for selects in SELECTS {
                for cache in [None, Some(&b"ab"[..])] {
                    let name: &[u8] = if selects == Selects::Nothing || selects == Selects::All { b"" } else { b"k" };
                    let bytes = message(&[Parts { role, cache, selects, name }]);
                    for at in 0..bytes.len() {
                        let mut other = bytes.clone();
                        other.remove(at);
                        check(&other);
                        other.insert(at, 0);
                        for byte in 0..=u8::MAX {
                            other[at] = byte;
                            check(&other);
                        }
                    }
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// Whatever this reader takes, though a byte was changed, taken away or added, the strict one takes for the
        /// same.
        #[test]
        fn takes_nothing_that_the_strict_reader_does_not(
            permissions in prop::collection::vec((0u8..12, prop::option::of("[a ~\u{e9}]{0,3}"), 0usize..4, "[a ~\u{e9}]{0,3}"), 1..4),
            changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![0u8..0x40, any::<u8>()], 0u8..3), 0..3),
        ) {
            let permissions: Vec<_> = permissions.iter().map(|(role, cache, selects, name)| {
                let cache = cache.as_ref().map(|cache| cache.as_bytes());
                Parts { role: *role, cache, selects: SELECTS[*selects], name: name.as_bytes() }
            }).collect();
            let mut bytes = message(&permissions);
            for (at, byte, how) in changes {
                let at = at.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    _ => drop(bytes.remove(at)),
                }
            }
            if let Some(read) = rows(&bytes) {
                prop_assert_eq!(Some(read), strict(&bytes));
            }
        }
    }
}
