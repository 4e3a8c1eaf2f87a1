//! What a vending service is asked, what it answers, and what its refusals mean.
//!
//! Vending services are written by hand and differ; here their answers come to one form, [`Answer`],
//! and their failures to one error, [`VendError`], which says whether asking again may help.

mod answer;
mod date;
mod error;
mod find;
mod grant;
mod once;
mod place;
mod status;
mod told;

pub use answer::{Answer, MAX_ANSWER_BYTES};
pub use error::VendError;
pub use grant::{Asked, compare};
pub use status::check_status;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub(crate) use {
    answer::content,
    find::Found,
    grant::Wanted,
    place::{Place, text_at},
};
