//! Reads the JSON of a scope or an action, strictly: each field once, and nothing else.
//!
//! A permission goes straight into its protobuf form, which is the one form in which permissions that were read are
//! kept.

use super::action::{ACCESS_TO, ACCESSES, Act, EXPECTED, TYPES};
use super::error::ScopeError;
use super::model::check_count;
use super::parts::{self, Parts, ROLES, Selects, is_blank};
use super::wire;
use crate::codec::{
    json::{self, Reader},
    proto::append,
    quote::is_quotable,
    words::{find, word},
};

type Result<T> = std::result::Result<T, ScopeError>;

/// The names that stand in scopes and actions; those that errors may name come first.
const NAMES: &str = ",permissions,role,type,access,cache,item,topic,func,key,all,name,keyPrefix,namePrefix,";

/// Kinds of JSON value, in English.
const KINDS: &str = "null,a boolean,a number,a string,an array,an object,";

const NONE: usize = 0;
const PERMISSIONS: usize = 1;
const ROLE: usize = 2;
const ACCESS: usize = 4;
const CACHE: usize = 5;
/// The one of the first kind of permission; the others follow.
const ITEM: usize = 6;
const KEY: usize = 9;
const ALL: usize = 10;
const NAME: usize = 11;

// Where names stand, one bit each: in a scope, a permission, an action, and in a selector of caches, of items, and of
// topics or functions.
const IN_SCOPE: u8 = 1;
const IN_PERMISSION: u8 = 2;
const IN_ACTION: u8 = 4;
const OF_CACHES: u8 = 8;
const OF_ITEMS: u8 = 16;
const OF_NAMES: u8 = 32;
// What has no names: the list of permissions, and that of a key's bytes.
const LIST: u8 = 64;
const OF_BYTES: u8 = 128;

/// Where each name may stand.
static PLACES: [u8; 14] = [
    0,
    IN_SCOPE,
    IN_PERMISSION,
    IN_ACTION,
    IN_ACTION,
    IN_PERMISSION | IN_ACTION,
    IN_PERMISSION,
    IN_PERMISSION | IN_ACTION,
    IN_PERMISSION | IN_ACTION,
    IN_ACTION | OF_ITEMS,
    OF_CACHES | OF_ITEMS | OF_NAMES,
    OF_CACHES | OF_NAMES,
    OF_ITEMS,
    OF_NAMES,
];

/// What stood under one field, or under one of several that exclude each other.
struct Said {
    /// Its number.
    field: usize,
    selects: Selects,
    text: Vec<u8>,
}

const SILENT: Said = Said { field: NONE, selects: Selects::Nothing, text: Vec::new() };

/// What has been read so far. The functions that read are plain ones, and walk in one place: each is in the module
/// once.
pub(crate) struct Draft {
    /// The messages `ExplicitPermissions` of the scopes that have been read, one after the other: the message of them
    /// all.
    pub(crate) explicit: Vec<u8>,
    /// May a key be a list of bytes?
    bytes: bool,
    /// The cache; the item, topic or function; the role or type (of a scope, its list); the access.
    said: [Said; 4],
    /// The field that is being read, for errors and for the selector in it.
    field: usize,
    /// How many permissions there are in this scope, and whether the last of them is being read still.
    count: usize,
    within: bool,
    /// Of the action that was read; what is granted to nobody while there is none.
    access: u8,
}

impl Draft {
    /// `bytes` is whether keys may be lists of bytes.
    pub(crate) fn new(bytes: bool) -> Self {
        let (explicit, said) = (Vec::new(), [SILENT; 4]);
        Draft { explicit, bytes, said, field: NONE, count: 0, within: false, access: u8::MAX }
    }

    /// Reads a scope, however many its permissions; how many they are.
    pub(crate) fn scope(&mut self, reader: &mut Reader<'_>) -> Result<usize> {
        (self.count, self.within) = (0, false);
        let read = self.read(reader, IN_SCOPE);
        read.map_err(|error| error.at(self.within.then_some(self.count.saturating_sub(1))))?;
        let [_, _, list, _] = &self.said;
        if list.field == NONE {
            return Err(ScopeError::field("permissions", "expected a list of permissions, found none"));
        }
        check_count(self.count, usize::MAX)?;
        Ok(self.count)
    }

    /// Reads "super-user": false where something other than text stands. Any other text is an error.
    #[cfg(all(target_arch = "wasm32", feature = "js"))]
    pub(crate) fn super_user(&mut self, reader: &mut Reader<'_>) -> Result<bool> {
        if kind_of(reader)? != json::Kind::String {
            return Ok(false);
        }
        self.clear();
        self.text(reader, Selects::One)?;
        if self.said().text == b"super-user" {
            return Ok(true);
        }
        Err(fault("expected a scope or \"super-user\", found another text"))
    }

    /// Reads an action, to be asked for by [`Self::act`].
    pub(crate) fn action(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        self.read(reader, IN_ACTION).and_then(|()| self.understand()).map_err(ScopeError::of_action)
    }

    /// What is accessed, and how: type, access and the field of the name belong together.
    fn understand(&mut self) -> Result<()> {
        let [cache, name, of, access] = &self.said;
        let (kind, bit) = ACCESS_TO.get(find(ACCESSES, &access.text)).copied().unwrap_or_default();
        let kind = usize::from(kind);
        let field = if kind == 1 { KEY } else { ITEM - 1 + kind };
        if kind == 0 || kind != find(TYPES, &of.text) || name.field != field || cache.field == NONE {
            return Err(fault(EXPECTED));
        }
        self.access = bit;
        Ok(())
    }

    /// The action that was read.
    pub(crate) fn act(&self) -> Act<'_> {
        let [_, name, ..] = &self.said;
        let kind = if name.field == KEY { 0 } else { name.field.saturating_sub(ITEM) };
        Act { parts: parts(&self.said, (kind << 2) as u8), access: self.access }
    }

    /// Has an error say which field was wrong.
    fn read(&mut self, reader: &mut Reader<'_>, place: u8) -> Result<()> {
        self.clear();
        self.field = NONE;
        self.walk(reader, json::Kind::Object, place).map_err(|error| error.within(self.name()))
    }

    // Not inlined, for size, as what follows.
    #[inline(never)]
    fn clear(&mut self) {
        for said in &mut self.said {
            (said.field, said.selects) = (NONE, Selects::Nothing);
            said.text.clear();
        }
    }

    /// The field that is being read.
    fn name(&self) -> &'static str {
        word(NAMES, self.field)
    }

    /// What stood under it.
    #[inline(never)]
    fn said(&mut self) -> &mut Said {
        let place = match self.field {
            CACHE => 0,
            ITEM..=KEY => 1,
            ACCESS => 3,
            _ => 2,
        };
        &mut self.said[place]
    }

    /// Reads an object or a list: the one place where that is done.
    #[inline(never)]
    fn walk(&mut self, reader: &mut Reader<'_>, kind: json::Kind, place: u8) -> Result<()> {
        need(reader, kind)?;
        if kind == json::Kind::Array {
            reader.array(|reader| self.value(reader, "", place))
        } else {
            reader.object(|reader, key| self.value(reader, key, place))
        }
    }

    /// What stands in one.
    #[inline(never)]
    fn value(&mut self, reader: &mut Reader<'_>, key: &str, place: u8) -> Result<()> {
        if place == LIST {
            return self.permission(reader);
        }
        if place == OF_BYTES {
            return self.byte(reader);
        }
        if place < OF_CACHES {
            self.field = NONE;
        }
        let name = find(NAMES, key.as_bytes());
        if PLACES.get(name).is_none_or(|places| places & place == 0) {
            return Err(unknown(key));
        }
        if place >= OF_CACHES {
            return self.selector(reader, name);
        }
        self.field = name;
        let before = std::mem::replace(&mut self.said().field, name);
        if before != NONE {
            if before != name && place == IN_PERMISSION {
                return Err(fault("expected one of item, topic and func"));
            }
            self.field = NONE;
            return Err(unknown(key));
        }
        if place == IN_SCOPE {
            self.walk(reader, json::Kind::Array, LIST)?;
            self.field = NONE;
            self.said().field = PERMISSIONS;
            return Ok(());
        }
        if place == IN_PERMISSION && name >= CACHE && kind_of(reader)? != json::Kind::String {
            let selectors = match name {
                CACHE => OF_CACHES,
                ITEM => OF_ITEMS,
                _ => OF_NAMES,
            };
            self.walk(reader, json::Kind::Object, selectors)?;
            if self.said().selects == Selects::Nothing {
                return Err(fault("expected a selector, found an empty object"));
            }
            return Ok(());
        }
        self.text(reader, Selects::One)?;
        let text = &self.said().text;
        // Most often a variable that was not set. A key may be white space, and need not be text.
        if place == IN_ACTION && (text.is_empty() || name != KEY && is_blank(text)) {
            return Err(fault("expected a name or a key, found a blank one"));
        }
        Ok(())
    }

    fn permission(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        self.count += 1;
        self.within = true;
        self.field = NONE;
        self.clear();
        self.walk(reader, json::Kind::Object, IN_PERMISSION)?;
        let Draft { said, field, explicit, .. } = self;
        let [cache, name, word, _] = &*said;
        *field = ROLE;
        if word.field == NONE {
            return Err(fault("expected a role, found nothing"));
        }
        let role = find(ROLES, &word.text);
        if role == 0 {
            return Err(fault("expected a role such as \"readonly\", found another text"));
        }
        let parts = parts(said, role as u8);
        let kind = parts.kind() as usize;
        if name.field != ITEM + kind && (kind > 0 || name.field != NONE) {
            return Err(fault("goes with ").and(parts.kind().field()).and(", and nothing else"));
        }
        *field = CACHE;
        if cache.field == NONE {
            return Err(fault("expected a cache's name or AllCaches, found nothing"));
        }
        parts.check()?;
        wire::put(explicit, &parts);
        self.within = false;
        Ok(())
    }

    /// The one field of a selector.
    fn selector(&mut self, reader: &mut Reader<'_>, name: usize) -> Result<()> {
        let selects = match name {
            ALL => Selects::All,
            KEY | NAME => Selects::One,
            _ => Selects::Prefix,
        };
        let first = self.said().selects == Selects::Nothing;
        self.text(reader, selects)?;
        if !first {
            return Err(fault("expected one selector, found two that contradict each other"));
        }
        if selects == Selects::All {
            let all = word(parts::ALL, self.field - CACHE);
            let said = self.said();
            if said.text != all.as_bytes() {
                return Err(fault("the All… constant is one of another kind"));
            }
            said.text.clear();
        }
        Ok(())
    }

    /// Text, or a key as a list of bytes where that may be. A lone surrogate is an error.
    fn text(&mut self, reader: &mut Reader<'_>, selects: Selects) -> Result<()> {
        self.said().selects = selects;
        let may_be_bytes = self.bytes && matches!(self.field, ITEM | KEY) && selects != Selects::All;
        if may_be_bytes && kind_of(reader)? == json::Kind::Array {
            return self.walk(reader, json::Kind::Array, OF_BYTES);
        }
        need(reader, json::Kind::String)?;
        append(&mut self.said().text, reader.string()?.as_bytes());
        Ok(())
    }

    fn byte(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        need(reader, json::Kind::Number)?;
        let number = reader.number()?.scaled(0).unwrap_or(-1);
        let Ok(byte) = u8::try_from(number) else { return Err(fault("expected bytes, found another number")) };
        append(&mut self.said().text, &[byte]);
        Ok(())
    }
}

/// What has been said, of that role.
fn parts(said: &[Said; 4], role: u8) -> Parts<'_> {
    let [cache, name, ..] = said;
    let named = cache.selects == Selects::One;
    Parts { role, cache: named.then_some(&cache.text), selects: name.selects, name: &name.text }
}

/// What stands next.
#[inline(never)]
fn kind_of(reader: &mut Reader<'_>) -> Result<json::Kind> {
    Ok(reader.kind()?)
}

fn need(reader: &mut Reader<'_>, kind: json::Kind) -> Result<()> {
    let found = kind_of(reader)?;
    if found == kind {
        return Ok(());
    }
    Err(fault("expected ").and(word(KINDS, kind as usize)).and(", found ").and(word(KINDS, found as usize)))
}

/// A field that has no business here. Its name is quoted, but for one that may be a credential in the wrong place.
fn unknown(key: &str) -> ScopeError {
    let error = fault("unknown or repeated field ");
    if key.len() <= 40 && is_quotable(key.as_bytes()) {
        error.and_quoted(key)
    } else {
        error.and("(its name is not shown)")
    }
}

/// Not inlined, for size, as [`ScopeError::new`].
#[cold]
#[inline(never)]
fn fault(reason: &str) -> ScopeError {
    ScopeError::new("ERR_SCOPE_INVALID", reason)
}
