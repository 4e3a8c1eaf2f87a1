//! Roles, and the kinds of access that each permits.
//!
//! The discriminants are the numbers of `permission_messages`; the values are those of Momento's SDK.

/// What may be done to the items of a cache (`CacheRole`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheRole {
    /// `readwrite` = 1: reads, writes and conditional writes.
    ReadWrite = 1,
    /// `readonly` = 2.
    ReadOnly = 2,
    /// `writeonly` = 3: plain writes, but no conditional writes and no calls that return what they changed.
    WriteOnly = 3,
}

/// What may be done to topics (`TopicRole`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopicRole {
    /// `publishsubscribe` = 1.
    PublishSubscribe = 1,
    /// `subscribeonly` = 2.
    SubscribeOnly = 2,
    /// `publishonly` = 3.
    PublishOnly = 3,
}

/// What may be done to functions (`FunctionRole`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FunctionRole {
    /// `functionpermitnone` = 0: grants nothing.
    PermitNone = 0,
    /// `functioninvoke` = 1.
    Invoke = 1,
}

/// One kind of access to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheAccess {
    /// Reading it.
    Read,
    /// Setting or deleting it unconditionally.
    Write,
    /// A write that depends on the current value (`SetIfNotExists`, `IncreaseTTL`) or returns what it changed
    /// (`Increment`, the length that `ListPushBack` returns). Only `readwrite` permits these.
    ConditionalWrite,
}

/// One kind of access to a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopicAccess {
    /// Receiving messages.
    Subscribe,
    /// Sending messages.
    Publish,
}

impl CacheRole {
    /// The SDK's value: `readwrite`, `readonly` or `writeonly`.
    pub fn value(self) -> &'static str {
        match self {
            CacheRole::ReadWrite => "readwrite",
            CacheRole::ReadOnly => "readonly",
            CacheRole::WriteOnly => "writeonly",
        }
    }

    /// Every kind of access that this role permits.
    pub(super) fn accesses(self) -> &'static [CacheAccess] {
        use CacheAccess::{ConditionalWrite, Read, Write};
        match self {
            CacheRole::ReadWrite => &[Read, Write, ConditionalWrite],
            CacheRole::ReadOnly => &[Read],
            CacheRole::WriteOnly => &[Write],
        }
    }

    /// The role with this number; `None` if there is none.
    pub(super) fn from_number(number: u64) -> Option<Self> {
        match number {
            1 => Some(CacheRole::ReadWrite),
            2 => Some(CacheRole::ReadOnly),
            3 => Some(CacheRole::WriteOnly),
            _ => None,
        }
    }
}

impl TopicRole {
    /// The SDK's value: `publishsubscribe`, `subscribeonly` or `publishonly`.
    pub fn value(self) -> &'static str {
        match self {
            TopicRole::PublishSubscribe => "publishsubscribe",
            TopicRole::SubscribeOnly => "subscribeonly",
            TopicRole::PublishOnly => "publishonly",
        }
    }

    /// Every kind of access that this role permits.
    pub(super) fn accesses(self) -> &'static [TopicAccess] {
        use TopicAccess::{Publish, Subscribe};
        match self {
            TopicRole::PublishSubscribe => &[Publish, Subscribe],
            TopicRole::SubscribeOnly => &[Subscribe],
            TopicRole::PublishOnly => &[Publish],
        }
    }

    /// The role with this number; `None` if there is none.
    pub(super) fn from_number(number: u64) -> Option<Self> {
        match number {
            1 => Some(TopicRole::PublishSubscribe),
            2 => Some(TopicRole::SubscribeOnly),
            3 => Some(TopicRole::PublishOnly),
            _ => None,
        }
    }
}

impl FunctionRole {
    /// The SDK's value: `functioninvoke` or `functionpermitnone`.
    pub fn value(self) -> &'static str {
        match self {
            FunctionRole::PermitNone => "functionpermitnone",
            FunctionRole::Invoke => "functioninvoke",
        }
    }

    /// The role with this number; `None` if there is none.
    pub(super) fn from_number(number: u64) -> Option<Self> {
        match number {
            0 => Some(FunctionRole::PermitNone),
            1 => Some(FunctionRole::Invoke),
            _ => None,
        }
    }
}

impl CacheAccess {
    /// The access named `read`, `write` or `conditional-write` in actions.
    pub(super) fn from_value(value: &str) -> Option<Self> {
        match value {
            "read" => Some(CacheAccess::Read),
            "write" => Some(CacheAccess::Write),
            "conditional-write" => Some(CacheAccess::ConditionalWrite),
            _ => None,
        }
    }
}

impl TopicAccess {
    /// The access named `subscribe` or `publish` in actions.
    pub(super) fn from_value(value: &str) -> Option<Self> {
        match value {
            "subscribe" => Some(TopicAccess::Subscribe),
            "publish" => Some(TopicAccess::Publish),
            _ => None,
        }
    }
}

/// A role of any kind. All values differ, so a value identifies the kind of permission.
#[derive(Clone, Copy)]
pub(super) enum Role {
    Cache(CacheRole),
    Topic(TopicRole),
    Function(FunctionRole),
}

impl Role {
    /// The role with this value; `None` if there is none.
    pub(super) fn from_value(value: &str) -> Option<Self> {
        const ROLES: [Role; 8] = [
            Role::Cache(CacheRole::ReadWrite),
            Role::Cache(CacheRole::ReadOnly),
            Role::Cache(CacheRole::WriteOnly),
            Role::Topic(TopicRole::PublishSubscribe),
            Role::Topic(TopicRole::SubscribeOnly),
            Role::Topic(TopicRole::PublishOnly),
            Role::Function(FunctionRole::PermitNone),
            Role::Function(FunctionRole::Invoke),
        ];
        ROLES.into_iter().find(|role| role.value() == value)
    }

    fn value(self) -> &'static str {
        match self {
            Role::Cache(role) => role.value(),
            Role::Topic(role) => role.value(),
            Role::Function(role) => role.value(),
        }
    }
}
