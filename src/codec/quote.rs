//! Which texts a message may quote.

/// The longest host name (RFC 1035, section 2.3.4), in bytes. Messages quote nothing longer.
const MAX_LENGTH: usize = 253;

/// A run of so many characters of base64 may be a credential or a piece of one. A UUID is shorter.
const MAX_RUN: usize = 40;

/// False for what may be a credential, and for what is too long for a message.
///
/// Arguments get mixed up, so any text may be a credential. One has long runs of base64, or begins as the base64 of a
/// JSON object does. `mayBeCredential` in the package's `pkg-template/src/common/quote.ts` draws the same line.
pub(crate) fn is_quotable(text: &[u8]) -> bool {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte);
    let mut runs = text.split(|byte| !is_base64(byte));
    text.len() <= MAX_LENGTH && runs.all(|run| run.len() < MAX_RUN && !starts_as_json(run))
}

/// `{"`, with or without a space between, in base64; case does not matter, since hosts are lowered.
fn starts_as_json(run: &[u8]) -> bool {
    run.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(b"eyJ"))
        || run.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"eyAi"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_hosts_are_quotable() {
        let host = "cell-ap-northeast-1-1.prod.a.momentohq.com";
        for text in ["", "items", "keyJson", "user-7:name", host, "0f8fad5b-d9cb-469f-a165-70867728950e", "größe"] {
            assert!(is_quotable(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn credentials_and_long_texts_are_not_quotable() {
        let run = "a".repeat(40);
        let long = "a.".repeat(127);
        for text in ["eyJhbGciOiJub25lIn0", "x eyJ", "eyAiYSI6MX0=", "a.eyj0ijoizyj9.b", &run, &long] {
            assert!(!is_quotable(text.as_bytes()), "{text}");
        }
    }
}
