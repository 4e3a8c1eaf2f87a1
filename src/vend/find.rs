//! Where in an answer's JSON the credential stands, and what stands beside it.
//!
//! Every string is a place. Of two places the better one counts: by what stands there (its merit), then by how deep in the document it
//! is, then by its name's order in [`NAMES`]. Two different credentials in places as good as each other are nobody's to choose from.

use super::told::{self, NOTHING, Told, UNCLEAR};
use crate::codec::json::{Kind, Malformed, Reader};
use crate::token::{Secret, Version, key_version};
use alloc::string::String;

/// Objects and lists within one another that are searched; what lies deeper is passed over.
const MAX_DEPTH: u32 = 5;
/// No credential is shorter, whatever it says.
const SHORTEST: usize = 40;

/// The names that mean something, in small letters and without `_` and `-`: `authToken`, `auth_token` and `AuthToken` are one. First the
/// credential's, then the endpoint's, when it expires, how long it lives in seconds from now, and the rest; of each the best first.
const NAMES: &[u8] = b"authtoken disposabletoken momentotoken token apikey endpoint \
    expiresat validuntil exp expiresatepoch expires expiry expiration expiresin validforseconds refreshtoken enabled doesexpire";

// A field is its name's place among them.
const LAST_CREDENTIAL: u32 = 4;
const ENDPOINT: u32 = 5;
const FIRST_EXPIRY: u32 = 6;
const LAST_EXPIRY: u32 = 12;
const LAST_LIFE: u32 = 14;
const REFRESH_TOKEN: u32 = 15;
/// Says, where it is `false`, that there is no token for whoever asks.
const ENABLED: u32 = 16;
/// `false` in what the SDK makes of an expiry that is none.
const DOES_EXPIRE: u32 = 17;
const OTHER: u32 = 18;

#[inline(never)]
fn field_of(name: &str) -> u32 {
    let plain = || name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase());
    let known = NAMES.split(|byte| *byte == b' ').position(|known| plain().eq(known.iter().copied()));
    known.map_or(OTHER, |place| place as u32)
}

// What stands in a place, the best first.
/// A field of a known name, and in it what Momento alone makes: an envelope, a v1 key, or a legacy token.
const NAMED: u32 = 0;
/// A v2 key in such a field: an error, but of a better code.
const NAMED_V2: u32 = 1;
/// No credential in such a field: an error, for what else is there may be anything.
const NAMED_OTHER: u32 = 2;
/// An envelope, v1 key or legacy token in any other field.
const UNNAMED: u32 = 3;
/// Some JWT in a field of a known name: a session token, or an app's own.
const NAMED_SESSION: u32 = 4;
/// A v2 key in any other field.
const UNNAMED_V2: u32 = 5;

/// A credential, and what stands beside it.
pub(super) struct Found {
    pub(super) credential: Secret,
    pub(super) is_v2: bool,
    /// Empty where there is none.
    pub(super) endpoint: String,
    pub(super) told: Told,
    pub(super) refresh_token: Option<Secret>,
}

impl Found {
    /// Of what stands alone.
    pub(super) fn new(credential: Secret, is_v2: bool) -> Self {
        Found { credential, is_v2, endpoint: String::new(), told: Told::default(), refresh_token: None }
    }
}

/// Why there is none, or none to choose.
pub(super) enum Missing {
    /// The document is no JSON.
    Broken,
    /// Two credentials, or two endpoints for one, and nothing to choose by.
    Ambiguous,
    /// The service says no: `enabled` is `false`, and there is no token.
    Disabled,
    Nothing,
}

/// The document is broken; where and how is nobody's concern.
pub(super) struct Broken;

impl From<Malformed> for Broken {
    fn from(_: Malformed) -> Self {
        Broken
    }
}

type Result<T> = core::result::Result<T, Broken>;

/// Searches a document, which is read strictly and to its end.
pub(super) fn search(text: &str) -> core::result::Result<Found, Missing> {
    let mut search = Search { best: u32::MAX, found: None, turns: 0, ambiguous: false, disabled: false };
    let mut reader = Reader::new(text);
    let read = search.value(&mut reader, OTHER, 0, &mut Beside::new(ENABLED));
    if read.is_err() || reader.end().is_err() {
        return Err(Missing::Broken);
    }
    match search.found {
        _ if search.ambiguous => Err(Missing::Ambiguous),
        Some(found) => Ok(found),
        None if search.disabled => Err(Missing::Disabled),
        None => Err(Missing::Nothing),
    }
}

struct Search {
    /// The best place so far: merit, depth, and name, a byte each.
    best: u32,
    found: Option<Found>,
    /// Counts how often a better place was found.
    turns: u32,
    ambiguous: bool,
    disabled: bool,
}

/// The fields of one object that say something about the credential in it.
struct Beside {
    /// Which field says no with `false`: [`ENABLED`], or [`DOES_EXPIRE`] in an object that tells of nothing but an expiry.
    denies: u32,
    says_no: bool,
    without_token: bool,
    two_endpoints: bool,
    endpoint: String,
    told: Told,
    refresh_token: Option<Secret>,
}

impl Beside {
    fn new(denies: u32) -> Self {
        let (endpoint, told) = (String::new(), Told::default());
        Beside {
            denies,
            says_no: false,
            without_token: false,
            two_endpoints: false,
            endpoint,
            told,
            refresh_token: None,
        }
    }
}

impl Search {
    /// Reads an object or a list, to whose elements the fields beside them are nothing.
    fn inside(&mut self, reader: &mut Reader<'_>, list: bool, depth: u32, beside: &mut Beside) -> Result<()> {
        if list {
            return reader.array(|reader| self.value(reader, OTHER, depth, beside));
        }
        let turns = self.turns;
        reader.object(|reader, name| self.value(reader, field_of(name), depth, beside))?;
        self.disabled |= beside.says_no && beside.without_token;
        // Is the best place so far in this object, or deeper in it?
        if turns != self.turns
            && let Some(found) = &mut self.found
        {
            if found.endpoint.is_empty() {
                self.ambiguous |= beside.two_endpoints;
                found.endpoint = core::mem::take(&mut beside.endpoint);
            }
            // Expiry and refresh token belong to what stands beside them by name: around it they may be of an app's own session.
            if self.best >> 8 & 0xff == depth && matches!(self.best >> 16, NAMED | NAMED_SESSION) {
                found.told = beside.told;
                found.refresh_token = beside.refresh_token.take();
            }
        }
        Ok(())
    }

    /// Reads one value, of an object's field or a list's element.
    fn value(&mut self, reader: &mut Reader<'_>, field: u32, depth: u32, beside: &mut Beside) -> Result<()> {
        let kind = reader.kind()?;
        if (FIRST_EXPIRY..=LAST_LIFE).contains(&field) {
            let told = self.told(reader, kind, field, depth, beside.denies == DOES_EXPIRE)?;
            beside.told.improve(told, field);
            return Ok(());
        }
        match kind {
            Kind::Bool if field == beside.denies => beside.says_no |= !reader.boolean()?,
            _ if beside.denies == DOES_EXPIRE => reader.skip()?,
            Kind::String => {
                let text = text(reader)?;
                if field == ENDPOINT {
                    let endpoint = base_of(text.reveal());
                    if !endpoint.is_empty() {
                        let known = &beside.endpoint;
                        beside.two_endpoints |= !known.is_empty() && !known.eq_ignore_ascii_case(endpoint);
                        beside.endpoint = String::from(endpoint);
                    }
                } else if text.reveal().trim_ascii().is_empty() {
                    beside.without_token |= field <= LAST_CREDENTIAL;
                } else if field == REFRESH_TOKEN {
                    beside.refresh_token = Some(text);
                } else {
                    self.weigh(text, field, depth);
                }
            }
            Kind::Object | Kind::Array if depth < MAX_DEPTH => {
                self.inside(reader, kind == Kind::Array, depth + 1, &mut Beside::new(ENABLED))?;
            }
            _ => {
                beside.without_token |= field <= LAST_CREDENTIAL && kind == Kind::Null;
                reader.skip()?;
            }
        }
        Ok(())
    }

    /// Reads when a token expires: a count since 1970 or, for a life, from now; the same in a string; a date; or the SDK's object
    /// `{_doesExpire, validUntil}`, but for one `within` such an object.
    fn told(&mut self, reader: &mut Reader<'_>, kind: Kind, field: u32, depth: u32, within: bool) -> Result<Told> {
        let life = field > LAST_EXPIRY;
        Ok(match kind {
            Kind::Number => told::of_number(reader.number()?, life),
            Kind::String => told::of_text(text(reader)?.reveal(), life),
            Kind::Object if !within => {
                let mut inner = Beside::new(DOES_EXPIRE);
                self.inside(reader, false, depth + 1, &mut inner)?;
                match inner.told {
                    _ if inner.says_no => NOTHING,
                    NOTHING => UNCLEAR,
                    told => told,
                }
            }
            _ => {
                reader.skip()?;
                // `false` for 'does not expire' is as good as null.
                if within || !matches!(kind, Kind::Object | Kind::Array) { NOTHING } else { UNCLEAR }
            }
        })
    }

    /// Holds a string, which is not blank, against the best place so far.
    fn weigh(&mut self, text: Secret, field: u32, depth: u32) {
        let named = field <= LAST_CREDENTIAL;
        let credential = text.reveal();
        // Base64 of a brace begins so, in envelopes and in JWTs; all else, and what is short, needs no closer look.
        let hopeful = credential.len() >= SHORTEST && credential.starts_with('e');
        if !(named || hopeful) {
            return;
        }
        let version = key_version(credential);
        let (merit, name) = match (named, version) {
            (true, Some(Version::V1 | Version::Legacy)) => (NAMED, field),
            (true, Some(Version::V2)) => (NAMED_V2, field),
            (true, Some(Version::Session)) => (NAMED_SESSION, field),
            (true, None) => (NAMED_OTHER, field),
            (false, Some(Version::V1 | Version::Legacy)) => (UNNAMED, 0),
            (false, Some(Version::V2)) => (UNNAMED_V2, 0),
            (false, _) => return,
        };
        let place = merit << 16 | depth << 8 | name;
        if place > self.best {
            return;
        }
        if place == self.best
            && let Some(found) = &self.found
        {
            self.ambiguous |= found.credential.reveal() != credential;
            return;
        }
        self.best = place;
        self.found = Some(Found::new(text, version == Some(Version::V2)));
        self.turns += 1;
        self.ambiguous = false;
    }
}

/// A string, which may be a credential.
#[inline(never)]
fn text(reader: &mut Reader<'_>) -> Result<Secret> {
    Ok(Secret::new(reader.string()?.into_owned()))
}

/// What may stand before a base endpoint: a URL's scheme, and the cache's hosts under it. Those of other services take no data, and are
/// nobody's endpoint.
static BEFORE_BASE: [&str; 5] = ["https://", "http://", "api.cache.", "web.cache.", "cache."];

/// The base of an endpoint that may be a host of it, or a whole URL under one: `https://api.cache.B/topics/…` is `B`. What is none of
/// these stays as it is, for the decoder to refuse.
fn base_of(endpoint: &str) -> &str {
    let mut base = endpoint.trim_ascii();
    for before in &BEFORE_BASE {
        if let Some((front, rest)) = base.split_at_checked(before.len())
            && front.eq_ignore_ascii_case(before)
        {
            base = rest;
        }
    }
    let end = base.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    end.and_then(|end| base.get(..end)).unwrap_or(base)
}
