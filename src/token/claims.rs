//! The claims of a JWT (RFC 7519) that Momento uses.

use super::work::{Span, Work};
use crate::codec::base64::Decoded;
use crate::codec::json::Value;

/// The claims by name. One of another type than expected is somebody else's claim of that name.
pub(super) struct Claims {
    /// `exp`: when it expires; milliseconds since the epoch (there in seconds, perhaps with a fraction).
    pub(super) expires_at: Option<Expiry>,
    /// `p`: what it grants, base64 of protobuf. Claimed but no text is an empty one: no permissions message is.
    pub(super) permissions: Option<Span>,
    /// `id`: the tokenId given at minting.
    pub(super) id: Option<Span>,
    /// `sub`.
    pub(super) subject: Option<Span>,
    /// `c`: a legacy token's cache endpoint.
    pub(super) cache_endpoint: Option<Span>,
    /// `cp`: a legacy token's control endpoint.
    pub(super) control_endpoint: Option<Span>,
    /// `t` is `"g"`: a v2 API key.
    pub(super) is_v2: bool,
    /// `ver` is 1: a v1 key.
    pub(super) is_v1: bool,
}

/// What claim `exp` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    /// Milliseconds since the epoch.
    At(i64),
    /// Something that is no time between 1970 and the year 9999: most often milliseconds for seconds.
    Insane,
}

/// The last second of the year 9999. Milliseconds taken for seconds lie far beyond it.
const LAST_SANE_MS: i64 = 253_402_300_799_999;

/// `{"alg":"HS256"}` and the dot behind it, as nearly all of Momento's JWTs begin: known to be right, and so not read again.
const HEADER: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.";

/// What a JWT should have had, for the error's message.
pub(super) type NotJwt = &'static str;

impl Claims {
    /// Reads a compact JWT: three base64 parts, of which header and payload are JSON objects. They are decoded to `free`.
    pub(super) fn read(work: &mut Work, jwt: Span, free: usize) -> Result<Claims, NotJwt> {
        Self::parts(work, jwt, free).map_err(|expected| {
            match work.get(jwt).iter().filter(|byte| **byte == b'.').count() {
                2 => expected,
                _ => "three parts between dots",
            }
        })
    }

    fn parts(work: &mut Work, jwt: Span, free: usize) -> Result<Claims, NotJwt> {
        let mut rest = Span { from: jwt.from + HEADER.len(), ..jwt };
        if !work.get(jwt).starts_with(HEADER) {
            let (header, behind) = part(work, jwt, free)?;
            work.members(header, &[], &mut [], "")?;
            rest = behind;
        }
        let (payload, rest) = part(work, rest, free)?;
        let (signature, rest) = part(work, rest, payload.to)?;
        // Beyond the last part, where a dot would stand.
        if rest.from <= rest.to {
            return Err("three parts between dots");
        }
        if signature.from == signature.to {
            return Err("a signature");
        }
        let mut values = [Value::Absent; 8];
        work.members(payload, &["exp", "p", "id", "sub", "c", "cp", "t", "ver"], &mut values, "each claim once")?;
        let [exp, p, id, sub, c, cp, t, ver] = values;
        let mut text = |value| work.text(payload.from, value);
        let t = text(t);
        Ok(Claims {
            expires_at: match exp {
                Value::Absent => None,
                Value::Number(number) => match number.scaled(3) {
                    Some(at @ 1..=LAST_SANE_MS) => Some(Expiry::At(at)),
                    _ => Some(Expiry::Insane),
                },
                _ => Some(Expiry::Insane),
            },
            permissions: if p == Value::Absent { None } else { Some(text(p).unwrap_or_default()) },
            id: text(id),
            subject: text(sub),
            cache_endpoint: text(c),
            control_endpoint: text(cp),
            is_v2: t.is_some_and(|t| work.get(t) == b"g"),
            is_v1: matches!(ver, Value::Number(number) if number.scaled(0) == Some(1)),
        })
    }
}

/// Decodes what stands before the next dot or the end to `free`: where it is then, and what stands behind that dot.
fn part(work: &mut Work, jwt: Span, free: usize) -> Result<(Span, Span), NotJwt> {
    match work.decode(jwt, free) {
        Some(Decoded { stopped, length })
            if stopped >= jwt.to || work.get(Span { from: stopped, to: stopped + 1 }) == b"." =>
        {
            Ok((Span { from: free, to: free + length }, Span { from: stopped + 1, to: jwt.to }))
        }
        _ => Err("base64 between its dots"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_that_is_not_read_is_right() {
        let (header, dot) = HEADER.split_at(HEADER.len() - 1);
        let header = crate::codec::base64::decode(core::str::from_utf8(header).unwrap());
        assert_eq!((header.as_deref(), dot), (Some(&br#"{"alg":"HS256"}"#[..]), &b"."[..]));
    }
}
