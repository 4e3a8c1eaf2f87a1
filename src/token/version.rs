//! The kinds of credential.

/// The kind of a credential, by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// A disposable token or a v1 API key, which have the same form.
    V1,
    /// A v2 API key.
    V2,
    /// A legacy token.
    Legacy,
    /// A session token.
    Session,
}

impl Version {
    /// `v1`, `v2`, `legacy` or `session`.
    pub fn name(self) -> &'static str {
        match self {
            Version::V1 => "v1",
            Version::V2 => "v2",
            Version::Legacy => "legacy",
            Version::Session => "session",
        }
    }
}
