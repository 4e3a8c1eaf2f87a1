//! When to fetch a token: never too late, never too often.
//!
//! [`Machine`] decides and does nothing else. It is told what happened and what the clocks show,
//! and answers with what to do; it owns no timer, sends no request and never sees a token, only
//! when one expires. Whoever drives it carries out the actions in their order:
//!
//! ```text
//! caller asks, timer fires, page wakes, answer arrives
//!        │ Event, Now
//!        ▼
//!     Machine::handle ──► Vec<Action>: fetch, abort, arm the timer, settle a caller, …
//! ```
//!
//! Nothing inside ever sets a deadline "by hand". After each event the machine looks at what it
//! holds (a token, a request in the air, failures, waiting callers, whether the page is offline),
//! derives from that alone when the next attempt is due, and starts it or arms one timer. There is
//! thus no path on which a timer is forgotten, doubled or left over.
//!
//! What holds whatever happens (`tests/sim` tries to break it):
//!
//! - One request at a time, none within a second of the start of the last one, and while no token
//!   arrives at most ten in any ten minutes.
//! - No caller gets a token that has expired, or one with less life left than asked for. How long a token lives is
//!   itself a question of clocks that may be wrong: `docs/clocks.md` says what is promised where.
//! - Every caller is settled once: with a token, or with what came of the attempt it waited for.
//! - A timer is never armed for longer than [`HEARTBEAT`].
//!
//! What no client can see: a wall clock set back during the very sleep that also stops the monotonic clock. Both then
//! agree that no time has passed, and a token may be handed out for that much too long. Nor one set forward and then
//! back while a page was frozen and a sibling told of a token in between.

mod backoff;
mod calls;
mod clock;
mod event;
mod life;
mod machine;
mod policy;

pub use clock::Now;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub(crate) use event::{ASKED, HEARD, NEVER, NONE, SPENT, Signal, VENDED};
pub use event::{Action, Cause, Event, Failure, Outcome, Reason, Status};
pub use life::Answer;
pub use machine::{HEARTBEAT, Machine};
pub use policy::{Policy, PolicyError};
