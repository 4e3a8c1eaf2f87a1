//! Decides when to fetch a token: never too late, never too often.
//!
//! [`Machine`] is a state machine without I/O. It takes an event and a reading of the clocks, and returns actions. It
//! owns no timer, sends no request, and never sees a token, only when it expires. The driver carries out the actions in
//! order:
//!
//! ```text
//! caller asks, timer fires, page wakes, answer arrives
//!        │ Event, Now
//!        ▼
//!     Machine::handle ──► Vec<Action>: fetch, abort, arm the timer, settle a caller, …
//! ```
//!
//! Deadlines are not set event by event. After each event the machine derives from its state alone (the token, a
//! pending request, failures, waiting callers, whether the page is offline) when the next request is due, and sends it
//! or arms one timer. A timer can therefore not be forgotten, armed twice or left over.
//!
//! These invariants always hold, and are checked by `tests/sim`:
//!
//! - At most one request is pending; requests are sent at least one second apart; and while no token arrives, at most
//!   ten are sent in any ten minutes.
//! - No caller gets a token that has expired or that has less life left than it asked for. What this means when clocks
//!   are wrong is in `docs/clocks.md`.
//! - Every caller is settled once: with a token, or with the error of the request it waited for.
//! - A timer is never armed for longer than [`HEARTBEAT`].
//!
//! Two cases cannot be detected by any client. If the wall clock is set back during a sleep that also stops the
//! monotonic clock, both clocks agree that no time has passed, and a token may be handed out for that much too long.
//! The same goes for a wall clock that is set forward and back again while the page is frozen, if a sibling sends a
//! token in between.

mod action;
mod backoff;
mod calls;
mod clock;
mod event;
mod life;
mod lifetime;
mod machine;
mod policy;
mod random;
mod timer;

pub use action::{Action, Cause, Outcome, Reason, Status};
pub use clock::Now;
pub use event::{Event, Failure};
pub use life::Answer;
pub use lifetime::Lifetime;
pub use machine::Machine;
pub use policy::{Policy, PolicyError};
pub use timer::HEARTBEAT;
