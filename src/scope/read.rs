//! Reads the JSON of a scope or an action, strictly: each field once, and nothing else.
//!
//! A permission goes straight into its protobuf form, which is the one form in which permissions that were read are kept.

use super::action::{Act, EXPECTED, kind_and_access};
use super::error::ScopeError;
use super::model::check_count;
use super::parts::{Kind, Parts, Selects, is_blank, role_called};
use super::wire;
use crate::codec::json::{self, Reader, push, write_string};
use alloc::{string::String, vec::Vec};

type Result<T> = core::result::Result<T, ScopeError>;

/// A field of a permission or an action.
struct Spelled {
    name: &'static str,
    /// Where what it says is kept.
    place: usize,
    /// Permissions have it; actions have it.
    of: (bool, bool),
    /// What the `All…` constant says under `all`.
    all: &'static str,
}

const CACHE: usize = 0;
const NAME: usize = 1;
/// A permission's role, or an action's type.
const WORD: usize = 2;
const ACCESS: usize = 3;

const fn field(name: &'static str, place: usize, of: (bool, bool), all: &'static str) -> Spelled {
    Spelled { name, place, of, all }
}

static FIELDS: [Spelled; 8] = [
    field("role", WORD, (true, false), ""),
    field("type", WORD, (false, true), ""),
    field("access", ACCESS, (false, true), ""),
    field("cache", CACHE, (true, true), "caches"),
    field("item", NAME, (true, false), "items"),
    field("key", NAME, (false, true), ""),
    field("topic", NAME, (true, true), "topics"),
    field("func", NAME, (true, true), "functions"),
];

/// What stood under one field.
#[derive(Clone, Copy)]
struct Said {
    /// Empty while there was none.
    field: &'static str,
    selects: Selects,
    /// Where its text is.
    from: usize,
    to: usize,
}

const SILENT: Said = Said { field: "", selects: Selects::Nothing, from: 0, to: 0 };

/// What has been read so far. The functions that read are plain ones, without closures: each is in the module once.
struct Draft<'a> {
    /// Of an action, not of a permission.
    action: bool,
    /// May a key be a list of bytes?
    bytes: bool,
    said: [Said; 4],
    /// The text of all that was said.
    text: &'a mut Vec<u8>,
    /// The message `ExplicitPermissions` of what has been read.
    explicit: &'a mut Vec<u8>,
    /// The field that is being read, for errors and for the selector in it.
    field: &'static str,
    place: usize,
    all: &'static str,
    /// The permission that is being read, for errors.
    index: Option<usize>,
    count: usize,
    /// Was there a list of permissions?
    listed: bool,
}

type Read<'t> = fn(&mut Draft<'_>, &mut Reader<'t>, &str) -> Result<()>;

impl<'a> Draft<'a> {
    fn new(action: bool, bytes: bool, text: &'a mut Vec<u8>, explicit: &'a mut Vec<u8>) -> Self {
        let said = [SILENT; 4];
        let (field, place, all, index, count, listed) = ("", 0, "", None, 0, false);
        Draft { action, bytes, said, text, explicit, field, place, all, index, count, listed }
    }

    /// What stood under the field that is being read.
    fn said(&mut self) -> &mut Said {
        &mut self.said[self.place & 3]
    }
}

/// Reads a scope, however many its permissions, and appends it to a message `ExplicitPermissions`; how many they are. `bytes` is
/// whether keys may be lists of bytes.
pub(crate) fn read_scope(reader: &mut Reader<'_>, bytes: bool, explicit: &mut Vec<u8>) -> Result<usize> {
    let mut text = Vec::new();
    let mut draft = Draft::new(false, bytes, &mut text, explicit);
    object(&mut draft, reader, read_list).map_err(|error| error.at(draft.index).within(draft.field))?;
    if !draft.listed {
        return Err(ScopeError::field("permissions", "expected a list of permissions, found none"));
    }
    check_count(draft.count, usize::MAX)?;
    Ok(draft.count)
}

/// Reads an action; keys may be lists of bytes. What it names is put in `text`.
pub(crate) fn read_action<'a>(json: &str, text: &'a mut Vec<u8>) -> Result<Act<'a>> {
    let mut reader = Reader::new(json);
    let mut nothing = Vec::new();
    let mut draft = Draft::new(true, true, text, &mut nothing);
    let read = object(&mut draft, &mut reader, read_field);
    read.and_then(|()| Ok(reader.end()?)).map_err(|error| error.within(draft.field).of_action())?;
    let [cache, name, of, access] = draft.said;
    match kind_and_access(said(text, of), said(text, access), name.field) {
        Some((kind, access)) if !cache.field.is_empty() => Ok(Act {
            parts: Parts {
                role: (kind as u8) << 2,
                cache: Some(said(text, cache)),
                selects: Selects::One,
                name: said(text, name),
            },
            access,
        }),
        _ => Err(fault(EXPECTED).of_action()),
    }
}

fn said(text: &[u8], said: Said) -> &[u8] {
    text.get(said.from..said.to).unwrap_or_default()
}

/// Reads an object through a plain pointer.
fn object<'t>(draft: &mut Draft<'_>, reader: &mut Reader<'t>, field: Read<'t>) -> Result<()> {
    need(reader, json::Kind::Object)?;
    reader.object(|reader, key| field(draft, reader, key))
}

fn read_list<'t>(draft: &mut Draft<'_>, reader: &mut Reader<'t>, key: &str) -> Result<()> {
    if key != "permissions" || draft.listed {
        return Err(unknown(key));
    }
    draft.field = "permissions";
    draft.listed = true;
    need(reader, json::Kind::Array)?;
    reader.array(|reader| {
        draft.index = Some(draft.count);
        draft.count += 1;
        read_permission(draft, reader)
    })?;
    draft.index = None;
    draft.field = "";
    Ok(())
}

fn read_permission<'t>(draft: &mut Draft<'_>, reader: &mut Reader<'t>) -> Result<()> {
    draft.said = [SILENT; 4];
    draft.text.clear();
    object(draft, reader, read_field)?;
    let [cache, name, role, _] = draft.said;
    draft.field = "role";
    if role.field.is_empty() {
        return Err(fault("expected a role, found nothing"));
    }
    let Some(role) = role_called(said(draft.text, role)) else {
        return Err(fault("expected a role such as \"readonly\", found another text"));
    };
    let parts = Parts {
        role,
        cache: (cache.selects == Selects::One).then(|| said(draft.text, cache)),
        selects: name.selects,
        name: if name.selects == Selects::All { &[] } else { said(draft.text, name) },
    };
    let field = parts.kind().field();
    if name.field != field && (parts.kind() != Kind::Item || !name.field.is_empty()) {
        let mut reason = String::from("goes with ");
        push(&mut reason, field);
        push(&mut reason, ", and nothing else");
        return Err(fault(&reason));
    }
    draft.field = "cache";
    if cache.field.is_empty() {
        return Err(fault("expected a cache's name or AllCaches, found nothing"));
    }
    draft.field = "";
    parts.check()?;
    wire::put(draft.explicit, &parts);
    Ok(())
}

/// A field of a permission, or of an action.
fn read_field<'t>(draft: &mut Draft<'_>, reader: &mut Reader<'t>, key: &str) -> Result<()> {
    draft.field = "";
    let known = |field: &&Spelled| field.name == key && if draft.action { field.of.1 } else { field.of.0 };
    let Some(field) = FIELDS.iter().find(known) else { return Err(unknown(key)) };
    let before = draft.said[field.place & 3].field;
    if before == key || draft.action && !before.is_empty() {
        return Err(unknown(key));
    }
    (draft.field, draft.place, draft.all) = (field.name, field.place, field.all);
    if !before.is_empty() {
        return Err(fault("expected one of item, topic and func"));
    }
    draft.said().field = field.name;
    if !draft.action && field.place <= NAME && reader.kind()? != json::Kind::String {
        object(draft, reader, read_selector)?;
        if draft.said().selects == Selects::Nothing {
            return Err(fault("expected a selector, found an empty object"));
        }
        return Ok(());
    }
    read_text(draft, reader, Selects::One)?;
    let text = said(draft.text, draft.said[draft.place & 3]);
    // Most often a variable that was not set. A key may be white space, and need not be text.
    if draft.action && (text.is_empty() || key != "key" && is_blank(text)) {
        return Err(fault("expected a name or a key, found a blank one"));
    }
    Ok(())
}

/// The one field of a selector.
fn read_selector<'t>(draft: &mut Draft<'_>, reader: &mut Reader<'t>, key: &str) -> Result<()> {
    let (one, prefix) = if draft.field == "item" { ("key", "keyPrefix") } else { ("name", "namePrefix") };
    let selects = if key == "all" {
        Selects::All
    } else if key == one {
        Selects::One
    } else if key == prefix && draft.place == NAME {
        Selects::Prefix
    } else {
        return Err(unknown(key));
    };
    let first = draft.said().selects == Selects::Nothing;
    read_text(draft, reader, selects)?;
    if !first {
        return Err(fault("expected one selector, found two that contradict each other"));
    }
    let all = said(draft.text, draft.said[draft.place & 3]) == draft.all.as_bytes();
    if selects == Selects::All && !all {
        return Err(fault("the All… constant is one of another kind"));
    }
    Ok(())
}

/// Text, or a key as a list of bytes where that may be. A lone surrogate is an error.
fn read_text(draft: &mut Draft<'_>, reader: &mut Reader<'_>, selects: Selects) -> Result<()> {
    let is_key = matches!(draft.field, "item" | "key") && selects != Selects::All;
    let from = draft.text.len();
    if draft.bytes && is_key && reader.kind()? == json::Kind::Array {
        reader.array(|reader| {
            need(reader, json::Kind::Number)?;
            let byte = reader.number()?.scaled(0).and_then(|number| u8::try_from(number).ok());
            draft.text.push(byte.ok_or_else(|| fault("expected bytes, found another number"))?);
            Ok::<_, ScopeError>(())
        })?;
    } else {
        need(reader, json::Kind::String)?;
        draft.text.extend_from_slice(reader.string()?.as_bytes());
    }
    let to = draft.text.len();
    let said = draft.said();
    (said.selects, said.from, said.to) = (selects, from, to);
    Ok(())
}

fn need(reader: &mut Reader<'_>, kind: json::Kind) -> Result<()> {
    let found = reader.kind()?;
    if found == kind {
        return Ok(());
    }
    let mut reason = String::from("expected ");
    push(&mut reason, kind.name());
    push(&mut reason, ", found ");
    push(&mut reason, found.name());
    Err(fault(&reason))
}

/// A field that has no business here; its name is the caller's own writing, so it may be shown.
fn unknown(key: &str) -> ScopeError {
    let mut reason = String::from("unknown or repeated field ");
    write_string(&mut reason, (0..=40).rev().find_map(|most| key.get(..most)).unwrap_or(key));
    fault(&reason)
}

fn fault(reason: &str) -> ScopeError {
    ScopeError::new("ERR_SCOPE_INVALID", reason)
}
