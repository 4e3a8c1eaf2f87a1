//! Decides which texts an error message may quote.

/// The longest text that is quoted, in bytes: the length of the longest host name (RFC 1035, section 2.3.4).
const MAX_LENGTH: usize = 253;

/// A run of this many base64 characters may be a credential or a part of one. A UUID is shorter.
const MAX_RUN: usize = 40;

/// Whether a text may be quoted: it is not too long and cannot be a credential.
///
/// Any argument may be a credential passed by mistake. A credential has long runs of base64, or begins like the base64
/// of a JSON object. `mayBeCredential` in `pkg-template/src/common/quote.ts` uses the same criteria.
pub(crate) fn is_quotable(text: &[u8]) -> bool {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte);
    let mut runs = text.split(|byte| !is_base64(byte));
    text.len() <= MAX_LENGTH && runs.all(|run| run.len() < MAX_RUN && !starts_as_json(run))
}

/// Whether a run starts with the base64 of `{"`, with or without a space in between. Ignores case, since hosts are
/// converted to lower case.
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
