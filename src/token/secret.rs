//! A credential as a type of its own, so that it cannot be printed by accident.

use crate::codec::wipe::WipedText;
use std::fmt;

/// The credential of a [`Token`](super::Token), as it is lent out: its `Debug` is redacted, and it has no `Display`.
#[derive(Clone, Copy)]
pub struct Credential<'a>(pub(super) &'a str);

impl<'a> Credential<'a> {
    /// The credential itself. Send it; never log it.
    pub fn reveal(self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A credential. It has no `Display`, its `Debug` is redacted, it cannot be cloned, and its memory is wiped
/// when it is dropped. [`Secret::reveal`] is the one way out.
pub struct Secret(WipedText);

impl Secret {
    /// Takes a credential into keeping.
    pub fn new(credential: String) -> Self {
        Secret(WipedText::new(credential))
    }

    /// The credential itself. Send it; never log it.
    pub fn reveal(&self) -> &str {
        &self.0
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
        assert_eq!(format!("{:?}", Credential("abc")), "[redacted]");
    }
}
