//! The one buffer in which a credential is taken apart: what is decoded of it goes behind it, and what is found there
//! is named by where it stands. Nothing is copied out before all of it is known, and all of it is wiped at once.

use crate::codec::{
    base64::{Decoded, decode_within},
    json::{Reader, Value, unescape},
    wipe::Wiped,
};

/// What should have stood there; a reference to the text, since that is one word.
pub(super) type Expected = &'static &'static str;

/// A piece of the buffer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Value {
    /// Where it stands, if it is text.
    pub(super) fn text(self) -> Option<Span> {
        match self {
            Value::Text(run) => Some(Span { from: run.from, to: run.to }),
            _ => None,
        }
    }
}

pub(crate) struct Work(Wiped);

impl Work {
    /// A copy of the credential, and room behind it.
    pub(crate) fn of(credential: &str) -> Self {
        let mut bytes = vec![0; Self::room(credential.len())];
        if let Some((front, _)) = bytes.split_at_mut_checked(credential.len()) {
            front.copy_from_slice(credential.as_bytes());
        }
        Work::new(bytes)
    }

    /// A buffer with a credential in front and as much [`room`](Self::room) as it needs; with less, it reads as
    /// malformed.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Work(Wiped(bytes))
    }

    /// How much room a credential of so many bytes needs: three quarters for an envelope, three quarters of that for
    /// the JWT within.
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

    /// The members of a JSON object, which begins where the span does. Texts are named by where they stand in the
    /// buffer, brought out of their escapes.
    pub(super) fn members(
        &mut self,
        span: Span,
        names: &[&str],
        values: &mut [Value],
        twice: Expected,
    ) -> Result<(), Expected> {
        let text = std::str::from_utf8(self.get(span)).map_err(|_| &"UTF-8")?;
        Reader::new(text)
            .members(names, values)
            .map_err(|malformed| if malformed.is_twice() { twice } else { malformed.expected() })?;
        for value in values {
            if let Value::Text(run) = value {
                (run.from, run.to) = (run.from + span.from, run.to + span.from);
                if run.escaped {
                    run.to = run.from + unescape(self.get_mut(Span { from: run.from, to: run.to }));
                }
            }
        }
        Ok(())
    }
}
