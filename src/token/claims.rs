//! The JWT claims that Momento uses.

use crate::codec::json::{Json, Object, Repeated};

/// The last millisecond of the year 9999. Milliseconds mistaken for seconds are far beyond it.
const LAST_SANE_MS: i64 = 253_402_300_799_999;

/// The claims. A claim of an unexpected type belongs to another issuer and counts as absent, unless its field says
/// otherwise.
pub(super) struct Claims {
    /// `exp`.
    pub(super) expiry: Expiry,
    /// `iat`: when it was issued, in milliseconds since the epoch. `None` for an implausible time, since the claim is
    /// only evidence.
    pub(super) issued_at: Option<i64>,
    /// `p`: what it grants, as base64 of protobuf. Empty if the claim is not a string, since no valid permissions
    /// message is empty.
    pub(super) permissions: Option<String>,
    /// `id`: the `tokenId` that was requested.
    pub(super) token_id: Option<String>,
    /// `sub`.
    pub(super) subject: Option<String>,
    /// `c`: a legacy token's cache endpoint.
    pub(super) cache_endpoint: Option<String>,
    /// `cp`: a legacy token's control endpoint.
    pub(super) control_endpoint: Option<String>,
    /// `t` is `"g"`: a v2 API key.
    pub(super) is_v2: bool,
    /// `ver` is 1: a v1 key.
    pub(super) is_v1: bool,
}

/// Claim `exp`, which is in seconds since the epoch and may have a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expiry {
    Never,
    /// In milliseconds since the epoch.
    At(i64),
    /// Not a time between 1970 and the year 9999, most often milliseconds instead of seconds.
    Invalid,
}

impl Claims {
    /// Reads the payload of a JWT.
    ///
    /// # Errors
    /// [`Repeated`] if a known claim occurs twice: two readers could disagree on which one counts.
    pub(super) fn read(mut payload: Object) -> Result<Self, Repeated> {
        Ok(Claims {
            expiry: match payload.unique("exp")? {
                None => Expiry::Never,
                Some(value) => time(value).map_or(Expiry::Invalid, Expiry::At),
            },
            issued_at: payload.unique("iat")?.and_then(time),
            permissions: match payload.unique("p")? {
                None => None,
                Some(_) => Some(take_text(&mut payload, "p")?.unwrap_or_default()),
            },
            token_id: take_text(&mut payload, "id")?,
            subject: take_text(&mut payload, "sub")?,
            cache_endpoint: take_text(&mut payload, "c")?,
            control_endpoint: take_text(&mut payload, "cp")?,
            is_v2: payload.unique("t")?.and_then(Json::as_str) == Some("g"),
            is_v1: payload.unique("ver")?.and_then(thousandths).is_some_and(|version| (1000..2000).contains(&version)),
        })
    }
}

/// Takes a string claim out of the payload. It is not zeroed, since no claim is secret by itself.
fn take_text(payload: &mut Object, name: &str) -> Result<Option<String>, Repeated> {
    Ok(payload.take_string(name)?.map(|mut text| std::mem::take(&mut *text)))
}

/// Converts a time in seconds to milliseconds; `None` if it is implausible.
fn time(value: &Json) -> Option<i64> {
    thousandths(value).filter(|at| (1..=LAST_SANE_MS).contains(at))
}

fn thousandths(value: &Json) -> Option<i64> {
    match value {
        Json::Number(number) => number.scaled(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::json::parse_object;

    fn read(payload: &str) -> Result<Claims, Repeated> {
        Claims::read(parse_object(payload.as_bytes()).unwrap())
    }

    #[test]
    fn expiry_is_a_plausible_time_in_seconds() {
        for (exp, expected) in [
            ("1735689600", Expiry::At(1_735_689_600_000)),
            ("1735689600.9999", Expiry::At(1_735_689_600_999)),
            ("1.7356896e9", Expiry::At(1_735_689_600_000)),
            ("253402300799", Expiry::At(253_402_300_799_000)),
            ("0", Expiry::Invalid),
            ("0.0001", Expiry::Invalid),
            ("-5", Expiry::Invalid),
            ("253402300800", Expiry::Invalid),
            ("1735689600000", Expiry::Invalid),
            ("1e300", Expiry::Invalid),
            ("null", Expiry::Invalid),
            ("\"1735689600\"", Expiry::Invalid),
        ] {
            assert_eq!(read(&format!(r#"{{"exp":{exp}}}"#)).unwrap().expiry, expected, "{exp}");
        }
        assert_eq!(read("{}").unwrap().expiry, Expiry::Never);
    }

    #[test]
    fn rejects_repeated_known_claims() {
        for claim in ["exp", "iat", "p", "id", "sub", "c", "cp", "t", "ver"] {
            assert!(read(&format!(r#"{{"{claim}":1,"x":2,"{claim}":1}}"#)).is_err(), "{claim}");
        }
        assert!(read(r#"{"x":1,"x":2}"#).is_ok());
    }

    #[test]
    fn ignores_claims_of_unexpected_type() {
        let claims = read(r#"{"iat":"1","p":5,"id":1,"sub":[],"c":{},"cp":null,"t":7,"ver":"1"}"#).unwrap();
        assert_eq!((claims.issued_at, claims.token_id, claims.subject), (None, None, None));
        assert_eq!((claims.cache_endpoint, claims.control_endpoint), (None, None));
        assert_eq!(claims.permissions.as_deref(), Some(""));
        assert!(!claims.is_v1 && !claims.is_v2);
    }
}
