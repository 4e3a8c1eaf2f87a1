//! The error of reading and checking scopes.

use crate::codec::{
    json::{self, write_string},
    proto,
    quote::is_quotable,
};
use std::fmt;

/// The longest field name that an error quotes, in bytes.
const MAX_QUOTED_FIELD: usize = 40;

/// Why a scope, encoded permissions or an action were rejected: a stable code, and the position of the fault.
///
/// Boxed to keep `Result`s small.
#[derive(Clone, PartialEq, Eq)]
pub struct ScopeError(Box<Fault>);

#[derive(Clone, PartialEq, Eq)]
struct Fault {
    input: Input,
    index: Option<usize>,
    field: Option<Field>,
    problem: Problem,
}

/// What was being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    /// A scope, as JSON, as JavaScript data, or as a list of permissions.
    Scope,
    /// Permissions in their protobuf form.
    Encoded,
    Action,
}

/// The fields of scopes, permissions and actions that an error may name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Permissions,
    Role,
    Type,
    Access,
    Cache,
    Item,
    Topic,
    Func,
    Key,
}

/// What was wrong.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// The text is not JSON.
    Json(json::Malformed),
    /// The value is of another kind.
    Kind {
        expected: &'static str,
        found: &'static str,
    },
    /// An unknown or repeated field. `None` for a name that errors must not show.
    UnexpectedField(Option<String>),
    NoPermissionList,
    NoPermissions,
    TooManyPermissions {
        limit: usize,
        found: usize,
    },
    NoRole,
    UnknownRole,
    /// The role is for permissions with this field and no other selector.
    RoleOfOtherKind(Field),
    NoCache,
    /// More than one of `item`, `topic` and `func`.
    SeveralKinds,
    NoSelector,
    SeveralSelectors,
    /// An `All…` constant that belongs to another field.
    OtherConstant,
    BlankName,
    EmptyKey,
    /// A blank field of an action.
    BlankField,
    /// The fields do not form an action.
    NotAnAction,
    /// What a protobuf message contains instead of a permission that can be decoded in full.
    NotUnderstood(&'static str),
}

impl From<Problem> for ScopeError {
    fn from(problem: Problem) -> Self {
        ScopeError(Box::new(Fault { input: Input::Scope, index: None, field: None, problem }))
    }
}

impl From<json::Malformed> for ScopeError {
    fn from(malformed: json::Malformed) -> Self {
        Problem::Json(malformed).into()
    }
}

impl From<proto::Malformed> for ScopeError {
    fn from(_: proto::Malformed) -> Self {
        ScopeError::not_understood("the bytes are not a protobuf message")
    }
}

impl ScopeError {
    /// Encoded permissions that cannot be decoded in full.
    pub(crate) fn not_understood(reason: &'static str) -> Self {
        ScopeError::from(Problem::NotUnderstood(reason)).in_encoded()
    }

    /// An unexpected field. Its name is kept, unless it may be a misplaced credential.
    pub(super) fn unexpected_field(name: &str) -> Self {
        let is_shown = name.len() <= MAX_QUOTED_FIELD && is_quotable(name.as_bytes());
        Problem::UnexpectedField(is_shown.then(|| name.into())).into()
    }

    /// Adds which permission is at fault.
    pub(super) fn at(mut self, index: usize) -> Self {
        self.0.index = Some(index);
        self
    }

    /// Adds which field is at fault.
    pub(super) fn in_field(mut self, field: Field) -> Self {
        self.0.field = Some(field);
        self
    }

    /// Marks the fault as one in an action, which is the caller's argument.
    pub(super) fn in_action(mut self) -> Self {
        self.0.input = Input::Action;
        self
    }

    /// Marks the fault as one in encoded permissions.
    pub(super) fn in_encoded(mut self) -> Self {
        self.0.input = Input::Encoded;
        self
    }

    /// A stable code: `ERR_SCOPE_INVALID` (the value is not a scope), `ERR_SCOPE_LIMIT` (too many permissions),
    /// `ERR_SCOPE_NOT_UNDERSTOOD` (encoded permissions that this version cannot decode in full), `ERR_ARGUMENT` (the
    /// value is not an [`Action`](super::Action)).
    pub fn code(&self) -> &'static str {
        match (self.0.input, &self.0.problem) {
            (Input::Action, _) => "ERR_ARGUMENT",
            (Input::Encoded, _) => "ERR_SCOPE_NOT_UNDERSTOOD",
            (Input::Scope, Problem::TooManyPermissions { .. }) => "ERR_SCOPE_LIMIT",
            (Input::Scope, _) => "ERR_SCOPE_INVALID",
        }
    }

    /// Which permission is at fault, counted from 0; `None` if it is the scope as a whole.
    pub fn index(&self) -> Option<usize> {
        self.0.index
    }

    /// Which field of the scope, permission or action is at fault; `None` if it is not a single one.
    pub fn field(&self) -> Option<&'static str> {
        self.0.field.map(Field::name)
    }

    /// The position and the reason: `permissions[2].item: expected …`.
    pub fn message(&self) -> String {
        self.to_string()
    }
}

impl Field {
    pub(super) fn name(self) -> &'static str {
        match self {
            Field::Permissions => "permissions",
            Field::Role => "role",
            Field::Type => "type",
            Field::Access => "access",
            Field::Cache => "cache",
            Field::Item => "item",
            Field::Topic => "topic",
            Field::Func => "func",
            Field::Key => "key",
        }
    }
}

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut place = match (self.0.input, self.0.index) {
            (Input::Action, _) => "action".into(),
            (_, Some(index)) => format!("permissions[{index}]"),
            _ => String::new(),
        };
        if let Some(field) = self.field() {
            if !place.is_empty() {
                place.push('.');
            }
            place.push_str(field);
        }
        if !place.is_empty() {
            place.push_str(": ");
        }
        f.write_str(&place)?;
        self.0.problem.fmt(f)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Problem::Json(malformed) => {
                return write!(f, "expected JSON with {} at byte {}", malformed.expected(), malformed.at());
            }
            Problem::Kind { expected, found } => return write!(f, "expected {expected}, found {found}"),
            Problem::TooManyPermissions { limit, found } => {
                return write!(f, "expected at most {limit}, found {found}");
            }
            Problem::RoleOfOtherKind(field) => return write!(f, "goes with {}, and nothing else", field.name()),
            Problem::UnexpectedField(Some(name)) => {
                let mut quoted = String::new();
                write_string(&mut quoted, name);
                return write!(f, "unknown or repeated field {quoted}");
            }
            Problem::UnexpectedField(None) => "unknown or repeated field (its name is not shown)",
            Problem::NoPermissionList => "expected a list of permissions, found none",
            Problem::NoPermissions => "expected at least one permission, found none",
            Problem::NoRole => "expected a role, found nothing",
            Problem::UnknownRole => "expected a role such as \"readonly\", found another text",
            Problem::NoCache => "expected a cache's name or AllCaches, found nothing",
            Problem::SeveralKinds => "expected one of item, topic and func",
            Problem::NoSelector => "expected a selector, found an empty object",
            Problem::SeveralSelectors => "expected one selector, found two that contradict each other",
            Problem::OtherConstant => "the All… constant is one of another kind",
            Problem::BlankName => "expected a name, found a blank one; use the All… constant to mean all",
            Problem::EmptyKey => "cache key or key prefix must not be empty",
            Problem::BlankField => "expected a name or a key, found a blank one",
            Problem::NotAnAction => {
                "expected cache, and type cache with key and access read, write or conditional-write, \
                 type topic with topic and access publish or subscribe, or type function with func and access invoke"
            }
            Problem::NotUnderstood(reason) => reason,
        })
    }
}

impl fmt::Debug for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
    }
}

impl std::error::Error for ScopeError {
    /// The JSON error, if the text was not JSON.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.problem {
            Problem::Json(malformed) => Some(malformed),
            _ => None,
        }
    }
}
