//! The one buffer in which a credential is taken apart: what is decoded of it goes behind it, and what is found there is named by
//! where it stands. Nothing is copied out before all of it is known, and all of it is wiped at once.

use crate::codec::{
    base64::{Decoded, decode_within},
    json::{Reader, Run, Value, unescape},
    wipe::Wiped,
};
use alloc::vec::Vec;

/// A piece of the buffer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
}

pub(crate) struct Work(Wiped);

impl Work {
    /// A copy of the credential, and room behind it.
    pub(crate) fn of(credential: &str) -> Self {
        let mut bytes = Vec::with_capacity(Self::room(credential.len()));
        bytes.extend_from_slice(credential.as_bytes());
        bytes.resize(bytes.capacity(), 0);
        Work::new(bytes)
    }

    /// A buffer with a credential in front and as much [`room`](Self::room) as it needs; with less, it reads as malformed.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Work(Wiped(bytes))
    }

    /// How much room a credential of so many bytes needs: three quarters for an envelope, three quarters of that for the JWT within.
    pub(crate) fn room(length: usize) -> usize {
        length / 2 * 5 + 16
    }

    pub(super) fn get(&self, span: Span) -> &[u8] {
        self.0.0.get(span.from..span.to).unwrap_or_default()
    }

    pub(super) fn get_mut(&mut self, span: Span) -> &mut [u8] {
        self.0.0.get_mut(span.from..span.to).unwrap_or_default()
    }

    /// Base64, decoded to `into`.
    pub(super) fn decode(&mut self, span: Span, into: usize) -> Option<Decoded> {
        decode_within(&mut self.0.0, span.from, span.to, into)
    }

    /// The members of a JSON object, which begins where the span does; an error says what should have stood there.
    pub(super) fn members(
        &self,
        span: Span,
        names: &[&str],
        values: &mut [Value],
        twice: &'static str,
    ) -> Result<(), &'static str> {
        let text = core::str::from_utf8(self.get(span)).map_err(|_| "UTF-8")?;
        Reader::new(text).members(names, values, twice).map_err(|malformed| malformed.expected)
    }

    /// The text that [`members`](Self::members) found in the object at `base`, brought out of its escapes.
    pub(super) fn text(&mut self, base: usize, value: Value) -> Option<Span> {
        let Value::Text(Run { from, to, escaped }) = value else { return None };
        let mut span = Span { from: base + from, to: base + to };
        if escaped {
            span.to = span.from + unescape(self.get_mut(span));
        }
        Some(span)
    }
}
