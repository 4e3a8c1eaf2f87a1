//! The one error of this layer.

use crate::codec::json::{push, push_ascii, write_string};
use std::fmt;

/// Why a scope was refused: a stable code, and where in it the fault is.
///
/// A pointer, for size: a result that carries the whole of it would be copied by every `?`.
#[derive(Clone, PartialEq, Eq)]
pub struct ScopeError(Box<Fault>);

#[derive(Clone, PartialEq, Eq)]
struct Fault {
    code: &'static str,
    /// In an action, not in a scope.
    action: bool,
    index: Option<usize>,
    field: &'static str,
    reason: String,
}

impl ScopeError {
    /// Not inlined, for size: errors are made in many places.
    #[cold]
    #[inline(never)]
    pub(crate) fn new(code: &'static str, reason: &str) -> Self {
        ScopeError(Box::new(Fault { code, action: false, index: None, field: "", reason: String::from(reason) }))
    }

    /// A fault in one field of a permission; the permission's index is added by [`Self::at`].
    #[cold]
    #[inline(never)]
    pub(crate) fn field(field: &'static str, reason: &str) -> Self {
        Self::new("ERR_SCOPE_INVALID", reason).within(field)
    }

    /// Adds to the reason.
    #[cold]
    #[inline(never)]
    pub(crate) fn and(mut self, text: &str) -> Self {
        push(&mut self.0.reason, text);
        self
    }

    /// The same with a count.
    #[cold]
    #[inline(never)]
    pub(crate) fn and_count(mut self, count: usize) -> Self {
        push_decimal(&mut self.0.reason, count);
        self
    }

    /// The same with text in quotes.
    #[cold]
    pub(crate) fn and_quoted(mut self, text: &str) -> Self {
        write_string(&mut self.0.reason, text);
        self
    }

    pub(crate) fn at(mut self, index: Option<usize>) -> Self {
        self.0.index = index;
        self
    }

    pub(crate) fn with_code(mut self, code: &'static str) -> Self {
        self.0.code = code;
        self
    }

    /// The field, where none was named yet.
    pub(crate) fn within(mut self, field: &'static str) -> Self {
        if self.0.field.is_empty() {
            self.0.field = field;
        }
        self
    }

    /// A fault in an action: the caller's argument.
    pub(crate) fn of_action(mut self) -> Self {
        self.0.code = "ERR_ARGUMENT";
        self.0.action = true;
        self
    }

    /// A stable code: `ERR_SCOPE_INVALID` (the value is no scope), `ERR_SCOPE_LIMIT` (too many permissions),
    /// `ERR_SCOPE_NOT_UNDERSTOOD` (encoded permissions that this version cannot read in full),
    /// `ERR_ARGUMENT` (the value is no [`Action`](super::Action)).
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// Which permission is at fault, counted from 0; `None` where it is the scope as a whole.
    pub fn index(&self) -> Option<usize> {
        self.0.index
    }

    /// Where and why, in words: `permissions[2].item: expected …`.
    pub fn message(&self) -> String {
        let mut out = String::new();
        if let Some(index) = self.0.index {
            push(&mut out, "permissions[");
            push_decimal(&mut out, index);
            push(&mut out, "]");
        }
        if self.0.action {
            push(&mut out, "action");
        }
        if !out.is_empty() && !self.0.field.is_empty() {
            push(&mut out, ".");
        }
        push(&mut out, self.0.field);
        if !out.is_empty() {
            push(&mut out, ": ");
        }
        push(&mut out, &self.0.reason);
        out
    }
}

/// Appends a count. Written by hand: `std::fmt` would be most of the module's size.
pub(crate) fn push_decimal(out: &mut String, number: usize) {
    if number > 9 {
        push_decimal(out, number / 10);
    }
    push_ascii(out, b'0' + (number % 10) as u8);
}

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl fmt::Debug for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)?;
        f.write_str(": ")?;
        f.write_str(&self.message())
    }
}

impl std::error::Error for ScopeError {}
