//! The callers that wait for a token.

use super::event::{GIVEN, NOT_GIVEN, TOO_LATE, TOO_SHORT};

#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) id: u32,
    pub(super) min_validity: i64,
    pub(super) force: bool,
}

/// What happens to those who wait.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    /// A token has arrived with this much life left (ms): whoever asked for more cannot be served.
    Served(i64),
    /// A token has this much left without being new: whom that does not serve waits on.
    Content(i64),
    Failed,
    Closed,
    /// This one no longer waits.
    Left(u32),
}

impl Fate {
    /// The outcome for a caller; `Err(true)` for who waits on.
    pub(super) fn of(self, call: &Call) -> Result<u8, bool> {
        match self {
            Fate::Served(left) => Ok(if left >= call.min_validity { GIVEN } else { TOO_SHORT }),
            Fate::Content(left) if left >= call.min_validity && !call.force => Ok(GIVEN),
            Fate::Failed => Ok(NOT_GIVEN),
            Fate::Closed => Ok(TOO_LATE),
            Fate::Content(_) => Err(true),
            Fate::Left(id) => Err(id != call.id),
        }
    }
}

/// All callers that wait for the attempt in the air, or else for the next one.
#[derive(Debug, Default)]
pub(super) struct Calls(pub(super) Vec<Call>);

impl Calls {
    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    #[inline(never)]
    pub(super) fn any_forced(&self) -> bool {
        self.0.iter().any(|call| call.force)
    }
}
