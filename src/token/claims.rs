//! The claims of a JWT (RFC 7519) that Momento uses.

use super::work::{Expected, Span, Work};
use crate::codec::base64::Decoded;
use crate::codec::json::Value;

/// The claims by name, each in its place here. One of another type than expected is somebody else's claim of that name.
const NAMES: [&str; 9] = ["exp", "p", "id", "sub", "c", "cp", "t", "ver", "iat"];

/// What the claims are.
#[derive(Default)]
pub(super) struct Claims([Value; 9]);

/// A claim, by its place in [`NAMES`].
#[derive(Clone, Copy)]
pub(super) enum Claim {
    /// When it expires, in seconds since the epoch, perhaps with a fraction.
    Expiry,
    /// What it grants, base64 of protobuf.
    Permissions,
    /// The tokenId given at minting.
    Id,
    Subject,
    /// A legacy token's cache endpoint.
    CacheEndpoint,
    /// A legacy token's control endpoint.
    ControlEndpoint,
    /// `"g"`: a v2 API key.
    Type,
    /// 1: a v1 key.
    Version,
    /// When it was issued, in seconds since the epoch, perhaps with a fraction.
    #[cfg(feature = "refresh")]
    IssuedAt,
}

/// The last second of the year 9999. Milliseconds taken for seconds lie far beyond it.
const LAST_SANE_MS: i64 = 253_402_300_799_999;

/// `{"alg":"HS256"}` and the dot behind it, as nearly all of Momento's JWTs begin: known to be right, and so not read
/// again.
const HEADER: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.";

impl Claims {
    /// Reads a compact JWT: three base64 parts, of which header and payload are JSON objects. They are decoded to
    /// `free`.
    pub(super) fn read(&mut self, work: &mut Work, jwt: Span, free: usize) -> Result<(), Expected> {
        self.parts(work, jwt, free).map_err(|expected| {
            match work.get(jwt).iter().filter(|byte| **byte == b'.').count() {
                2 => expected,
                _ => THREE_PARTS,
            }
        })
    }

    fn parts(&mut self, work: &mut Work, jwt: Span, free: usize) -> Result<(), Expected> {
        let mut rest = Span { from: jwt.from + HEADER.len(), ..jwt };
        if !work.get(jwt).starts_with(HEADER) {
            rest = jwt;
            let header = part(work, &mut rest, free)?;
            work.members(header, &[], &mut [], &"")?;
        }
        let payload = part(work, &mut rest, free)?;
        let signature = part(work, &mut rest, payload.to)?;
        // Beyond the last part, where a dot would stand.
        if rest.from <= rest.to {
            return Err(THREE_PARTS);
        }
        if signature.from == signature.to {
            return Err(&"a signature");
        }
        work.members(payload, &NAMES, &mut self.0, &"each claim once")
    }

    fn get(&self, claim: Claim) -> Value {
        self.0.get(claim as usize).copied().unwrap_or_default()
    }

    pub(super) fn text(&self, claim: Claim) -> Option<Span> {
        self.get(claim).text()
    }

    /// When it expires, in milliseconds since the epoch. An error is what is no time between 1970 and the year 9999:
    /// most often milliseconds for seconds.
    pub(super) fn expires_at(&self) -> Result<Option<i64>, Insane> {
        match self.get(Claim::Expiry) {
            Value::Absent => Ok(None),
            Value::Number(at @ 1..=LAST_SANE_MS) => Ok(Some(at)),
            _ => Err(Insane),
        }
    }

    /// When it was issued, in milliseconds since the epoch; `None` where that is no sane time, for it is only evidence.
    #[cfg(feature = "refresh")]
    pub(super) fn issued_at(&self) -> Option<i64> {
        match self.get(Claim::IssuedAt) {
            Value::Number(at @ 1..=LAST_SANE_MS) => Some(at),
            _ => None,
        }
    }

    /// Claimed but no text is an empty one: no permissions message is.
    pub(super) fn permissions(&self) -> Option<Span> {
        let claimed = self.get(Claim::Permissions);
        (claimed != Value::Absent).then(|| claimed.text().unwrap_or_default())
    }

    pub(super) fn is_v2(&self, work: &Work) -> bool {
        self.text(Claim::Type).is_some_and(|span| work.get(span) == b"g")
    }

    pub(super) fn is_v1(&self) -> bool {
        matches!(self.get(Claim::Version), Value::Number(1000..2000))
    }
}

/// Claim `exp` is no time.
pub(super) struct Insane;

const THREE_PARTS: Expected = &"three parts between dots";

/// Decodes what stands before the next dot or the end to `free`: where it is then. The rest is what stands behind that
/// dot.
fn part(work: &mut Work, rest: &mut Span, free: usize) -> Result<Span, Expected> {
    match work.decode(*rest, free) {
        Some(Decoded { stopped, length })
            if stopped >= rest.to || work.get(Span { from: stopped, to: stopped + 1 }) == b"." =>
        {
            rest.from = stopped + 1;
            Ok(Span { from: free, to: free + length })
        }
        _ => Err(&"base64 between its dots"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_that_is_not_read_is_right() {
        let (header, dot) = HEADER.split_at(HEADER.len() - 1);
        let header = crate::codec::base64::decode(std::str::from_utf8(header).unwrap());
        assert_eq!((header.as_deref(), dot), (Some(&br#"{"alg":"HS256"}"#[..]), &b"."[..]));
    }
}
