//! Where in an answer's JSON the credential stands, and what stands beside it.
//!
//! Every string is a place, and so is every string in JSON that stands in a string as text, one such text deep. Of two
//! places the better one counts: the document's own before those in a text, then by what stands there (its merit), then
//! by how deep it is, then by its name's order in [`NAMES`]. Two different credentials in places as good as each other
//! are nobody's to choose from.

use super::error::Missing;
use super::once::{bare, same};
use super::place::{self, Place, json_of, kind_of, text_at};
use super::told::{self, NOTHING, Told, UNCLEAR};
use crate::codec::json::{Kind, Malformed, Number, Reader};
use crate::token::{Secret, Version, key_version};

/// Objects and lists within one another that are searched; what lies deeper is passed over.
const MAX_DEPTH: u32 = 5;
/// No credential is shorter, whatever it says.
const SHORTEST: usize = 40;

/// The names that mean something, in small letters and without `_` and `-`: `authToken`, `auth_token` and `AuthToken`
/// are one. First the credential's, then the endpoint's, when it expires, how long it lives in seconds from now, and
/// the rest; of each the best first.
const NAMES: &[u8] = b"authtoken disposabletoken momentotoken token apikey endpoint \
    expiresat validuntil exp expiresatepoch expires expiry expiration expiresin validforseconds refreshtoken enabled doesexpire \
    statuscode body";

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
/// Of what a Lambda function answers, which a gateway without proxy integration passes on as it is: the HTTP status
/// that it means,
const STATUS_CODE: u32 = 18;
/// and the body.
const BODY: u32 = 19;
const OTHER: u32 = 20;

#[inline(never)]
fn field_of(name: &str) -> u32 {
    let plain = || name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase());
    let known = NAMES.split(|byte| *byte == b' ').position(|known| plain().eq(known.iter().copied()));
    known.map_or(OTHER, |place| place as u32)
}

// What stands in a place, the best first.
/// A field of a known name, and in it what Momento alone makes: an envelope, a v1 key, or a legacy token.
const NAMED: u8 = 0;
/// A v2 key in such a field: an error, but of a better code.
const NAMED_V2: u8 = 1;
/// No credential in such a field: an error, for what else is there may be anything.
const NAMED_OTHER: u8 = 2;
/// An envelope, v1 key or legacy token in any other field.
const UNNAMED: u8 = 3;
/// Some JWT in a field of a known name: a session token, or an app's own.
const NAMED_SESSION: u8 = 4;
/// A v2 key in any other field.
const UNNAMED_V2: u8 = 5;
/// Nobody's concern.
const NO_PLACE: u8 = 6;

/// By [`Version`], and then for what is no credential: in a field of a known name, and in any other.
static MERITS: [[u8; 5]; 2] =
    [[NAMED, NAMED_V2, NAMED, NAMED_SESSION, NAMED_OTHER], [UNNAMED, UNNAMED_V2, UNNAMED, NO_PLACE, NO_PLACE]];

/// A credential, and what stands beside it: where in the document their strings are.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub(super) credential: Place,
    pub(super) is_v2: bool,
    /// Nowhere, as the refresh token, where there is none.
    pub(super) endpoint: Place,
    /// When it expires, by the best word on that.
    pub(super) told: Told,
    /// How long it lives, if it is said as well or instead.
    pub(super) length: Told,
    pub(super) refresh_token: Place,
}

impl Found {
    /// Nothing beside it.
    pub(super) const fn new(credential: Place, is_v2: bool) -> Self {
        let (endpoint, refresh_token) = (Place::Nowhere, Place::Nowhere);
        Found { credential, is_v2, endpoint, told: NOTHING, length: NOTHING, refresh_token }
    }

    pub(crate) const NOTHING: Found = Found::new(Place::Nowhere, false);
}

/// The document is broken; where and how is nobody's concern.
struct Broken;

impl From<Malformed> for Broken {
    fn from(_: Malformed) -> Self {
        Broken
    }
}

type Result<T> = std::result::Result<T, Broken>;

/// Searches a document, which is read strictly and to its end.
pub(super) fn search(text: &str, found: &mut Found) -> std::result::Result<(), Missing> {
    let mut reader = Reader::new(text);
    let mut search = Search {
        text,
        within: None,
        best: u32::MAX,
        found,
        turns: 0,
        ambiguous: false,
        disabled: false,
        status: None,
        refused: None,
        seen: place::Kind::Other,
    };
    let read = search.value(&mut reader, OTHER, &mut Beside::new(0, ENABLED));
    Err(if read.is_err() || reader.end().is_err() {
        Missing::Broken
    } else if let Some(status) = search.refused {
        Missing::Refused(status)
    } else if search.ambiguous {
        Missing::Ambiguous
    } else if search.turns > 0 {
        return Ok(());
    } else if search.disabled {
        Missing::Disabled
    } else if let Some(status) = search.status {
        Missing::Refused(status)
    } else {
        Missing::Nothing(search.seen)
    })
}

struct Search<'a> {
    text: &'a str,
    /// Where the text starts that is searched now, where that is JSON within the document.
    within: Option<usize>,
    /// The best place so far: whether it is in a text, its merit, depth, and name, a byte each.
    best: u32,
    /// What stands there.
    found: &'a mut Found,
    /// Counts how often a better place was found.
    turns: u32,
    ambiguous: bool,
    disabled: bool,
    /// A status that is not a success, as a `statusCode` has it,
    status: Option<u16>,
    /// and what stands in the best place is part of that answer.
    refused: Option<u16>,
    /// The most telling kind of text that was seen.
    seen: place::Kind,
}

/// The fields of one object that say something about the credential in it.
struct Beside {
    /// How many objects and lists it is within, and itself.
    depth: u32,
    /// Which field says no with `false`: [`ENABLED`], or [`DOES_EXPIRE`] in an object that tells of nothing but an
    /// expiry.
    denies: u32,
    says_no: bool,
    without_token: bool,
    two_endpoints: bool,
    endpoint: Place,
    told: Told,
    length: Told,
    refresh_token: Place,
    status: Option<u16>,
    has_body: bool,
}

impl Beside {
    /// Not inlined, for size.
    #[inline(never)]
    fn new(depth: u32, denies: u32) -> Self {
        Beside {
            depth,
            denies,
            says_no: false,
            without_token: false,
            two_endpoints: false,
            endpoint: Place::Nowhere,
            told: NOTHING,
            length: NOTHING,
            refresh_token: Place::Nowhere,
            status: None,
            has_body: false,
        }
    }
}

impl Search<'_> {
    /// Reads an object or a list, to whose elements the fields beside them are nothing.
    fn inside(&mut self, reader: &mut Reader<'_>, list: bool, beside: &mut Beside) -> Result<()> {
        if list {
            return reader.array(|reader| self.value(reader, OTHER, beside));
        }
        let turns = self.turns;
        reader.object(|reader, name| self.value(reader, field_of(name), beside))?;
        self.disabled |= beside.says_no && beside.without_token;
        // Is the best place so far in this object, or deeper in it?
        if turns != self.turns {
            let found = &mut *self.found;
            if found.endpoint == Place::Nowhere {
                self.ambiguous |= beside.two_endpoints;
                found.endpoint = beside.endpoint;
            }
            // Expiry and refresh token belong to what stands beside them by name: around it they may be of an app's own
            // session.
            if self.best >> 8 & 0xff == beside.depth && matches!((self.best >> 16) as u8, NAMED | NAMED_SESSION) {
                found.told = beside.told;
                found.length = beside.length;
                found.refresh_token = beside.refresh_token;
            }
        }
        if let Some(status) = beside.status.filter(|status| !(200..300).contains(status)) {
            self.status = Some(status);
            if beside.has_body && turns != self.turns {
                self.refused = Some(status);
            }
        }
        Ok(())
    }

    /// Reads one value, of an object's field or a list's element.
    fn value(&mut self, reader: &mut Reader<'_>, field: u32, beside: &mut Beside) -> Result<()> {
        let kind = reader.kind()?;
        if (FIRST_EXPIRY..=LAST_LIFE).contains(&field) {
            let told = self.told(reader, kind, field, beside)?;
            beside.told.improve(told, field);
            if field > LAST_EXPIRY {
                beside.length.improve(told, field);
            }
            return Ok(());
        }
        beside.has_body |= field == BODY;
        match kind {
            Kind::Number if field == STATUS_CODE => beside.status = status_of(reader.number()?),
            Kind::Bool if field == beside.denies => beside.says_no |= !reader.boolean()?,
            _ if beside.denies == DOES_EXPIRE => reader.skip()?,
            Kind::String => {
                let place = reader.place();
                self.string(place, text(reader)?.reveal(), field, beside)?;
            }
            Kind::Object | Kind::Array if beside.depth < MAX_DEPTH => {
                self.inside(reader, kind == Kind::Array, &mut Beside::new(beside.depth + 1, ENABLED))?;
            }
            _ => {
                beside.without_token |= field <= LAST_CREDENTIAL && kind == Kind::Null;
                reader.skip()?;
            }
        }
        Ok(())
    }

    /// Reads when a token expires: a count since 1970 or, for a life, from now; the same in a string; a date; or the
    /// SDK's object `{_doesExpire, validUntil}`, but for one within such an object.
    fn told(&mut self, reader: &mut Reader<'_>, kind: Kind, field: u32, beside: &Beside) -> Result<Told> {
        let life = field > LAST_EXPIRY;
        let within = beside.denies == DOES_EXPIRE;
        Ok(match kind {
            Kind::Number => told::of_number(reader.number()?, life),
            Kind::String => told::of_text(text(reader)?.reveal(), life),
            Kind::Object if !within => {
                let mut inner = Beside::new(beside.depth + 1, DOES_EXPIRE);
                self.inside(reader, false, &mut inner)?;
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

    /// Takes in a string, which starts at this byte of what is searched now.
    fn string(&mut self, at: usize, text: &str, field: u32, beside: &mut Beside) -> Result<()> {
        let place = self.within.map_or(Place::At(at), |text| Place::Within(text, at));
        if field == ENDPOINT {
            let endpoint = base_of(text);
            if !endpoint.is_empty() {
                let known = text_at(self.text, beside.endpoint);
                let known = base_of(known.reveal());
                beside.two_endpoints |= !known.is_empty() && !same(known.as_bytes(), endpoint.as_bytes());
                beside.endpoint = place;
            }
        } else if bare(text).is_empty() {
            beside.without_token |= field <= LAST_CREDENTIAL;
        } else if field == REFRESH_TOKEN {
            beside.refresh_token = place;
        } else if field == STATUS_CODE {
            beside.status = Reader::new(bare(text)).number().ok().and_then(status_of);
        } else if !self.text_within(at, text, field, beside)? {
            self.weigh(place, text, field, beside.depth);
        }
        Ok(())
    }

    /// Searches a text that is JSON as if that stood in its place; false where it is none.
    fn text_within(&mut self, at: usize, text: &str, field: u32, beside: &mut Beside) -> Result<bool> {
        let inner = json_of(text);
        let kind = kind_of(inner);
        // A credential in quotes is one; so it was pasted.
        if kind == place::Kind::Other || key_version(text).is_some() {
            return Ok(false);
        }
        let is_json = kind == place::Kind::Json;
        let kind = if is_json && self.within.is_some() { place::Kind::Deeper } else { kind };
        self.seen = self.seen.max(kind);
        if kind == place::Kind::Json {
            self.within = Some(at);
            let read = self.value(&mut Reader::new(inner), field, beside);
            self.within = None;
            read?;
        }
        Ok(is_json)
    }

    /// Holds a string, which is not blank, against the best place so far.
    fn weigh(&mut self, at: Place, text: &str, field: u32, depth: u32) {
        let named = field <= LAST_CREDENTIAL;
        // Base64 of a brace begins so, in envelopes and in JWTs; all else, and what is short, needs no closer look.
        let hopeful = text.len() >= SHORTEST && bare(text).trim_start_matches('"').starts_with('e');
        if !(named || hopeful) {
            return;
        }
        let version = key_version(text).map_or(4, |version| version as usize);
        let merit = MERITS[usize::from(!named)][version];
        let in_text = u32::from(self.within.is_some());
        let place = in_text << 24 | u32::from(merit) << 16 | depth << 8 | if named { field } else { 0 };
        if merit == NO_PLACE {
            return;
        }
        if place == self.best {
            self.ambiguous |= text_at(self.text, self.found.credential).reveal() != text;
        } else if place < self.best {
            self.best = place;
            *self.found = Found::new(at, version == Version::V2 as usize);
            self.turns += 1;
            self.ambiguous = false;
            self.refused = None;
        }
    }
}

/// A string, which may be a credential.
#[inline(never)]
fn text(reader: &mut Reader<'_>) -> Result<Secret> {
    Ok(Secret::new(reader.string()?.into_owned()))
}

/// An HTTP status, if it may be one.
fn status_of(number: Number) -> Option<u16> {
    number.scaled(0).filter(|status| (100..600).contains(status)).map(|status| status as u16)
}

/// What may stand before a base endpoint: a URL's scheme, and the cache's hosts under it. Those of other services take
/// no data, and are nobody's endpoint.
static BEFORE_BASE: [&str; 5] = ["https://", "http://", "api.cache.", "web.cache.", "cache."];

/// The base of an endpoint that may be a host of it, or a whole URL under one: `https://api.cache.B/topics/…` is `B`.
/// What is none of these stays as it is, for the decoder to refuse.
pub(super) fn base_of(endpoint: &str) -> &str {
    let mut base = bare(endpoint);
    for before in &BEFORE_BASE {
        if let Some((front, rest)) = base.split_at_checked(before.len())
            && same(front.as_bytes(), before.as_bytes())
        {
            base = rest;
        }
    }
    let end = base.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    end.and_then(|end| base.get(..end)).unwrap_or(base)
}
