//! When to fetch a token: never too late, never too often.
//!
//! [`Machine`] decides and does nothing else. It takes what happened and what the clocks show, and returns what to do;
//! it owns no timer, sends no request and never sees a token, only when one expires. The driver carries out the actions
//! in their order:
//!
//! ```text
//! caller asks, timer fires, page wakes, answer arrives
//!        │ Event, Now
//!        ▼
//!     Machine::handle ──► Vec<Action>: fetch, abort, arm the timer, settle a caller, …
//! ```
//!
//! No code path sets a deadline by hand. After each event the machine looks at what it holds (a token, a request under
//! way, failures, waiting callers, whether the page is offline), derives from that alone when the next request is due,
//! and sends it or arms one timer. There is thus no path on which a timer is forgotten, doubled or left over.
//!
//! What holds whatever happens (`tests/sim` tries to break it):
//!
//! - One request at a time, none within a second after the last one was sent, and while no token arrives at most ten in
//!   any ten minutes.
//! - No caller gets a token that has expired, or one with less life left than it asked for. How long a token is valid is
//!   itself a question of clocks that may be wrong: `docs/clocks.md` says what is promised.
//! - Every caller is settled once: with a token, or with what came of the request it waited for.
//! - A timer is never armed for longer than [`HEARTBEAT`].
//!
//! What no client can see: a wall clock set back during the very sleep that also stops the monotonic clock. Both then
//! agree that no time has passed, and a token may be handed out for that much too long. Nor one set forward and then
//! back while a page was frozen and a sibling sent a token in between.

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
