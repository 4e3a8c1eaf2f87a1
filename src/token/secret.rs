//! A type for credentials that prevents printing them by accident.

use std::fmt;
use zeroize::Zeroizing;

/// A credential. It has no `Display`, its `Debug` is redacted, it cannot be cloned, and its memory is zeroed when it is
/// dropped. [`Secret::reveal`] is the only way to read it.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of a credential.
    pub fn new(credential: String) -> Self {
        Secret(Zeroizing::new(credential))
    }

    /// The credential itself. Send it; never log it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<Zeroizing<String>> for Secret {
    fn from(credential: Zeroizing<String>) -> Self {
        Secret(credential)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_is_redacted() {
        let secret = Secret::new("abc".into());
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(secret.reveal(), "abc");
    }
}
