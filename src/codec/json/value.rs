//! JSON as a tree of values.

use super::Number;
use std::fmt;
use zeroize::Zeroizing;

/// A JSON value, or what JavaScript data is read into.
///
/// Strings are wiped when they are dropped, since any of them may be a credential.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    String(Zeroizing<String>),
    /// A cache key that is not text. Only JavaScript data has these: a `Uint8Array`.
    #[cfg_attr(not(all(target_arch = "wasm32", feature = "js")), allow(dead_code, reason = "only `js` makes it"))]
    Bytes(Vec<u8>),
    Array(Vec<Value>),
    Object(Object),
}

/// The fields of an object in the order in which they were written. A repeated field is kept: what it means is up to
/// whoever reads the object.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Object(Vec<(String, Value)>);

/// A field that an object has more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Repeated;

impl Object {
    /// Appends a field.
    pub(crate) fn push(&mut self, name: String, value: Value) {
        self.0.push((name, value));
    }

    /// The value of a field that may be there once.
    ///
    /// # Errors
    /// [`Repeated`] for a field that is there more than once: two readers of the same text could disagree on it.
    pub(crate) fn unique(&self, name: &str) -> Result<Option<&Value>, Repeated> {
        let mut values = self.iter().filter(|(field, _)| *field == name).map(|(_, value)| value);
        let first = values.next();
        if values.next().is_some() { Err(Repeated) } else { Ok(first) }
    }

    /// Takes out the string of a field that may be there once; `None` for any other value.
    ///
    /// # Errors
    /// As [`Object::unique`].
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
    /// The text of a string; `None` for any other value.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value it is, for error messages: `an object`, `a string`.
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
