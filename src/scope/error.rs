//! The one error of this layer.

use alloc::{string::String, vec::Vec};
use core::fmt;

/// Why a scope was refused: a stable code, and where in it the fault is.
#[derive(Clone, PartialEq, Eq)]
pub struct ScopeError {
    code: &'static str,
    index: Option<usize>,
    field: &'static str,
    reason: String,
}

impl ScopeError {
    pub(crate) fn new(code: &'static str, reason: impl Into<String>) -> Self {
        ScopeError { code, index: None, field: "", reason: reason.into() }
    }

    /// A fault in one field of a permission; the permission's index is added by [`Self::at`].
    pub(crate) fn field(field: &'static str, reason: impl Into<String>) -> Self {
        ScopeError { code: "ERR_SCOPE_INVALID", index: None, field, reason: reason.into() }
    }

    pub(crate) fn at(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// A stable code: `ERR_SCOPE_INVALID` (the value is no scope), `ERR_SCOPE_LIMIT` (too many permissions),
    /// `ERR_SCOPE_NOT_UNDERSTOOD` (encoded permissions that this version cannot read in full).
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Which permission is at fault, counted from 0; `None` where it is the scope as a whole.
    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// Where and why, in words: `permissions[2].item: expected …`.
    pub fn message(&self) -> String {
        let mut out = String::new();
        if let Some(index) = self.index {
            out.push_str("permissions[");
            push_decimal(&mut out, index);
            out.push(']');
            if !self.field.is_empty() {
                out.push('.');
            }
        }
        out.push_str(self.field);
        if !out.is_empty() {
            out.push_str(": ");
        }
        out.push_str(&self.reason);
        out
    }
}

/// Appends a count. Written by hand: `core::fmt` would be most of the module's size.
pub(crate) fn push_decimal(out: &mut String, number: usize) {
    let mut digits = Vec::new();
    let mut rest = number;
    loop {
        digits.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend(digits.iter().rev().map(|digit| char::from(*digit)));
}

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl fmt::Debug for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)?;
        f.write_str(": ")?;
        f.write_str(&self.message())
    }
}

impl core::error::Error for ScopeError {}
