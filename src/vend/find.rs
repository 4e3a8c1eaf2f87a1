//! Finds the credential in a response's JSON, and the fields that belong to it.
//!
//! Every string is a candidate, including those in JSON that the response contains as text, one level deep. The
//! candidate with the best [`Rank`] is the credential. Two different candidates of that rank make the response
//! ambiguous.

use super::error::{InnerText, VendError};
use super::expiry::Expiry;
use super::field::Field;
use super::fields::Fields;
use super::text::{Content, is_blank};
use crate::codec::json::{Json, Object};
use crate::token::{Secret, Version, key_version};
use std::cmp::Ordering;

/// The deepest nesting of objects and arrays that is searched. Anything deeper is ignored.
const MAX_DEPTH: u32 = 5;
/// The minimum length of a credential, in bytes.
const MIN_CREDENTIAL_LENGTH: usize = 40;

/// A credential, and what the response states about it.
pub(super) struct Match {
    pub(super) credential: Secret,
    pub(super) is_v2_key: bool,
    /// The base endpoint.
    pub(super) endpoint: Option<String>,
    /// When it expires.
    pub(super) expiry: Option<Expiry>,
    /// How long it lives, in milliseconds, if the response states that.
    pub(super) lifetime: Option<i64>,
    pub(super) refresh_token: Option<Secret>,
}

impl Match {
    /// A credential without any other statements.
    pub(super) fn bare(credential: &str, version: Option<Version>) -> Self {
        Match {
            credential: Secret::new(credential.into()),
            is_v2_key: version == Some(Version::V2),
            endpoint: None,
            expiry: None,
            lifetime: None,
            refresh_token: None,
        }
    }
}

/// Searches a document.
///
/// # Errors
/// Describes the document if it contains no credential, several, or one that is part of a failed response.
pub(super) fn search(document: &Json) -> Result<Match, VendError> {
    let mut search = Search::default();
    search.value(document, Field::Other, Place::TOP);
    search.finish()
}

/// The rank of a candidate; the least is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// Whether it is in JSON that the response contains as text.
    in_text: bool,
    merit: Merit,
    /// How many objects and arrays it is in.
    depth: u32,
    /// The name of its field, if that is one for a credential.
    name: Option<Field>,
}

/// The kind of a candidate, by its form and its field's name; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Merit {
    /// In a field for a credential, a form used only by Momento: an envelope, a v1 key or a legacy token.
    Named,
    /// In such a field, a v2 key: an error with its own code.
    NamedV2Key,
    /// In such a field, not a credential: an error, since the rest of the response cannot be trusted.
    NamedOther,
    /// In any other field, an envelope, a v1 key, or a legacy token.
    Unnamed,
    /// In a field for a credential, any other JWT: a session token, or one of the app's own.
    NamedSession,
    /// In any other field, a v2 key.
    UnnamedV2Key,
}

impl Merit {
    /// `None` if it is not a candidate.
    fn new(is_named: bool, version: Option<Version>) -> Option<Self> {
        match (is_named, version) {
            (true, Some(Version::V1 | Version::Legacy)) => Some(Merit::Named),
            (true, Some(Version::V2)) => Some(Merit::NamedV2Key),
            (true, Some(Version::Session)) => Some(Merit::NamedSession),
            (true, None) => Some(Merit::NamedOther),
            (false, Some(Version::V1 | Version::Legacy)) => Some(Merit::Unnamed),
            (false, Some(Version::V2)) => Some(Merit::UnnamedV2Key),
            (false, Some(Version::Session) | None) => None,
        }
    }
}

/// The best string so far.
struct Candidate {
    rank: Rank,
    found: Match,
    /// Whether there is another of the same rank, or there are two endpoints for this one.
    is_ambiguous: bool,
    /// The `statusCode` of the response that it is part of, if that is not a success.
    failure: Option<u16>,
}

impl Candidate {
    fn new(rank: Rank, text: &str, version: Option<Version>, objects: Option<&Enclosing<'_>>) -> Self {
        let around = || std::iter::successors(objects, |object| object.outer).map(|object| object.fields);
        let mut found = Match::bare(text, version);
        let nearest = around().find(|fields| fields.endpoint.is_some());
        found.endpoint = nearest.and_then(|fields| fields.endpoint).map(String::from);
        // Expiry and refresh token belong to a named credential in the same object. In enclosing objects they may
        // belong to the app's own session.
        if matches!(rank.merit, Merit::Named | Merit::NamedSession)
            && let Some(fields) = around().next()
        {
            found.expiry = fields.expiry.map(|stated| stated.expiry);
            found.lifetime = fields.lifetime.and_then(|stated| match stated.expiry {
                Expiry::After(ms) => Some(ms),
                Expiry::At(_) | Expiry::Unclear => None,
            });
            found.refresh_token = fields.refresh_token.map(|token| Secret::new(token.into()));
        }
        Candidate {
            rank,
            found,
            is_ambiguous: nearest.is_some_and(|fields| fields.two_endpoints),
            failure: around().filter_map(Fields::failure_of_body).last(),
        }
    }
}

/// An object that encloses the value being searched.
struct Enclosing<'a> {
    fields: &'a Fields<'a>,
    outer: Option<&'a Enclosing<'a>>,
}

/// The position of a value in the document.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// How many objects and arrays it is in.
    depth: u32,
    /// Whether it is in JSON that the response contains as text.
    in_text: bool,
    /// The innermost object that it is in.
    object: Option<&'a Enclosing<'a>>,
}

impl Place<'_> {
    const TOP: Place<'static> = Place { depth: 0, in_text: false, object: None };
}

/// The state of the search.
#[derive(Default)]
struct Search {
    best: Option<Candidate>,
    /// Whether the service refuses to issue a token.
    is_disabled: bool,
    /// The last unsuccessful `statusCode`.
    failure: Option<u16>,
    inner_text: InnerText,
}

impl Search {
    fn value(&mut self, value: &Json, field: Field, place: Place<'_>) {
        match value {
            Json::String(text) => self.string(text, field, place),
            Json::Object(object) if place.depth < MAX_DEPTH => self.object(object, place),
            Json::Array(values) if place.depth < MAX_DEPTH => {
                let within = Place { depth: place.depth + 1, ..place };
                values.iter().for_each(|value| self.value(value, Field::Other, within));
            }
            _ => {}
        }
    }

    fn object(&mut self, object: &Object, place: Place<'_>) {
        let fields = Fields::of(object);
        let enclosing = Enclosing { fields: &fields, outer: place.object };
        let within = Place { depth: place.depth + 1, object: Some(&enclosing), ..place };
        for (name, value) in object.iter() {
            let field = Field::from_name(name);
            if !field.is_expiry() && !field.is_lifetime() {
                self.value(value, field, within);
            }
        }
        self.is_disabled |= fields.denies_token();
        self.failure = fields.failure().or(self.failure);
    }

    fn string(&mut self, text: &str, field: Field, place: Place<'_>) {
        if is_blank(text) || matches!(field, Field::Endpoint | Field::RefreshToken | Field::StatusCode) {
            return;
        }
        let content = Content::of(text);
        // A credential pasted with its quotes is a credential, not JSON.
        if matches!(content, Content::Plain) || key_version(text).is_some() {
            return self.candidate(text, field, place);
        }
        let seen = match &content {
            Content::Plain => InnerText::None,
            Content::Json(_) if place.in_text => InnerText::TooDeep,
            Content::Json(_) => InnerText::Json,
            Content::BrokenJson => InnerText::Broken,
            Content::WebPage => InnerText::WebPage,
        };
        self.inner_text = self.inner_text.max(seen);
        match content {
            Content::Json(_) if place.in_text => {}
            Content::Json(value) => self.value(&value, field, Place { in_text: true, ..place }),
            _ => self.candidate(text, field, place),
        }
    }

    /// Compares a string that is not blank with the best one so far.
    fn candidate(&mut self, text: &str, field: Field, place: Place<'_>) {
        let name = field.is_credential().then_some(field);
        if name.is_none() && !may_be_credential(text) {
            return;
        }
        let version = key_version(text);
        let Some(merit) = Merit::new(name.is_some(), version) else { return };
        let rank = Rank { in_text: place.in_text, merit, depth: place.depth, name };
        if let Some(best) = &mut self.best {
            match rank.cmp(&best.rank) {
                Ordering::Less => {}
                Ordering::Equal => {
                    best.is_ambiguous |= best.found.credential.reveal() != text;
                    return;
                }
                Ordering::Greater => return,
            }
        }
        self.best = Some(Candidate::new(rank, text, version, place.object));
    }

    fn finish(self) -> Result<Match, VendError> {
        match self.best {
            Some(Candidate { failure: Some(status), .. }) => Err(VendError::StatusCode { status }),
            Some(best) if best.is_ambiguous => Err(VendError::Ambiguous),
            Some(best) => Ok(best.found),
            None if self.is_disabled => Err(VendError::Disabled),
            None => {
                Err(self.failure.map_or(VendError::NoToken(self.inner_text), |status| VendError::StatusCode { status }))
            }
        }
    }
}

/// Whether a text may be a credential. Envelopes and JWTs start with the base64 of a brace; other strings and short
/// ones need no further check.
fn may_be_credential(text: &str) -> bool {
    text.len() >= MIN_CREDENTIAL_LENGTH && text.trim_ascii().trim_start_matches('"').starts_with('e')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_rank_by_text_then_merit_then_depth_then_name() {
        let rank = |in_text, merit, depth, name| Rank { in_text, merit, depth, name };
        let ordered = [
            rank(false, Merit::Named, 1, Some(Field::AuthToken)),
            rank(false, Merit::Named, 1, Some(Field::Token)),
            rank(false, Merit::Named, 2, Some(Field::AuthToken)),
            rank(false, Merit::NamedV2Key, 1, Some(Field::AuthToken)),
            rank(false, Merit::NamedOther, 1, Some(Field::AuthToken)),
            rank(false, Merit::Unnamed, 1, None),
            rank(false, Merit::NamedSession, 1, Some(Field::AuthToken)),
            rank(false, Merit::UnnamedV2Key, 1, None),
            rank(true, Merit::Named, 1, Some(Field::AuthToken)),
        ];
        assert!(ordered.is_sorted_by(|better, worse| better < worse));
    }
}
