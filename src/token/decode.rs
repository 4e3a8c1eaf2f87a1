//! From a string to a [`Token`].

use super::claims::{Claims, Expiry, NotJwt};
use super::endpoint::{Endpoints, check};
use super::error::TokenError;
use super::model::{DecodeOptions, MAX_DISPOSABLE_LIFE_MS, Token, Version, Warning};
use super::paste::clean;
use super::secret::Secret;
use crate::codec::{
    base64,
    json::{Malformed, Reader},
    wipe::Wiped,
};
use crate::scope::Grant;
use alloc::{borrow::Cow, string::String, vec::Vec};

/// A token about to expire is worth a word: less than this is left, in milliseconds.
const EXPIRES_SOON_MS: i64 = 10_000;
/// The Auth API reference allows "up to ten" permissions, the limits page 20: above ten is worth a word.
const MANY_PERMISSIONS: usize = 10;

/// A credential as it comes in.
#[derive(Clone, Copy)]
pub(crate) enum Credential<'a> {
    /// As people paste it.
    Text(&'a str),
    /// An envelope, out of its base64: a browser is quicker at that.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "only browsers take base64 away"))]
    Envelope(&'a [u8]),
}

/// Reads a credential of any kind; an expired one too. `now` (milliseconds since the epoch) serves the warnings alone.
///
/// # Errors
/// See [`TokenError::code`].
pub fn decode(credential: &str, options: &DecodeOptions, now: i64) -> Result<Token, TokenError> {
    read(Credential::Text(credential), options, false, now)
}

/// What most callers hand over: an envelope with nothing around it, which needs no cleaning.
fn bare_envelope(text: &str) -> Option<Wiped> {
    if text.is_empty() || text.contains('.') {
        return None;
    }
    base64::decode(text).map(Wiped)
}

/// [`decode`], or where it is to `insist` as a `CredentialProvider` does, [`super::from_string`].
pub(crate) fn read(
    credential: Credential<'_>,
    options: &DecodeOptions,
    insist: bool,
    now: i64,
) -> Result<Token, TokenError> {
    let text;
    let form = match credential {
        Credential::Envelope(bytes) => Form::open(bytes)?,
        Credential::Text(pasted) => match bare_envelope(pasted) {
            Some(bytes) => Form::open(&bytes)?,
            None => {
                text = clean(pasted);
                if text.is_empty() {
                    return Err(TokenError::new(
                        "ERR_TOKEN_EMPTY",
                        "malformed auth token: API key cannot be an empty string; expected a credential, found nothing",
                    ));
                }
                Form::read(&text)?
            }
        },
    };
    if insist && form.version == Version::V2 {
        return Err(TokenError::new("ERR_V2_KEY", super::provider::GOT_V2));
    }
    let (base, endpoints) = find_endpoints(&form, options)?;
    let expires_at = match form.claims.expires_at {
        None => None,
        Some(Expiry::At(at)) => Some(at),
        Some(Expiry::Insane) => {
            return Err(TokenError::new(
                "ERR_TOKEN_EXPIRY",
                "failed to parse token: expected claim `exp` in whole seconds since 1970, found no sane time; mint the token again",
            ));
        }
    };
    if insist && endpoints.is_none() {
        return Err(TokenError::new("ERR_ENDPOINT_MISSING", super::provider::NO_ENDPOINT));
    }
    let mut warnings = Vec::new();
    let grant = read_grant(&form, &mut warnings);
    let disposable = warn_about_life(&form, grant.as_ref(), expires_at, now, &mut warnings);
    Ok(Token {
        version: form.version,
        endpoint: base,
        endpoints,
        expires_at,
        grant,
        token_id: form.claims.id,
        subject: form.claims.subject,
        disposable,
        warnings,
        credential: Secret::new(form.key.into_owned()),
    })
}

/// What a credential is, by its form alone; `None` for what is no credential. Never fails.
pub fn key_version(credential: &str) -> Option<Version> {
    version_of(Credential::Text(credential))
}

/// [`key_version`].
pub(crate) fn version_of(credential: Credential<'_>) -> Option<Version> {
    let form = match credential {
        Credential::Text(text) => Form::read(&clean(text)).map(|form| form.version),
        Credential::Envelope(bytes) => Form::open(bytes).map(|form| form.version),
    };
    form.ok()
}

/// A credential taken apart.
struct Form<'a> {
    version: Version,
    /// The envelope's endpoint, as it was written.
    endpoint: Option<String>,
    /// The JWT.
    key: Cow<'a, str>,
    claims: Claims,
}

impl<'a> Form<'a> {
    fn read(text: &'a str) -> Result<Self, TokenError> {
        if text.contains('.') {
            let claims = Claims::read(text).map_err(|NotJwt(expected)| malformed("a JWT with ", expected))?;
            let version = match &claims {
                Claims { is_v2: true, .. } => Version::V2,
                Claims { is_v1: true, .. } => Version::V1,
                Claims { cache_endpoint: Some(_), .. } | Claims { control_endpoint: Some(_), .. } => Version::Legacy,
                _ => Version::Session,
            };
            return Ok(Form { version, endpoint: None, key: Cow::Borrowed(text), claims });
        }
        let bytes = base64::decode(text).map(Wiped);
        let bytes = bytes.ok_or_else(|| malformed("an envelope in base64, or a JWT", ""))?;
        Form::open(&bytes)
    }

    /// Reads an envelope's JSON.
    fn open(bytes: &[u8]) -> Result<Self, TokenError> {
        let envelope = core::str::from_utf8(bytes).map_err(|_| malformed("an envelope in UTF-8", ""))?;
        let (endpoint, key) =
            read_envelope(envelope).map_err(|Malformed { expected, .. }| malformed("an envelope with ", expected))?;
        let claims = Claims::read(&key)
            .map_err(|NotJwt(expected)| malformed("an envelope whose api_key is a JWT with ", expected))?;
        Ok(Form { version: Version::V1, endpoint: Some(endpoint), key: Cow::Owned(key), claims })
    }
}

/// `{"endpoint": …, "api_key": …}`, in any order; other fields are passed over.
fn read_envelope(text: &str) -> Result<(String, String), Malformed> {
    let (mut endpoint, mut key) = (None, None);
    let mut reader = Reader::new(text);
    reader.object(|reader, name| {
        let slot = match name {
            "endpoint" => &mut endpoint,
            "api_key" => &mut key,
            _ => return reader.skip(),
        };
        match slot.replace(reader.string()?.into_owned()) {
            None => Ok(()),
            Some(_) => Err(Malformed { at: 0, expected: "endpoint and api_key once each" }),
        }
    })?;
    reader.end()?;
    match (endpoint, key) {
        (Some(endpoint), Some(key)) => Ok((endpoint, key)),
        _ => Err(Malformed { at: 0, expected: "endpoint and api_key" }),
    }
}

fn malformed(expected: &str, detail: &str) -> TokenError {
    let message = [
        "failed to parse token: expected ",
        expected,
        detail,
        ", found something else; copy the whole credential again",
    ];
    TokenError::new("ERR_TOKEN_MALFORMED", message.concat())
}

/// The app's overrides win; then the credential's own endpoint; then the `endpoint` option.
fn find_endpoints(form: &Form<'_>, options: &DecodeOptions) -> Result<(Option<String>, Option<Endpoints>), TokenError> {
    if let Some(overrides) = &options.overrides {
        let (base, endpoints) = Endpoints::from_overrides(overrides)?;
        return Ok((base, Some(endpoints)));
    }
    let suffixes = options.allowed_endpoint_suffixes.as_deref();
    if let Claims { cache_endpoint: Some(cache), control_endpoint: Some(control), .. } = &form.claims
        && form.version == Version::Legacy
    {
        let (cache, control) = (check(cache, suffixes)?, check(control, suffixes)?);
        let endpoints = Endpoints { token: cache.clone(), cache, control, secure: true, overridden: false };
        return Ok((None, Some(endpoints)));
    }
    match form.endpoint.as_ref().or(options.endpoint.as_ref()) {
        None => Ok((None, None)),
        Some(base) => {
            let base = check(base, suffixes)?;
            let endpoints = Endpoints::from_base(&base);
            Ok((Some(base), Some(endpoints)))
        }
    }
}

fn warn(warnings: &mut Vec<Warning>, code: &'static str, message: &str) {
    warnings.push(Warning { code, message: message.into() });
}

/// Claim `p`, where the credential is of a kind that carries one.
fn read_grant(form: &Form<'_>, warnings: &mut Vec<Warning>) -> Option<Grant> {
    if form.version == Version::V1 && form.claims.is_v2 {
        warn(
            warnings,
            "WARN_NESTED_V2_KEY",
            "An envelope holds a v2 API key: a long-lived key whose rights are a role on the server. Send browsers disposable tokens.",
        );
    }
    let permissions = form.claims.permissions.as_deref()?;
    match Grant::decode(permissions) {
        Ok(grant) => {
            match &grant {
                Grant::SuperUser => warn(
                    warnings,
                    "WARN_SUPER_USER",
                    "This key may do anything in the whole account. Keep it on the server; send browsers disposable tokens.",
                ),
                Grant::Scope(scope) if scope.permissions().len() > MANY_PERMISSIONS => {
                    warn(
                        warnings,
                        "WARN_MANY_PERMISSIONS",
                        "More than ten permissions: Momento's documents differ on whether that is allowed.",
                    );
                }
                Grant::Scope(_) => {}
            }
            Some(grant)
        }
        Err(error) => {
            let message =
                ["The permissions are not fully understood, so no scope is given: ", &error.message(), "."].concat();
            warn(warnings, "WARN_SCOPE_NOT_UNDERSTOOD", &message);
            None
        }
    }
}

/// Warns about how long it lives; tells whether it may be a disposable token.
fn warn_about_life(
    form: &Form<'_>,
    grant: Option<&Grant>,
    expires_at: Option<i64>,
    now: i64,
    warnings: &mut Vec<Warning>,
) -> bool {
    let Some(expires_at) = expires_at else {
        if form.version != Version::Session {
            warn(
                warnings,
                "WARN_NEVER_EXPIRES",
                "This credential never expires. Keep it on the server; send browsers disposable tokens.",
            );
        }
        return false;
    };
    let left = expires_at.saturating_sub(now);
    if left > MAX_DISPOSABLE_LIFE_MS && form.version == Version::V1 {
        warn(
            warnings,
            "WARN_LONG_LIVED",
            "This key lives longer than a disposable token may (25 hours): it is an API key. Keep it on the server.",
        );
    } else if left <= 0 {
        warn(warnings, "WARN_EXPIRED", "This credential has expired.");
    } else if left < EXPIRES_SOON_MS {
        warn(warnings, "WARN_EXPIRES_SOON", "This credential expires within ten seconds.");
    }
    form.version == Version::V1
        && !form.claims.is_v2
        && left <= MAX_DISPOSABLE_LIFE_MS
        && matches!(grant, Some(Grant::Scope(_)))
}

#[cfg(test)]
mod tests;
