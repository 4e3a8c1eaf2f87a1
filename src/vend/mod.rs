//! What a vending service is asked, what it answers, and what its refusals mean.
//!
//! Vending services are written by hand and differ. Here their answers are brought to one form, [`Answer`], and their
//! failures to one error, [`VendError`], which says whether to ask again. In an HTTP answer's headers,
//! [`retry_after()`] finds how long to wait, and [`ServerClock`] what the server's clock shows.

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

/// `Ok` for a success (2xx). After 401, 403, 404 and 410 asking again does not help until something changes; all other
/// statuses may pass by themselves.
///
/// # Errors
/// `ERR_VEND_HTTP`.
pub fn check_status(status: u16) -> Result<(), VendError> {
    if status::is_success(status) { Ok(()) } else { Err(VendError::Http { status }) }
}
