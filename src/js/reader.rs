//! Reads JavaScript data strictly into a tree of values.
//!
//! Scopes and actions decide what a token permits, so nothing in them may be ignored: a dropped `item` would be a wider
//! grant. That rules out `serde_wasm_bindgen`, which ignores unknown, inherited and non-enumerable fields, and
//! `JSON.stringify`, which drops what it cannot represent and calls `toJSON`. Here each value is read once, and
//! anything but plain data is an error: symbols and fields named by them, functions, `undefined`, holes in arrays,
//! inherited fields, instances of classes.

use super::error::Thrown;
use super::value::{is_array_or_throw, kind_of};
use crate::codec::{
    json::{Json, Number, Object},
    quote::is_quotable,
};
use crate::scope::ScopeError;
use js_sys::{Function, JsString, Reflect, Symbol, Uint8Array};
use std::fmt;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

/// The depth of names and keys in `{ scope: { permissions: [{ item: { key } }] } }`, which is the maximum.
const MAX_DEPTH: usize = 4;

/// The longest field name shown in errors, in UTF-16 code units.
const MAX_SHOWN_NAME: usize = 40;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Uint8Array, js_name = Uint8Array)]
    type CopiedBytes;

    /// Copies the bytes. Throws if their buffer was detached.
    #[wasm_bindgen(catch, constructor, js_class = "Uint8Array")]
    fn new(bytes: &JsValue) -> Result<CopiedBytes, JsValue>;
}

/// The argument being read, as named in errors.
pub(super) enum Argument {
    /// The only scope of a call.
    Scope,
    /// One of several scopes, counted from 1.
    NumberedScope(usize),
    Granted,
    Requested,
    Action,
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Argument::Scope => f.write_str("scope"),
            Argument::NumberedScope(number) => write!(f, "scope {number}"),
            Argument::Granted => f.write_str("granted"),
            Argument::Requested => f.write_str("requested"),
            Argument::Action => f.write_str("action"),
        }
    }
}

impl Argument {
    /// The prefix of positions in it. The only scope of a call needs no name.
    fn prefix(&self) -> String {
        match self {
            Argument::Scope => String::new(),
            Argument::Action => "action.".into(),
            scope => format!("{scope}: "),
        }
    }

    /// The error for an argument that is plain data, but not a valid scope or action.
    pub(super) fn refused(&self, error: &ScopeError) -> Thrown {
        let prefix = match self {
            // The error names the action itself.
            Argument::Action => String::new(),
            scope => scope.prefix(),
        };
        Thrown::new(error.code(), &format!("{prefix}{error}"))
    }

    fn code(&self) -> &'static str {
        match self {
            Argument::Action => "ERR_ARGUMENT",
            _ => "ERR_SCOPE_INVALID",
        }
    }
}

/// Reads an argument.
///
/// # Errors
/// `ERR_SCOPE_INVALID` (for an action, `ERR_ARGUMENT`) for anything but plain data, with its position. What a getter or
/// a proxy threw is the `cause`.
pub(super) fn read(value: &JsValue, argument: &Argument) -> Result<Json, Thrown> {
    // An action's fields are as deep as names and keys in a scope.
    let depth = match argument {
        Argument::Action => MAX_DEPTH - 1,
        _ => 0,
    };
    read_value(value, &Place::Root(argument), depth)
}

fn read_value(value: &JsValue, place: &Place<'_>, depth: usize) -> Result<Json, Thrown> {
    if let Some(text) = value.dyn_ref::<JsString>() {
        return read_text(text, place);
    }
    if value.is_null() {
        return Ok(Json::Null);
    }
    if let Some(value) = value.as_bool() {
        return Ok(Json::Bool(value));
    }
    // Scopes and actions contain no numbers, so its value does not matter.
    if value.as_f64().is_some() {
        return Ok(Json::Number(Number::ZERO));
    }
    if !value.is_object() {
        return Err(place.refuse(&kind_of(value)));
    }
    let unreadable = |cause| place.unreadable(&cause);
    if depth == MAX_DEPTH && is_bytes(value) {
        return copy_bytes(value).map(Json::Bytes).map_err(unreadable);
    }
    let is_list = is_array_or_throw(value).map_err(unreadable)?;
    if depth < MAX_DEPTH && is_list {
        read_list(value, place, depth)
    } else if depth < MAX_DEPTH && is_plain(value).map_err(unreadable)? {
        read_object(value, place, depth)
    } else {
        Err(place.refuse(if is_list { "an array" } else { "a nested object or a class instance" }))
    }
}

fn read_text(text: &JsString, place: &Place<'_>) -> Result<Json, Thrown> {
    let copy = String::from(text);
    // A lone surrogate is converted to U+FFFD, but the text may also contain that character.
    if copy.chars().any(|character| character == char::REPLACEMENT_CHARACTER) && !text.is_valid_utf16() {
        return Err(place.error("expected text, found a lone surrogate in it"));
    }
    Ok(Json::String(Zeroizing::new(copy)))
}

fn read_object(value: &JsValue, place: &Place<'_>, depth: usize) -> Result<Json, Thrown> {
    let mut object = Object::default();
    for key in own_keys(value, place)? {
        let name = name_of(&key, place)?;
        let field = read_field(value, &key, &Place::Field(place, &name), depth)?;
        object.push(name, field);
    }
    Ok(Json::Object(object))
}

fn read_list(value: &JsValue, place: &Place<'_>, depth: usize) -> Result<Json, Thrown> {
    let mut list = Vec::new();
    let gap = |index| Place::Element(place, index).refuse("a gap in the list");
    for key in own_keys(value, place)? {
        let name = name_of(&key, place)?;
        if name == "length" {
            continue;
        }
        if name != list.len().to_string() {
            return Err(gap(list.len()));
        }
        list.push(read_field(value, &key, &Place::Element(place, list.len()), depth)?);
    }
    let length = get(value, &"length".into(), place)?;
    if length.as_f64() != Some(list.len() as f64) {
        return Err(gap(list.len()));
    }
    Ok(Json::Array(list))
}

/// The keys of all own fields, including non-enumerable ones.
fn own_keys(value: &JsValue, place: &Place<'_>) -> Result<js_sys::Array, Thrown> {
    Reflect::own_keys(value).map_err(|cause| place.unreadable(&cause))
}

fn name_of(key: &JsValue, place: &Place<'_>) -> Result<String, Thrown> {
    key.as_string().ok_or_else(|| place.refuse("a field named by a Symbol"))
}

/// Reads a field of an object or an element of an array. `place` is the position of that value.
fn read_field(holder: &JsValue, key: &JsValue, place: &Place<'_>, depth: usize) -> Result<Json, Thrown> {
    read_value(&get(holder, key, place)?, place, depth + 1)
}

fn get(holder: &JsValue, key: &JsValue, place: &Place<'_>) -> Result<JsValue, Thrown> {
    Reflect::get(holder, key).map_err(|cause| place.unreadable(&cause))
}

/// Whether it is a plain object, such as an object literal or a result of `JSON.parse`, from any realm: one that
/// inherits no data.
fn is_plain(value: &JsValue) -> Result<bool, JsValue> {
    let parent = Reflect::get_prototype_of(value)?;
    if parent.is_null() {
        return Ok(true);
    }
    if !Reflect::get_prototype_of(&parent)?.is_null() {
        return Ok(false);
    }
    // Each realm has its own `Object.prototype`.
    Ok(!Reflect::get_own_property_descriptor(&parent, &"isPrototypeOf".into())?.is_undefined())
}

/// The bytes of a `Uint8Array`.
///
/// # Errors
/// What JavaScript throws if its buffer was detached.
pub(super) fn copy_bytes(bytes: &JsValue) -> Result<Vec<u8>, JsValue> {
    CopiedBytes::new(bytes).map(|copy| copy.to_vec())
}

/// Whether it is a `Uint8Array`, from any realm. `instanceof` works only within a realm, and a tag can be forged; the
/// getter that all typed arrays inherit checks the value itself.
pub(super) fn is_bytes(value: &JsValue) -> bool {
    thread_local! {
        static TAG: Option<Function> = tag_getter().ok();
    }
    TAG.with(|tag| {
        let name = tag.as_ref().and_then(|tag| tag.call0(value).ok());
        name.is_some_and(|name| name == "Uint8Array")
    })
}

fn tag_getter() -> Result<Function, JsValue> {
    let prototype = Reflect::get_prototype_of(&Uint8Array::new_with_length(0))?;
    let typed_array = Reflect::get_prototype_of(&prototype)?;
    let tag = Reflect::get_own_property_descriptor(&typed_array, &Symbol::to_string_tag())?;
    Reflect::get(&tag, &"get".into())?.dyn_into()
}

/// The position of a value.
enum Place<'a> {
    Root(&'a Argument),
    Field(&'a Place<'a>, &'a str),
    Element(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn argument(&self) -> &Argument {
        match self {
            Place::Root(argument) => argument,
            Place::Field(parent, _) | Place::Element(parent, _) => parent.argument(),
        }
    }

    /// A name such as `permissions[2].item`. Deeper fields than those of a permission are not included.
    fn name(&self) -> String {
        match self {
            Place::Root(argument) => argument.to_string(),
            Place::Field(Place::Root(argument), name) => format!("{}{}", argument.prefix(), shown(name)),
            Place::Field(parent, name) => {
                let parent = parent.name();
                if parent.contains('.') { parent } else { format!("{parent}.{}", shown(name)) }
            }
            Place::Element(parent, index) => format!("{}[{index}]", parent.name()),
        }
    }

    fn error(&self, message: &str) -> Thrown {
        Thrown::new(self.argument().code(), &format!("{}: {message}", self.name()))
    }

    fn refuse(&self, found: &str) -> Thrown {
        let hint = match found {
            "undefined" => {
                ", most often a variable that was not set; leave the field out, or say all with an All… constant"
            }
            "symbol" => "; the SDK's AllCaches and its like are Symbols: use this package's",
            _ => "",
        };
        self.error(&format!("expected plain data, found {found}{hint}"))
    }

    fn unreadable(&self, cause: &JsValue) -> Thrown {
        self.refuse("what cannot be read; see `cause`").caused_by(cause)
    }
}

/// A field's name, unless it may be a misplaced credential.
fn shown(name: &str) -> &str {
    if name.encode_utf16().count() <= MAX_SHOWN_NAME && is_quotable(name.as_bytes()) {
        name
    } else {
        "(a name that is not shown)"
    }
}
