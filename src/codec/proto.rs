//! Just enough protobuf (proto3 wire format) for Momento's permission messages.

use alloc::vec::Vec;

/// Why a message could not be read: not protobuf at all, or not this shape of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// One field of a message: its number and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 2: bytes, text, or a nested message.
    Bytes(&'a [u8]),
    /// Wire types 1 and 5, which no permission message uses.
    Fixed,
}

/// Walks the fields of one message in the order they were written.
pub(crate) struct Fields<'a> {
    bytes: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Starts at the front of a message.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Fields { bytes }
    }

    /// The next field, or `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Field<'a>)>, Malformed> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).map_err(|_| Malformed)?;
        // Field numbers are 1 to 2^29 - 1.
        if number == 0 || number >= 1 << 29 {
            return Err(Malformed);
        }
        let field = match tag & 7 {
            0 => Field::Varint(self.varint()?),
            1 => self.take(8).map(|_| Field::Fixed)?,
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
                Field::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Field::Fixed)?,
            _ => return Err(Malformed),
        };
        Ok(Some((number, field)))
    }

    /// At most ten bytes, and no bits beyond the 64th.
    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for shift in 0..10 {
            let byte = *self.take(1)?.first().ok_or(Malformed)?;
            let bits = u64::from(byte & 0x7f);
            if shift == 9 && bits > 1 {
                return Err(Malformed);
            }
            value |= bits << (7 * shift);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (head, tail) = self.bytes.split_at_checked(length).ok_or(Malformed)?;
        self.bytes = tail;
        Ok(head)
    }
}

/// Appends a varint field. As in proto3, zero is left out unless `keep_zero` (a member of a oneof).
pub(crate) fn put_varint(out: &mut Vec<u8>, number: u32, value: u64, keep_zero: bool) {
    if value != 0 || keep_zero {
        put_raw(out, u64::from(number) << 3);
        put_raw(out, value);
    }
}

/// Appends a length-delimited field, empty or not: bytes, text or a message.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_raw(out, u64::from(number) << 3 | 2);
    put_raw(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
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
        let mut fields = Fields::new(&bytes);
        assert_eq!(fields.next(), Ok(Some((1, Field::Varint(150)))));
        assert_eq!(fields.next(), Ok(Some((2, Field::Bytes(b"hi")))));
        assert_eq!(fields.next(), Ok(Some((3, Field::Fixed))));
        assert_eq!(fields.next(), Ok(Some((4, Field::Fixed))));
        assert_eq!(fields.next(), Ok(None));
    }

    #[test]
    fn refuses_what_is_no_message() {
        let overlong = [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        let cases: [&[u8]; 7] = [
            &[0x08],             // a value is missing
            &[0x12, 0x05, b'a'], // shorter than it says
            &[0x00, 0x00],       // field number 0
            &[0x0b],             // a group
            &[0x0e, 0x00],       // wire type 6
            &[0x80],             // a cut tag
            &overlong,           // 65 bits
        ];
        for case in cases {
            assert_eq!(Fields::new(case).next(), Err(Malformed), "{case:?}");
        }
    }

    proptest! {
        #[test]
        fn round_trips(number in 1u32..(1 << 29), value: u64, bytes: Vec<u8>) {
            let mut out = Vec::new();
            put_varint(&mut out, number, value, true);
            put_bytes(&mut out, number, &bytes);
            let mut fields = Fields::new(&out);
            prop_assert_eq!(fields.next(), Ok(Some((number, Field::Varint(value)))));
            prop_assert_eq!(fields.next(), Ok(Some((number, Field::Bytes(&bytes)))));
            prop_assert_eq!(fields.next(), Ok(None));
        }

        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let mut fields = Fields::new(&bytes);
            while let Ok(Some(_)) = fields.next() {}
        }
    }
}
