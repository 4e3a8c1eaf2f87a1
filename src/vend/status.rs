//! What an HTTP status means for the next attempt.

use super::error::VendError;
use alloc::string::String;

/// `Ok` for a success. 401, 403, 404 and 410 are the service's last word until something changes; all other
/// statuses may pass by themselves.
///
/// # Errors
/// `ERR_VEND_HTTP`.
pub fn check_status(status: u16) -> Result<(), VendError> {
    if (200..300).contains(&status) {
        return Ok(());
    }
    let digits = [status / 100 % 10, status / 10 % 10, status % 10];
    let digits: String = digits.iter().map(|digit| char::from(b'0' + *digit as u8)).collect();
    let meaning = match status {
        401 => " (unauthorized): sign in again",
        403 => " (forbidden): this user may not have a token",
        404 | 410 => ": is the vending service's URL right?",
        429 => " (too many requests)",
        _ => "",
    };
    let message = ["expected a token from the vending service, found HTTP status ", &digits, meaning].concat();
    Err(match status {
        401 | 403 | 404 | 410 => VendError::terminal("ERR_VEND_HTTP", message),
        _ => VendError::passing("ERR_VEND_HTTP", message),
    })
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
