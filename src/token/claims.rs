//! The claims of a JWT (RFC 7519) that Momento uses.

use crate::codec::{
    base64,
    json::{Kind, Malformed, Reader},
    wipe::Wiped,
};
use alloc::string::String;

/// The claims by name. A claim of another type than expected is as good as a broken token.
#[derive(Default)]
pub(crate) struct Claims {
    /// `exp`: when it expires; milliseconds since the epoch (there in seconds, perhaps with a fraction).
    pub(crate) expires_at: Option<Expiry>,
    /// `p`: what it grants, base64 of protobuf.
    pub(crate) permissions: Option<String>,
    /// `id`: the tokenId given at minting.
    pub(crate) id: Option<String>,
    /// `sub`.
    pub(crate) subject: Option<String>,
    /// `c`: a legacy token's cache endpoint.
    pub(crate) cache_endpoint: Option<String>,
    /// `cp`: a legacy token's control endpoint.
    pub(crate) control_endpoint: Option<String>,
    /// `t` is `"g"`: a v2 API key.
    pub(crate) is_v2: bool,
    /// `ver` is 1: a v1 key.
    pub(crate) is_v1: bool,
}

/// What claim `exp` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// Milliseconds since the epoch.
    At(i64),
    /// Something that is no time between 1970 and the year 9999: most often milliseconds for seconds.
    Insane,
}

/// The last second of the year 9999. Milliseconds taken for seconds lie far beyond it.
const LAST_SANE_MS: i64 = 253_402_300_799_999;

/// Why a JWT could not be read, for the error's message.
pub(crate) struct NotJwt(pub(crate) &'static str);

impl From<Malformed> for NotJwt {
    fn from(malformed: Malformed) -> Self {
        NotJwt(malformed.expected)
    }
}

impl Claims {
    /// Reads a compact JWT: three base64 parts, of which header and payload are JSON objects.
    pub(crate) fn read(jwt: &str) -> Result<Claims, NotJwt> {
        let mut parts = jwt.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotJwt("three parts between dots"));
        };
        let decode = |part: &str| base64::decode(part).map(Wiped).ok_or(NotJwt("base64 between its dots"));
        if decode(signature)?.is_empty() {
            return Err(NotJwt("a signature"));
        }
        with_text(&decode(header)?, |reader| reader.object(|reader, _| reader.skip().map_err(NotJwt::from)))?;
        let mut claims = Claims::default();
        with_text(&decode(payload)?, |reader| claims.read_payload(reader))?;
        Ok(claims)
    }

    fn read_payload(&mut self, reader: &mut Reader<'_>) -> Result<(), NotJwt> {
        // One bit for each claim known here, so that one that stands twice is noticed, of whatever type.
        let mut seen = 0_u8;
        reader.object(|reader, name| {
            let claim = match name {
                "exp" => {
                    self.expires_at = Some(match reader.kind()? {
                        Kind::Number => match reader.number()?.scaled(3) {
                            Some(at) if (1..=LAST_SANE_MS).contains(&at) => Expiry::At(at),
                            _ => Expiry::Insane,
                        },
                        _ => {
                            reader.skip()?;
                            Expiry::Insane
                        }
                    });
                    1
                }
                "p" => {
                    // Claimed but unreadable: no permissions message is empty, so this is never understood.
                    self.permissions = Some(read_text(reader)?.unwrap_or_default());
                    2
                }
                "id" => {
                    self.id = read_text(reader)?;
                    4
                }
                "sub" => {
                    self.subject = read_text(reader)?;
                    8
                }
                "c" => {
                    self.cache_endpoint = read_text(reader)?;
                    16
                }
                "cp" => {
                    self.control_endpoint = read_text(reader)?;
                    32
                }
                "t" => {
                    self.is_v2 = read_text(reader)?.as_deref() == Some("g");
                    64
                }
                "ver" => {
                    match reader.kind()? {
                        Kind::Number => self.is_v1 = reader.number()?.scaled(0) == Some(1),
                        _ => reader.skip()?,
                    }
                    128
                }
                _ => {
                    reader.skip()?;
                    0
                }
            };
            if seen & claim != 0 {
                return Err(NotJwt("each claim once"));
            }
            seen |= claim;
            Ok(())
        })
    }
}

/// Reads a text claim; one of another type is somebody else's claim of that name, and is passed over.
fn read_text(reader: &mut Reader<'_>) -> Result<Option<String>, NotJwt> {
    if reader.kind()? == Kind::String {
        return Ok(Some(reader.string()?.into_owned()));
    }
    reader.skip()?;
    Ok(None)
}

/// Reads a whole JSON document out of bytes.
fn with_text(bytes: &[u8], read: impl FnOnce(&mut Reader<'_>) -> Result<(), NotJwt>) -> Result<(), NotJwt> {
    let text = core::str::from_utf8(bytes).map_err(|_| NotJwt("UTF-8 between its dots"))?;
    let mut reader = Reader::new(text);
    read(&mut reader)?;
    Ok(reader.end()?)
}
