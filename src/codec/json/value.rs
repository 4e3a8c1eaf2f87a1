//! JSON values.

use super::Number;
use std::fmt;
use zeroize::Zeroizing;

/// A JSON value, or a value read from JavaScript data.
///
/// Strings are zeroed when dropped, since any of them may be a credential.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    String(Zeroizing<String>),
    /// A cache key that is not text: a `Uint8Array`, which only JavaScript data contains.
    #[cfg_attr(not(all(target_arch = "wasm32", feature = "js")), allow(dead_code, reason = "only `js` makes it"))]
    Bytes(Vec<u8>),
    Array(Vec<Value>),
    Object(Object),
}

/// The fields of an object in their original order. Repeated fields are kept, for the reader of the object to handle.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Object(Vec<(String, Value)>);

/// An object has a field more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Repeated;

impl Object {
    /// Appends a field.
    pub(crate) fn push(&mut self, name: String, value: Value) {
        self.0.push((name, value));
    }

    /// The value of a field that may occur at most once.
    ///
    /// # Errors
    /// [`Repeated`] if the field occurs more than once: two readers could disagree on which one counts.
    pub(crate) fn unique(&self, name: &str) -> Result<Option<&Value>, Repeated> {
        let mut values = self.iter().filter(|(field, _)| *field == name).map(|(_, value)| value);
        let first = values.next();
        if values.next().is_some() { Err(Repeated) } else { Ok(first) }
    }

    /// Removes and returns the string in a field that may occur at most once; `None` for any other value.
    ///
    /// # Errors
    /// As for [`Object::unique`].
    pub(crate) fn take_string(&mut self, name: &str) -> Result<Option<Zeroizing<String>>, Repeated> {
        self.unique(name)?;
        let value = self.0.iter_mut().find(|(field, _)| field == name).map(|(_, value)| value);
        Ok(match value {
            Some(Value::String(text)) => Some(std::mem::take(text)),
            _ => None,
        })
    }

    /// All fields, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl Value {
    /// The value as a string; `None` for any other type.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The type of the value for error messages, such as `an object` or `a string`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Bytes(_) => "bytes",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn keeps_repeated_fields() {
        let Ok(Value::Object(object)) = parse(r#"{"a":1,"b":"x","a":null}"#) else { panic!() };
        assert_eq!(object.unique("a"), Err(Repeated));
        assert_eq!(object.unique("b").unwrap().and_then(Value::as_str), Some("x"));
        assert_eq!(object.unique("c"), Ok(None));
    }

    #[test]
    fn debug_shows_no_text() {
        assert_eq!(format!("{:?}", parse(r#"["secret", {"name": "secret"}]"#)), "Ok(an array)");
    }
}
