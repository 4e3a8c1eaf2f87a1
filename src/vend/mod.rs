//! Requests to vending services, their responses, and their errors.
//!
//! Vending services are custom and differ. [`Answer`] is the common form of their responses, and [`VendError`] of their
//! failures, including whether to retry. [`retry_after()`] parses the delay in an HTTP response's headers, and
//! [`ServerClock`] the server's time.

mod answer;
mod date;
mod error;
mod expiry;
mod field;
mod fields;
mod find;
mod grant;
mod http_date;
mod retry_after;
mod server_clock;
mod status;
mod text;

pub use answer::{Answer, MAX_ANSWER_BYTES};
pub use error::{InnerText, Retry, VendError};
pub use grant::{Asked, compare};
pub use retry_after::retry_after;
pub use server_clock::ServerClock;

/// Returns `Ok` for a success (2xx). After 401, 403, 404 and 410 a retry does not help until something changes; all
/// other statuses may be temporary.
///
/// # Errors
/// `ERR_VEND_HTTP`.
pub fn check_status(status: u16) -> Result<(), VendError> {
    if status::is_success(status) { Ok(()) } else { Err(VendError::Http { status }) }
}
