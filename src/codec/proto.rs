//! Just enough protobuf (proto3 wire format) for Momento's permission messages.

/// Why a message could not be read: not protobuf at all, or not this shape of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The wire type of numbers.
pub(crate) const VARINT: u32 = 0;
/// The wire type of bytes, text, and nested messages.
pub(crate) const BYTES: u32 = 2;

/// Walks the fields of one message in the order they were written. What it shows is the field that was read last.
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
    /// Its number and wire type, as [`tag`] puts them.
    pub(crate) tag: u32,
    /// What a number is; `u32::MAX` where it is that or more, which is far beyond all numbers in use.
    pub(crate) value: u32,
    /// The content of bytes, text, or a nested message.
    pub(crate) bytes: &'a [u8],
}

/// A field's number and wire type in one.
pub(crate) const fn tag(number: u32, wire_type: u32) -> u32 {
    number << 3 | wire_type
}

impl<'a> Fields<'a> {
    /// Starts at the front of a message.
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Fields { rest: message, tag: 0, value: 0, bytes: &[] }
    }

    /// Reads the next field; false at the end.
    pub(crate) fn next(&mut self) -> Result<bool, Malformed> {
        if self.rest.is_empty() {
            return Ok(false);
        }
        // Field numbers are 1 to 2^29 - 1, so that a tag has 32 bits. One that has more is `u32::MAX` here, of no wire
        // type.
        self.tag = self.varint()?;
        let length = match self.tag & 7 {
            _ if self.tag < 8 => return Err(Malformed),
            VARINT => {
                self.value = self.varint()?;
                return Ok(true);
            }
            1 => 8,
            BYTES => self.varint()?,
            5 => 4,
            _ => return Err(Malformed),
        };
        self.bytes = self.take(length as usize)?;
        Ok(true)
    }

    /// Is nothing left?
    pub(crate) fn is_last(&self) -> bool {
        self.rest.is_empty()
    }

    /// At most ten bytes, and no bits beyond the 64th.
    fn varint(&mut self) -> Result<u32, Malformed> {
        // Nearly all of them have one byte.
        if let [byte @ ..0x80, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok((*byte).into());
        }
        let mut value: u64 = 0;
        for shift in (0..70).step_by(7) {
            let byte = *self.take(1)?.first().ok_or(Malformed)?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(u32::try_from(value).unwrap_or(u32::MAX));
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

/// Appends a number, of more than 0: proto3 leaves that out.
pub(crate) fn put_varint(out: &mut Vec<u8>, number: u32, value: u32) {
    if value > 0 {
        put_raw(out, tag(number, VARINT));
        put_raw(out, value);
    }
}

/// Appends a length-delimited field, empty or not: bytes, text or a message.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_raw(out, tag(number, BYTES));
    put_raw(out, bytes.len() as u32);
    append(out, bytes);
}

fn put_raw(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        append(out, &[value as u8 | 0x80]);
        value >>= 7;
    }
    append(out, &[value as u8]);
}

/// Appends bytes. Not inlined, for size.
#[inline(never)]
pub(crate) fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_each_wire_type() {
        let bytes = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7, 8];
        let mut fields = Fields::new(&bytes);
        assert_eq!((fields.next(), fields.tag, fields.value), (Ok(true), tag(1, VARINT), 150));
        assert_eq!((fields.next(), fields.tag, fields.bytes), (Ok(true), tag(2, BYTES), &b"hi"[..]));
        assert_eq!((fields.next(), fields.tag), (Ok(true), tag(3, 5)));
        assert_eq!((fields.next(), fields.tag), (Ok(true), tag(4, 1)));
        assert_eq!(fields.next(), Ok(false));
    }

    #[test]
    fn refuses_what_is_no_message() {
        let overlong = [8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        let cases: [&[u8]; 9] = [
            &[0x08],                               // a value is missing
            &[0x12, 0x05, b'a'],                   // shorter than it says
            &[0x00, 0x00],                         // field number 0
            &[0x0b],                               // a group
            &[0x0e, 0x00],                         // wire type 6
            &[0x80],                               // a cut tag
            &[0x88, 0x80, 0x80, 0x80, 0x10, 0x00], // field number 2^29
            &[0x12, 0x80, 0x80, 0x80, 0x80, 0x10], // longer than any memory
            &overlong,                             // 65 bits
        ];
        for case in cases {
            assert_eq!(Fields::new(case).next(), Err(Malformed), "{case:?}");
        }
    }

    /// Appends a varint of any length.
    fn put(out: &mut Vec<u8>, mut value: u64) {
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }

    proptest! {
        #[test]
        fn round_trips(number in 1u32..(1 << 29), value in 1u32.., bytes: Vec<u8>) {
            let mut out = Vec::new();
            put_varint(&mut out, number, value);
            put_bytes(&mut out, number, &bytes);
            let mut fields = Fields::new(&out);
            prop_assert_eq!((fields.next(), fields.tag, fields.value), (Ok(true), tag(number, VARINT), value));
            prop_assert_eq!((fields.next(), fields.tag, fields.bytes), (Ok(true), tag(number, BYTES), &bytes[..]));
            prop_assert_eq!(fields.next(), Ok(false));
        }

        /// What has more than 32 bits is never taken for what is left of it in 32.
        #[test]
        fn numbers_are_not_cut(value: u64, fewer in 0u32..64) {
            let value = value >> fewer;
            let mut out = vec![8];
            put(&mut out, value);
            let mut fields = Fields::new(&out);
            prop_assert_eq!((fields.next(), fields.value), (Ok(true), u32::try_from(value).unwrap_or(u32::MAX)));
        }

        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let mut fields = Fields::new(&bytes);
            while let Ok(true) = fields.next() {}
        }
    }
}
