//! Zeros over what held a credential.
//!
//! The `zeroize` crate writes byte by byte, each write volatile. Here the buffer is filled at once, and the compiler is
//! kept from seeing that nobody reads it again.

use std::{mem::ManuallyDrop, ops::Deref};

/// Zeros a buffer.
pub(crate) fn wipe(buffer: &mut [u8]) {
    buffer.fill(0);
    std::hint::black_box(buffer);
}

/// Bytes that are wiped when they are dropped.
pub(crate) struct Wiped(pub(crate) Vec<u8>);

impl Deref for Wiped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Text that is wiped when it is dropped. Its destructor frees it as well, and so is one call wherever it is dropped.
pub(crate) struct WipedText(ManuallyDrop<String>);

impl WipedText {
    pub(crate) fn new(text: String) -> Self {
        WipedText(ManuallyDrop::new(text))
    }
}

impl Deref for WipedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Drop for WipedText {
    #[inline(never)]
    fn drop(&mut self) {
        wipe(&mut std::mem::take(&mut *self.0).into_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_zeros() {
        let mut buffer = *b"secret";
        wipe(&mut buffer);
        assert_eq!(buffer, [0; 6]);
    }
}
