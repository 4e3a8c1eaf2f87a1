//! Where in an answer's JSON the credential stands, and what stands beside it.
//!
//! Every string is a place. Of two places the better one counts: by what stands there ([`Merit`]), then by how deep in the document it
//! is, then by its name's order in [`FIELDS`]. Two different credentials in places as good as each other are nobody's to choose from.

use super::told::Told;
use crate::codec::json::{Kind, Malformed, Reader};
use crate::token::{Secret, Version, key_version};
use alloc::string::String;

/// Objects and lists within one another that are searched; what lies deeper is passed over.
const MAX_DEPTH: u8 = 5;
/// No credential is shorter, whatever it says.
const SHORTEST: usize = 40;

/// What a field is, by its name alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// A credential; the earlier in the list, the better.
    Credential(u8),
    Endpoint,
    /// When it expires.
    Expiry(u8),
    /// How long it lives, in seconds from now.
    Life(u8),
    RefreshToken,
    /// Says, where it is `false`, that there is no token for whoever asks.
    Enabled,
    /// `false` in what the SDK makes of an expiry that is none.
    DoesExpire,
    Other,
}

/// Names in small letters and without `_` and `-`: `authToken`, `auth_token` and `AuthToken` are one.
const FIELDS: [(&str, Field); 18] = [
    ("authtoken", Field::Credential(0)),
    ("disposabletoken", Field::Credential(1)),
    ("momentotoken", Field::Credential(2)),
    ("token", Field::Credential(3)),
    ("apikey", Field::Credential(4)),
    ("endpoint", Field::Endpoint),
    ("expiresat", Field::Expiry(0)),
    ("validuntil", Field::Expiry(1)),
    ("exp", Field::Expiry(2)),
    ("expiresatepoch", Field::Expiry(3)),
    ("expires", Field::Expiry(4)),
    ("expiry", Field::Expiry(5)),
    ("expiration", Field::Expiry(6)),
    ("expiresin", Field::Life(7)),
    ("validforseconds", Field::Life(8)),
    ("refreshtoken", Field::RefreshToken),
    ("enabled", Field::Enabled),
    ("doesexpire", Field::DoesExpire),
];

impl Field {
    pub(super) fn of(name: &str) -> Field {
        let plain = || name.bytes().filter(|byte| !b"_-".contains(byte)).map(|byte| byte.to_ascii_lowercase());
        FIELDS.iter().find(|(known, _)| plain().eq(known.bytes())).map_or(Field::Other, |(_, field)| *field)
    }
}

/// What stands in a place, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Merit {
    /// A field of a known name, and in it what Momento alone makes: an envelope, a v1 key, or a legacy token.
    Named,
    /// A v2 key in such a field: an error, but of a better code.
    NamedV2,
    /// No credential in such a field: an error, for what else is there may be anything.
    NamedOther,
    /// An envelope, v1 key or legacy token in any other field.
    Unnamed,
    /// Some JWT in a field of a known name: a session token, or an app's own.
    NamedSession,
    /// A v2 key in any other field.
    UnnamedV2,
}

/// A place: what stands there, how deep, and which known name it has.
type Place = (Merit, u8, u8);

/// A credential, and what stands beside it.
pub(super) struct Found {
    pub(super) credential: Secret,
    pub(super) is_v2: bool,
    pub(super) endpoint: Option<String>,
    pub(super) told: Told,
    pub(super) refresh_token: Option<Secret>,
}

/// What an answer's JSON came to.
pub(super) enum Outcome {
    Found(Found),
    /// Two credentials, or two endpoints for one, and nothing to choose by.
    Ambiguous,
    /// The service says no: `enabled` is `false`, and there is no token.
    Disabled,
    Nothing,
}

/// Searches a document, which is read strictly and to its end.
pub(super) fn search(text: &str) -> Result<Outcome, Malformed> {
    let mut search = Search::default();
    let mut reader = Reader::new(text);
    search.value(&mut reader, Field::Other, 0, &mut Beside::default())?;
    reader.end()?;
    Ok(match search.best {
        _ if search.ambiguous => Outcome::Ambiguous,
        Some((_, found)) => Outcome::Found(found),
        None if search.disabled => Outcome::Disabled,
        None => Outcome::Nothing,
    })
}

#[derive(Default)]
struct Search {
    best: Option<(Place, Found)>,
    /// Counts how often a better place was found.
    turns: usize,
    ambiguous: bool,
    disabled: bool,
}

/// The fields of one object that say something about the credential in it.
#[derive(Default)]
struct Beside {
    endpoint: Option<String>,
    two_endpoints: bool,
    told: Told,
    refresh_token: Option<Secret>,
    says_no: bool,
    without_token: bool,
}

impl Search {
    fn object(&mut self, reader: &mut Reader<'_>, depth: u8) -> Result<(), Malformed> {
        let mut beside = Beside::default();
        let turns = self.turns;
        reader.object(|reader, name| self.value(reader, Field::of(name), depth, &mut beside))?;
        self.disabled |= beside.says_no && beside.without_token;
        if turns == self.turns {
            return Ok(());
        }
        // The best place so far is in this object, or deeper in it.
        let Some((place, found)) = &mut self.best else { return Ok(()) };
        if found.endpoint.is_none() {
            self.ambiguous |= beside.two_endpoints;
            found.endpoint = beside.endpoint;
        }
        // Expiry and refresh token belong to what stands beside them by name: around it they may be of an app's own session.
        if place.1 == depth && matches!(place.0, Merit::Named | Merit::NamedSession) {
            found.told = beside.told;
            found.refresh_token = beside.refresh_token;
        }
        Ok(())
    }

    /// Reads one value, of an object's field or a list's element.
    fn value(
        &mut self,
        reader: &mut Reader<'_>,
        field: Field,
        depth: u8,
        beside: &mut Beside,
    ) -> Result<(), Malformed> {
        match (field, reader.kind()?) {
            (Field::Expiry(order) | Field::Life(order), _) => {
                let told = Told::read(reader, matches!(field, Field::Life(_)), order)?;
                beside.told.improve(told);
                Ok(())
            }
            (Field::Endpoint, Kind::String) => {
                let endpoint = base_of(&reader.string()?);
                if !endpoint.is_empty() {
                    beside.two_endpoints |= beside.endpoint.as_ref().is_some_and(|known| *known != endpoint);
                    beside.endpoint = Some(endpoint);
                }
                Ok(())
            }
            (Field::RefreshToken, Kind::String) => {
                let token = reader.string()?;
                if !token.is_empty() {
                    beside.refresh_token = Some(Secret::new(token.into_owned()));
                }
                Ok(())
            }
            (Field::Enabled, Kind::Bool) => {
                beside.says_no |= !reader.boolean()?;
                Ok(())
            }
            (Field::Credential(_), Kind::Null) => {
                beside.without_token = true;
                reader.null()
            }
            (_, Kind::String) => {
                let text = Secret::new(reader.string()?.into_owned());
                if text.reveal().trim_ascii().is_empty() {
                    beside.without_token |= matches!(field, Field::Credential(_));
                } else {
                    self.weigh(text, field, depth);
                }
                Ok(())
            }
            (_, Kind::Object) if depth < MAX_DEPTH => self.object(reader, depth + 1),
            (_, Kind::Array) if depth < MAX_DEPTH => {
                reader.array(|reader| self.value(reader, Field::Other, depth + 1, &mut Beside::default()))
            }
            _ => reader.skip(),
        }
    }

    /// Holds a string, which is not blank, against the best place so far.
    fn weigh(&mut self, text: Secret, field: Field, depth: u8) {
        let (named, order) = match field {
            Field::Credential(order) => (true, order),
            _ => (false, 0),
        };
        let credential = text.reveal();
        // Base64 of a brace begins so, in envelopes and in JWTs; all else, and what is short, needs no closer look.
        let hopeful = credential.len() >= SHORTEST && credential.starts_with('e');
        if !(named || hopeful) {
            return;
        }
        let version = key_version(credential);
        let merit = match (named, version) {
            (true, Some(Version::V1 | Version::Legacy)) => Merit::Named,
            (true, Some(Version::V2)) => Merit::NamedV2,
            (true, None) => Merit::NamedOther,
            (false, Some(Version::V1 | Version::Legacy)) => Merit::Unnamed,
            (true, Some(Version::Session)) => Merit::NamedSession,
            (false, Some(Version::V2)) => Merit::UnnamedV2,
            (false, Some(Version::Session) | None) => return,
        };
        let place = (merit, depth, order);
        match &self.best {
            Some((best, _)) if *best < place => return,
            Some((best, found)) if *best == place => {
                self.ambiguous |= found.credential.reveal() != credential;
                return;
            }
            _ => {}
        }
        let is_v2 = version == Some(Version::V2);
        let found = Found { credential: text, is_v2, endpoint: None, told: Told::default(), refresh_token: None };
        self.best = Some((place, found));
        self.turns += 1;
        self.ambiguous = false;
    }
}

/// What may stand before a base endpoint: a URL's scheme, and the cache's hosts under it. Those of other services take no data, and are
/// nobody's endpoint.
static BEFORE_BASE: [&str; 5] = ["https://", "http://", "api.cache.", "web.cache.", "cache."];

/// The base of an endpoint that may be a host of it, or a whole URL under one: `https://api.cache.B/topics/…` is `B`. What is none of
/// these stays as it is, for the decoder to refuse.
fn base_of(endpoint: &str) -> String {
    let mut base = endpoint.trim_ascii().to_ascii_lowercase();
    for before in &BEFORE_BASE {
        if base.starts_with(before) {
            base.drain(..before.len());
        }
    }
    if let Some(end) = base.bytes().position(|byte| b"/?#".contains(&byte)) {
        base.truncate(end);
    }
    base
}
