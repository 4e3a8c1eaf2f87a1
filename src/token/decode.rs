//! From a string to a [`Token`].

use super::claims::{Claim, Claims, Insane};
use super::endpoint::Hosts;
use super::error::TokenError;
use super::fields::HEAD;
use super::model::{DecodeOptions, Settings, Token, Version};
use super::paste::clean;
use super::warning;
use super::work::{Span, Work};
use crate::codec::{base64::Decoded, block::Block, json::Value};
use crate::scope::{ScopeError, plain, wire};

/// A credential that lies in a [`Work`], and its length.
#[derive(Clone, Copy)]
pub(crate) enum Input {
    /// As people paste it.
    Text(usize),
    /// An envelope, out of its base64: a browser is quicker at that.
    #[cfg_attr(
        not(all(target_arch = "wasm32", feature = "js")),
        allow(dead_code, reason = "only browsers take base64 away")
    )]
    Envelope(usize),
}

/// What it must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Any credential.
    Any,
    /// What [`super::from_string`] takes.
    Provider,
    /// What [`super::from_api_key_v2`] takes; the endpoint is among the options.
    V2,
}

/// Reads a credential of any kind; an expired one too. `now` (milliseconds since the epoch) serves the warnings alone.
///
/// # Errors
/// See [`TokenError::code`].
pub fn decode(credential: &str, options: &DecodeOptions, now: i64) -> Result<Token, TokenError> {
    read(Work::of(credential), Input::Text(credential.len()), &options.settings(), Expected::Any, now)
}

/// As [`decode`], of a credential that must be what is expected.
#[cfg(feature = "refresh")]
pub(crate) fn decode_as(
    credential: &str,
    options: &DecodeOptions,
    expected: Expected,
    now: i64,
) -> Result<Token, TokenError> {
    read(Work::of(credential), Input::Text(credential.len()), &options.settings(), expected, now)
}

/// What a credential is, by its form alone; `None` for what is no credential. Never fails.
pub fn key_version(credential: &str) -> Option<Version> {
    version_of(Work::of(credential), Input::Text(credential.len()))
}

/// [`key_version`].
pub(crate) fn version_of(mut work: Work, input: Input) -> Option<Version> {
    let mut form = Form::default();
    form.read(&mut work, input).ok().map(|()| form.version)
}

/// All of the public functions that read a credential.
pub(crate) fn read(
    mut work: Work,
    input: Input,
    settings: &Settings<'_>,
    expected: Expected,
    now: i64,
) -> Result<Token, TokenError> {
    let mut form = Form::default();
    let read = form.read(&mut work, input);
    if expected == Expected::V2 {
        super::provider::check_v2(read, form.version, settings)?;
    } else {
        read?;
    }
    if expected == Expected::Provider && form.version == Version::V2 {
        return Err(super::provider::got_v2());
    }
    let hosts = Hosts::find(&work, &form, settings)?;
    let expires_at = form.claims.expires_at().map_err(|Insane| {
        TokenError::new(
            "ERR_TOKEN_EXPIRY",
            "failed to parse token: expected claim `exp` in whole seconds since 1970, found no sane time; mint the token again",
        )
    })?;
    if expected == Expected::Provider && hosts.flags.is_none() {
        return Err(super::provider::no_endpoint());
    }
    // What is read comes out of the key, but for the hosts.
    let mut block = Block::new(2 * (form.key.to - form.key.from) + 1024, HEAD);
    block.put(work.get(form.key));
    hosts.put_base(&mut block);
    for claim in [Claim::Id, Claim::Subject] {
        block.maybe(form.claims.text(claim).map(|text| work.get(text)));
    }
    hosts.put_all(&mut block);
    let hosts = hosts.flags;
    let is_v2 = form.claims.is_v2(&work);
    let mut token = Token {
        version: form.version,
        hosts,
        expires_at,
        #[cfg(feature = "refresh")]
        issued_at: form.claims.issued_at(),
        #[cfg(feature = "refresh")]
        told_expiry: false,
        disposable: false,
        super_user: false,
        permissions: 0,
        warnings: 0,
        not_understood: None,
        #[cfg(feature = "refresh")]
        remarks: Vec::new(),
        block,
    };
    if let Some(p) = form.claims.permissions() {
        token.read_permissions(&mut work, p);
    }
    warning::judge(&mut token, is_v2, now);
    Ok(token)
}

impl Token {
    /// Claim `p`.
    fn read_permissions(&mut self, work: &mut Work, p: Span) {
        let Some(Decoded { length, .. }) = work.decode(p, p.from).filter(|decoded| decoded.stopped == p.to) else {
            self.not_understood =
                Some(ScopeError::new("ERR_SCOPE_NOT_UNDERSTOOD", "expected base64, found something else"));
            return;
        };
        let bytes = work.get(Span { to: p.from + length, ..p });
        let (text, table) = (self.block.text().len(), self.block.table.len());
        if let Some(permissions) = plain::read(bytes, &mut self.block) {
            self.permissions = permissions;
            return;
        }
        self.block.truncate(text, table);
        let block = &mut self.block;
        let permissions = &mut self.permissions;
        let read = wire::read(bytes, &mut |parts| {
            *permissions += 1;
            block.permission(&parts);
        });
        match read {
            Ok(super_user) => self.super_user = super_user,
            Err(error) => {
                self.permissions = 0;
                self.block.truncate(text, table);
                self.not_understood = Some(error);
            }
        }
    }
}

/// A credential taken apart.
#[derive(Default)]
pub(super) struct Form {
    pub(super) version: Version,
    /// The envelope's endpoint, as it was written.
    pub(super) endpoint: Option<Span>,
    /// The JWT.
    pub(super) key: Span,
    pub(super) claims: Claims,
}

impl Form {
    fn read(&mut self, work: &mut Work, input: Input) -> Result<(), TokenError> {
        let mut text = Span::default();
        // What most callers hand over: an envelope with nothing around it, which needs no cleaning.
        let mut envelope = match input {
            Input::Envelope(to) => Some(Span { from: 0, to }),
            Input::Text(to) => {
                text.to = to;
                unwrap(work, text)
            }
        };
        if envelope.is_none() {
            text.to = clean(work.get_mut(text));
            if text.to == 0 {
                return Err(TokenError::new(
                    "ERR_TOKEN_EMPTY",
                    "malformed auth token: API key cannot be an empty string; expected a credential, found nothing",
                ));
            }
            if work.get(text).contains(&b'.') {
                return self.bare(work, text);
            }
            envelope = unwrap(work, text);
        }
        match envelope {
            Some(envelope) => self.envelope(work, envelope),
            None => Err(TokenError::malformed("an envelope in base64, or a JWT", "")),
        }
    }

    /// Reads a JWT that stands alone.
    fn bare(&mut self, work: &mut Work, jwt: Span) -> Result<(), TokenError> {
        self.jwt(work, jwt, jwt.to, "a JWT with ")?;
        let claims = &self.claims;
        self.version = if claims.is_v2(work) {
            Version::V2
        } else if claims.is_v1() {
            Version::V1
        } else if claims.text(Claim::CacheEndpoint).or(claims.text(Claim::ControlEndpoint)).is_some() {
            Version::Legacy
        } else {
            Version::Session
        };
        Ok(())
    }

    /// Reads an envelope's JSON: `{"endpoint": …, "api_key": …}`, in any order; other fields are passed over.
    fn envelope(&mut self, work: &mut Work, envelope: Span) -> Result<(), TokenError> {
        let mut values = [Value::Absent; 2];
        work.members(envelope, &["endpoint", "api_key"], &mut values, &"endpoint and api_key once each")
            .map_err(|expected| TokenError::malformed("an envelope with ", expected))?;
        let [endpoint, key] = values.map(Value::text);
        let (Some(_), Some(key)) = (endpoint, key) else {
            return Err(TokenError::malformed("an envelope with endpoint and api_key", ""));
        };
        self.endpoint = endpoint;
        self.jwt(work, key, envelope.to, "an envelope whose api_key is a JWT with ")
    }

    fn jwt(&mut self, work: &mut Work, key: Span, free: usize, expected: &str) -> Result<(), TokenError> {
        self.key = key;
        self.claims.read(work, key, free).map_err(|detail| TokenError::malformed(expected, detail))
    }
}

/// An envelope out of its base64, which is left as it is.
fn unwrap(work: &mut Work, text: Span) -> Option<Span> {
    let Decoded { stopped, length } = work.decode(text, text.to)?;
    (stopped == text.to && length > 0).then_some(Span { from: text.to, to: text.to + length })
}

#[cfg(test)]
mod tests;
