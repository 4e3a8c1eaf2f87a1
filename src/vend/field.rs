//! The known fields of a response.

/// The purpose of a field, by its name.
///
/// Fields of the same purpose are in order of preference: of two credentials at the same depth, `authToken` precedes
/// `token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    // The credential.
    AuthToken,
    DisposableToken,
    MomentoToken,
    Token,
    ApiKey,
    /// The base endpoint, or a URL under one.
    Endpoint,
    // When the credential expires.
    ExpiresAt,
    ValidUntil,
    Exp,
    ExpiresAtEpoch,
    Expires,
    Expiry,
    Expiration,
    // How long the credential lives from now on, in seconds.
    ExpiresIn,
    ValidForSeconds,
    /// The token for the service's `RefreshAuthToken`.
    RefreshToken,
    /// `false` if the service refuses this user a token.
    Enabled,
    /// `false` in the SDK's expiry object if the token never expires.
    DoesExpire,
    /// The HTTP status that a Lambda function intends to send. A gateway without proxy integration forwards it as data.
    StatusCode,
    /// The body that goes with [`Field::StatusCode`].
    Body,
    /// Any other name.
    Other,
}

/// The names in lower case and without separators.
const NAMES: [(&str, Field); 20] = [
    ("authtoken", Field::AuthToken),
    ("disposabletoken", Field::DisposableToken),
    ("momentotoken", Field::MomentoToken),
    ("token", Field::Token),
    ("apikey", Field::ApiKey),
    ("endpoint", Field::Endpoint),
    ("expiresat", Field::ExpiresAt),
    ("validuntil", Field::ValidUntil),
    ("exp", Field::Exp),
    ("expiresatepoch", Field::ExpiresAtEpoch),
    ("expires", Field::Expires),
    ("expiry", Field::Expiry),
    ("expiration", Field::Expiration),
    ("expiresin", Field::ExpiresIn),
    ("validforseconds", Field::ValidForSeconds),
    ("refreshtoken", Field::RefreshToken),
    ("enabled", Field::Enabled),
    ("doesexpire", Field::DoesExpire),
    ("statuscode", Field::StatusCode),
    ("body", Field::Body),
];

impl Field {
    /// `authToken`, `auth_token`, `auth-token` and `AuthToken` are the same name.
    pub(super) fn from_name(name: &str) -> Self {
        let plain = || name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase());
        let known = NAMES.iter().find(|(known, _)| plain().eq(known.bytes()));
        known.map_or(Field::Other, |(_, field)| *field)
    }

    /// Whether the field contains the credential.
    pub(super) fn is_credential(self) -> bool {
        matches!(self, Field::AuthToken | Field::DisposableToken | Field::MomentoToken | Field::Token | Field::ApiKey)
    }

    /// Whether the field states when the credential expires.
    pub(super) fn is_expiry(self) -> bool {
        matches!(
            self,
            Field::ExpiresAt
                | Field::ValidUntil
                | Field::Exp
                | Field::ExpiresAtEpoch
                | Field::Expires
                | Field::Expiry
                | Field::Expiration
        )
    }

    /// Whether the field states how long the credential lives.
    pub(super) fn is_lifetime(self) -> bool {
        matches!(self, Field::ExpiresIn | Field::ValidForSeconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_match_in_any_spelling() {
        for name in ["authToken", "auth_token", "AuthToken", "auth-token", "AUTH_TOKEN"] {
            assert_eq!(Field::from_name(name), Field::AuthToken, "{name}");
        }
        for name in ["", "auth token", "authTokens", "authTöken", "expires_at_"] {
            assert!(!Field::from_name(name).is_credential(), "{name}");
        }
    }

    #[test]
    fn fields_are_in_order_of_preference() {
        use Field::*;
        for (better, worse) in [(AuthToken, Token), (Token, ApiKey), (ExpiresAt, Exp), (Expiration, ExpiresIn)] {
            assert!(better < worse, "{better:?} before {worse:?}");
        }
    }
}
