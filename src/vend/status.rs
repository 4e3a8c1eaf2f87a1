//! What an HTTP status means for the next attempt.

use super::error::{VendError, Weight};
use crate::codec::json::push;

/// `Ok` for a success. 401, 403, 404 and 410 are the service's last word until something changes; all other
/// statuses may pass by themselves.
///
/// # Errors
/// `ERR_VEND_HTTP`.
pub fn check_status(status: u16) -> Result<(), VendError> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    Err(refused(status, "HTTP status ", ""))
}

/// An answer that is a success by its HTTP status, but not by the `statusCode` in it.
#[cold]
pub(super) fn refused_within(status: u16) -> VendError {
    let place = "; it is the `statusCode` in a successful answer, as of a Lambda function without proxy integration";
    refused(status, "status ", place)
}

/// Which code it has follows from where the status was found.
#[cold]
fn refused(status: u16, front: &str, place: &str) -> VendError {
    let (weight, meaning) = match status {
        401 => (Weight::Terminal, " (unauthorized): sign in again"),
        403 => (Weight::Terminal, " (forbidden): this user may not have a token"),
        404 | 410 => (Weight::Terminal, ": is the vending service's URL right?"),
        429 => (Weight::Passing, " (too many requests)"),
        _ => (Weight::Passing, ""),
    };
    let mut found = String::from(front);
    push(&mut found, &status.to_string());
    push(&mut found, meaning);
    push(&mut found, place);
    let code = if place.is_empty() { "ERR_VEND_HTTP" } else { "ERR_VEND_ANSWER" };
    VendError::new(weight, code, &found).with_status(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_may_pass_from_what_does_not() {
        for status in [200, 201, 204, 299] {
            assert_eq!(check_status(status), Ok(()));
        }
        for (status, terminal) in [
            (401, true),
            (403, true),
            (404, true),
            (410, true),
            (429, false),
            (500, false),
            (503, false),
            (302, false),
            (0, false),
        ] {
            assert_eq!(check_status(status).unwrap_err().is_terminal(), terminal, "{status}");
        }
        assert_eq!(
            check_status(503).unwrap_err().message(),
            "expected a token from the vending service, found HTTP status 503"
        );
    }
}
