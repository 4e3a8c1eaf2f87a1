//! What an HTTP status means for retries.

/// Whether the status is 2xx.
pub(super) fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// Whether a retry does not help: 401, 403, 404 and 410 persist until something changes. All other statuses may be
/// temporary.
pub(super) fn is_final(status: u16) -> bool {
    matches!(status, 401 | 403 | 404 | 410)
}

/// Advice about an unsuccessful status, to be appended to it.
pub(super) fn advice(status: u16) -> &'static str {
    match status {
        401 => " (unauthorized): sign in again",
        403 => " (forbidden): this user may not have a token",
        404 | 410 => ": is the vending service's URL right?",
        429 => " (too many requests)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::super::check_status;

    #[test]
    fn distinguishes_temporary_from_terminal_statuses() {
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
            let error = check_status(status).unwrap_err();
            assert_eq!((error.is_terminal(), error.status()), (terminal, Some(status)));
        }
        assert_eq!(
            check_status(503).unwrap_err().message(),
            "expected a token from the vending service, found HTTP status 503"
        );
    }
}
