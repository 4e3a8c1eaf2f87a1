//! The subset of protobuf (proto3 wire format) needed for Momento's permission messages.

use std::fmt;

/// The bytes are not a protobuf message, or contain groups, which proto3 does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a protobuf message, found other bytes")
    }
}

impl std::error::Error for Malformed {}

/// One field of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    /// From 1 to 2^29 - 1.
    pub(crate) number: u32,
    pub(crate) value: Value<'a>,
}

/// The value of a field, by its wire type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// An integer, a boolean or an enum.
    Varint(u64),
    /// Bytes, text or a nested message.
    Bytes(&'a [u8]),
    /// Four or eight bytes, which no supported message contains.
    Fixed,
}

// Wire types.
const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const BYTES: u64 = 2;
const FIXED_32: u64 = 5;

/// An iterator over the fields of a message, in order. Ends after the first error.
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Starts at the beginning of a message.
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Fields { rest: message }
    }

    fn field(&mut self) -> Result<Field<'a>, Malformed> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).map_err(|_| Malformed)?;
        if !(1..1 << 29).contains(&number) {
            return Err(Malformed);
        }
        let value = match tag & 7 {
            VARINT => Value::Varint(self.varint()?),
            FIXED_64 => self.take(8).map(|_| Value::Fixed)?,
            BYTES => {
                let length = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
                Value::Bytes(self.take(length)?)
            }
            FIXED_32 => self.take(4).map(|_| Value::Fixed)?,
            _ => return Err(Malformed),
        };
        Ok(Field { number, value })
    }

    /// Reads a varint of at most ten bytes and 64 bits.
    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for shift in (0..70).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or(Malformed)?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if *byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (head, tail) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = tail;
        Ok(head)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Appends a number, unless it is 0, which proto3 omits.
pub(crate) fn put_varint(out: &mut Vec<u8>, number: u32, value: u64) {
    if value > 0 {
        put_tag(out, number, VARINT);
        put_raw(out, value);
    }
}

/// Appends a length-delimited field, empty or not: bytes, text or a message.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_tag(out, number, BYTES);
    put_raw(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_tag(out: &mut Vec<u8>, number: u32, wire_type: u64) {
    put_raw(out, u64::from(number) << 3 | wire_type);
}

fn put_raw(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_each_wire_type() {
        let bytes = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7, 8];
        let fields: Result<Vec<_>, _> = Fields::new(&bytes).collect();
        let expected = [
            Field { number: 1, value: Value::Varint(150) },
            Field { number: 2, value: Value::Bytes(b"hi") },
            Field { number: 3, value: Value::Fixed },
            Field { number: 4, value: Value::Fixed },
        ];
        assert_eq!(fields.unwrap(), expected);
    }

    #[test]
    fn rejects_invalid_messages() {
        let overlong = [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        let cases: [&[u8]; 10] = [
            &[0x08],                                     // a value is missing
            &[0x12, 0x05, b'a'],                         // shorter than it says
            &[0x00, 0x00],                               // field number 0
            &[0x0b],                                     // a group
            &[0x0e, 0x00],                               // wire type 6
            &[0x80],                                     // a cut tag
            &[0x88, 0x80, 0x80, 0x80, 0x10, 0x00],       // field number 2^29
            &[0x88, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00], // field number 2^32 + 1
            &[0x12, 0x80, 0x80, 0x80, 0x80, 0x10],       // longer than any memory
            &overlong,                                   // 65 bits
        ];
        for case in cases {
            assert_eq!(Fields::new(case).collect::<Vec<_>>(), [Err(Malformed)], "{case:?}");
        }
    }

    proptest! {
        #[test]
        fn round_trips(number in 1u32..(1 << 29), value in 1u64.., bytes: Vec<u8>) {
            let mut out = Vec::new();
            put_varint(&mut out, number, value);
            put_varint(&mut out, number, 0);
            put_bytes(&mut out, number, &bytes);
            let expected = [
                Ok(Field { number, value: Value::Varint(value) }),
                Ok(Field { number, value: Value::Bytes(&bytes) }),
            ];
            prop_assert_eq!(Fields::new(&out).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn never_panics_and_always_ends(bytes: Vec<u8>) {
            prop_assert!(Fields::new(&bytes).count() <= bytes.len());
        }
    }
}
