//! Reads the JSON of a scope or an action, strictly: each field once, and nothing else.
//!
//! A permission goes straight into its protobuf form, which is the one form in which permissions that were read are kept.

use super::action::{Act, EXPECTED, kind_and_access};
use super::error::ScopeError;
use super::model::check_count;
use super::parts::{Kind, Parts, Selects, is_blank, role_called};
use super::wire;
use crate::codec::{
    json::{self, Reader, push, write_string},
    proto::append,
};
use alloc::{string::String, vec::Vec};

type Result<T> = core::result::Result<T, ScopeError>;

/// A field that an error may name.
struct Spelled {
    name: &'static str,
    /// Where what it says is kept.
    place: u8,
    /// Permissions have it; actions have it.
    of: (bool, bool),
    /// What the `All…` constant says under `all`.
    all: &'static str,
}

const CACHE: u8 = 0;
const NAME: u8 = 1;
/// A permission's role, or an action's type.
const WORD: u8 = 2;
const ACCESS: u8 = 3;

const fn field(name: &'static str, place: u8, of: (bool, bool), all: &'static str) -> Spelled {
    Spelled { name, place, of, all }
}

/// By number; the first two are fields of neither.
static FIELDS: [Spelled; 10] = [
    field("", WORD, (false, false), ""),
    field("permissions", WORD, (false, false), ""),
    field("role", WORD, (true, false), ""),
    field("cache", CACHE, (true, true), "caches"),
    field("item", NAME, (true, false), "items"),
    field("topic", NAME, (true, true), "topics"),
    field("func", NAME, (true, true), "functions"),
    field("key", NAME, (false, true), ""),
    field("type", WORD, (false, true), ""),
    field("access", ACCESS, (false, true), ""),
];

const NONE: u8 = 0;
const PERMISSIONS: u8 = 1;
const ROLE: u8 = 2;
const IN_CACHE: u8 = 3;
/// The one of the first kind of permission; the others follow.
const ITEM: u8 = 4;
const KEY: u8 = 7;

/// What stood under one field.
#[derive(Clone, Copy)]
struct Said {
    /// Its number.
    field: u8,
    selects: Selects,
    /// Where its text is.
    from: usize,
    to: usize,
}

const SILENT: Said = Said { field: NONE, selects: Selects::Nothing, from: 0, to: 0 };

/// What has been read so far. The functions that read are plain ones, without closures: each is in the module once.
pub(crate) struct Draft {
    /// The messages `ExplicitPermissions` of the scopes that have been read, one after the other: the message of them all.
    pub(crate) explicit: Vec<u8>,
    /// May a key be a list of bytes?
    bytes: bool,
    /// Is it an action, not a permission?
    action: bool,
    said: [Said; 4],
    /// The text of all that was said.
    text: Vec<u8>,
    /// The field that is being read, for errors and for the selector in it.
    field: u8,
    /// How many permissions there are in this scope, and whether the last of them is being read still.
    count: usize,
    within: bool,
    /// Was there a list of them?
    listed: bool,
    /// Of the action that was read; what is granted to nobody while there is none.
    act: (Kind, u8),
}

type Read<'t> = fn(&mut Draft, &mut Reader<'t>, &str) -> Result<()>;

impl Draft {
    /// `bytes` is whether keys may be lists of bytes.
    pub(crate) fn new(bytes: bool) -> Self {
        let (explicit, text) = (Vec::new(), Vec::new());
        let (action, said, field, count, within, listed, act) =
            (false, [SILENT; 4], NONE, 0, false, false, (Kind::Item, u8::MAX));
        Draft { explicit, bytes, action, said, text, field, count, within, listed, act }
    }

    /// Reads a scope, however many its permissions; how many they are.
    pub(crate) fn scope(&mut self, reader: &mut Reader<'_>) -> Result<usize> {
        (self.count, self.listed) = (0, false);
        let read = self.read(reader, read_list);
        read.map_err(|error| error.at(self.within.then_some(self.count.saturating_sub(1))))?;
        if !self.listed {
            return Err(ScopeError::field("permissions", "expected a list of permissions, found none"));
        }
        check_count(self.count, usize::MAX)?;
        Ok(self.count)
    }

    /// Reads an action, to be asked for by [`Self::act`].
    pub(crate) fn action(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        self.action = true;
        self.clear();
        self.read(reader, read_field).map_err(ScopeError::of_action)?;
        let [cache, name, of, access] = self.said;
        let field = FIELDS[usize::from(name.field % 10)].name;
        match kind_and_access(self.text(of), self.text(access), field) {
            Some(act) if cache.field != NONE => self.act = act,
            _ => return Err(fault(EXPECTED).of_action()),
        }
        Ok(())
    }

    /// The action that was read.
    pub(crate) fn act(&self) -> Act<'_> {
        let [cache, name, ..] = self.said;
        let (kind, access) = self.act;
        let (role, cache, name) = ((kind as u8) << 2, Some(self.text(cache)), self.text(name));
        Act { parts: Parts { role, cache, selects: Selects::One, name }, access }
    }

    /// Has an error say which field was wrong.
    fn read<'t>(&mut self, reader: &mut Reader<'t>, field: Read<'t>) -> Result<()> {
        self.field = NONE;
        object(self, reader, field).map_err(|error| error.within(self.spelled().name))
    }

    // Not inlined, for size, as what follows.
    #[inline(never)]
    fn clear(&mut self) {
        self.said = [SILENT; 4];
        self.text.clear();
    }

    /// The field that is being read.
    #[inline(never)]
    fn spelled(&self) -> &'static Spelled {
        &FIELDS[usize::from(self.field % 10)]
    }

    /// What stood under it.
    #[inline(never)]
    fn said(&mut self) -> &mut Said {
        &mut self.said[usize::from(self.spelled().place & 3)]
    }

    fn text(&self, said: Said) -> &[u8] {
        piece(&self.text, said)
    }
}

#[inline(never)]
fn piece(text: &[u8], said: Said) -> &[u8] {
    text.get(said.from..said.to).unwrap_or_default()
}

/// Reads an object through a plain pointer.
fn object<'t>(draft: &mut Draft, reader: &mut Reader<'t>, field: Read<'t>) -> Result<()> {
    need(reader, json::Kind::Object)?;
    reader.object(|reader, key| field(draft, reader, key))
}

fn read_list<'t>(draft: &mut Draft, reader: &mut Reader<'t>, key: &str) -> Result<()> {
    if key != "permissions" || draft.listed {
        return Err(unknown(key));
    }
    draft.field = PERMISSIONS;
    draft.listed = true;
    need(reader, json::Kind::Array)?;
    reader.array(|reader| {
        draft.count += 1;
        draft.within = true;
        draft.field = NONE;
        read_permission(draft, reader)?;
        draft.within = false;
        Ok::<_, ScopeError>(())
    })?;
    draft.field = NONE;
    Ok(())
}

fn read_permission<'t>(draft: &mut Draft, reader: &mut Reader<'t>) -> Result<()> {
    draft.clear();
    object(draft, reader, read_field)?;
    let [cache, name, word, _] = draft.said;
    draft.field = ROLE;
    if word.field == NONE {
        return Err(fault("expected a role, found nothing"));
    }
    let Some(role) = role_called(draft.text(word)) else {
        return Err(fault("expected a role such as \"readonly\", found another text"));
    };
    let parts = Parts {
        role,
        cache: (cache.selects == Selects::One).then(|| piece(&draft.text, cache)),
        selects: name.selects,
        name: if name.selects == Selects::All { &[] } else { piece(&draft.text, name) },
    };
    let kind = parts.kind() as u8;
    if name.field != ITEM + kind && (kind > 0 || name.field != NONE) {
        let mut reason = String::from("goes with ");
        push(&mut reason, parts.kind().field());
        push(&mut reason, ", and nothing else");
        return Err(fault(&reason));
    }
    draft.field = IN_CACHE;
    if cache.field == NONE {
        return Err(fault("expected a cache's name or AllCaches, found nothing"));
    }
    parts.check()?;
    wire::put(&mut draft.explicit, &parts);
    Ok(())
}

/// A field of a permission, or of an action.
fn read_field<'t>(draft: &mut Draft, reader: &mut Reader<'t>, key: &str) -> Result<()> {
    draft.field = NONE;
    let known = |field: &Spelled| field.name == key && if draft.action { field.of.1 } else { field.of.0 };
    let Some(field) = FIELDS.iter().position(known) else { return Err(unknown(key)) };
    draft.field = field as u8;
    let (before, place) = (draft.said().field, draft.spelled().place);
    if before != NONE {
        if before != draft.field && !draft.action {
            return Err(fault("expected one of item, topic and func"));
        }
        draft.field = NONE;
        return Err(unknown(key));
    }
    draft.said().field = draft.field;
    if !draft.action && place <= NAME && reader.kind()? != json::Kind::String {
        object(draft, reader, read_selector)?;
        if draft.said().selects == Selects::Nothing {
            return Err(fault("expected a selector, found an empty object"));
        }
        return Ok(());
    }
    read_text(draft, reader, Selects::One)?;
    let said = *draft.said();
    let text = draft.text(said);
    // Most often a variable that was not set. A key may be white space, and need not be text.
    if draft.action && (text.is_empty() || draft.field != KEY && is_blank(text)) {
        return Err(fault("expected a name or a key, found a blank one"));
    }
    Ok(())
}

/// The one field of a selector.
fn read_selector<'t>(draft: &mut Draft, reader: &mut Reader<'t>, key: &str) -> Result<()> {
    let (one, prefix) = if draft.field == ITEM { ("key", "keyPrefix") } else { ("name", "namePrefix") };
    let selects = if key == "all" {
        Selects::All
    } else if key == one {
        Selects::One
    } else if key == prefix && draft.field != IN_CACHE {
        Selects::Prefix
    } else {
        return Err(unknown(key));
    };
    let first = draft.said().selects == Selects::Nothing;
    read_text(draft, reader, selects)?;
    if !first {
        return Err(fault("expected one selector, found two that contradict each other"));
    }
    let said = *draft.said();
    if selects == Selects::All && draft.text(said) != draft.spelled().all.as_bytes() {
        return Err(fault("the All… constant is one of another kind"));
    }
    Ok(())
}

/// Text, or a key as a list of bytes where that may be. A lone surrogate is an error.
fn read_text(draft: &mut Draft, reader: &mut Reader<'_>, selects: Selects) -> Result<()> {
    let from = draft.text.len();
    let may_be_bytes = draft.bytes && matches!(draft.field, ITEM | KEY) && selects != Selects::All;
    if may_be_bytes && reader.kind()? == json::Kind::Array {
        reader.array(|reader| {
            need(reader, json::Kind::Number)?;
            match reader.number()?.scaled(0) {
                Some(byte @ 0..=255) => append(&mut draft.text, &[byte as u8]),
                _ => return Err(fault("expected bytes, found another number")),
            }
            Ok(())
        })?;
    } else {
        need(reader, json::Kind::String)?;
        append(&mut draft.text, reader.string()?.as_bytes());
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

/// Not inlined, for size, as [`ScopeError::new`].
#[cold]
#[inline(never)]
fn fault(reason: &str) -> ScopeError {
    ScopeError::new("ERR_SCOPE_INVALID", reason)
}
