use super::*;
use proptest::prelude::*;

fn accepts(text: &str) -> bool {
    parse(text).is_ok()
}

fn scaled(text: &str, places: i32) -> Option<i64> {
    match parse(text) {
        Ok(Json::Number(number)) => number.scaled(places),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rejects_what_serde_json_rejects() {
    let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let cases = [
        "",
        " ",
        "null",
        "nul",
        "nulll",
        "true",
        "false",
        "tru",
        "0",
        "-0",
        "-",
        "01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "1E-2",
        "+1",
        "1.5e3x",
        "\"a\"",
        "\"a",
        "\"\\u0041\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ud83dx\"",
        "\"\\ud83d\\u0041\"",
        "\"\\x\"",
        "\"\\u00g0\"",
        "\"\t\"",
        "\"\u{7f}\"",
        "[]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1",
        "{}",
        "{\"a\":1}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" 1}",
        "{\"a\":}",
        "{\"a\":1 \"b\":2}",
        "{,}",
        "{\"a\":1}}",
        "[1]2",
        "\u{feff}1",
        "1e999",
        "-1e999",
        "1e-999",
        "0e999",
        "\u{a0}1",
        "NaN",
        "Infinity",
        "'a'",
        "//c\n1",
        "\"\\",
        "\"\\u12",
    ];
    for case in cases.into_iter().map(String::from).chain([deep(126), deep(127), deep(128), deep(100_000)]) {
        let oracle = serde_json::from_str::<serde_json::Value>(&case).is_ok();
        let label: String = case.chars().take(40).collect();
        assert_eq!(accepts(&case), oracle, "{label}");
    }
}

#[test]
fn reads_numbers_by_digits() {
    assert_eq!(scaled("1735689600", 3), Some(1_735_689_600_000));
    assert_eq!(scaled("1735689600.9999", 3), Some(1_735_689_600_999));
    assert_eq!(scaled("1.7356896e9", 3), Some(1_735_689_600_000));
    assert_eq!(scaled("17356896000e-1", 0), Some(1_735_689_600));
    assert_eq!(scaled("-1.5", 3), Some(-1500));
    assert_eq!(scaled("0.0004", 3), Some(0));
    assert_eq!(scaled("0e300", 3), Some(0));
    assert_eq!(scaled("9223372036854775807", 0), Some(i64::MAX));
    assert_eq!(scaled("9223372036854775808", 0), None);
    assert_eq!(scaled("1e300", 0), None);
    assert_eq!(scaled("1e-99999999999999999999", 3), Some(0));
}

#[test]
fn errors_have_a_position() {
    for (text, at, expected) in [
        ("{\"a\": [1, }", 10, "a value"),
        ("[01]", 1, "no leading zero"),
        ("[1e999]", 1, "a number below 1e308"),
        ("[-]", 2, "a digit"),
        ("[1 2]", 3, "',' or ']'"),
        ("{\"a\":1 2}", 7, "',' or '}'"),
        ("{\"a\" 1}", 5, "':'"),
        ("{,}", 1, "a string"),
        ("\"a\tb\"", 2, "no bare control character in a string"),
        ("\"a", 2, "the string's closing quote"),
        ("\"\\x\"", 2, "a known escape"),
        ("\"\\u00g0\"", 2, "four hexadecimal digits"),
        ("\"\\ud83d\\u0041\"", 2, "the second half of a surrogate pair"),
        ("\"\\ud83d\"", 2, "no lone surrogate"),
        ("tru", 0, "true or false"),
        ("nul", 0, "null"),
        ("1 2", 2, "the end of the document"),
        (&"[".repeat(128), 128, "less nesting"),
    ] {
        let malformed = parse(text).unwrap_err();
        assert_eq!((malformed.at(), malformed.expected()), (at, expected), "{text}");
    }
    for (text, at, expected) in [(&b"[]"[..], 0, "an object"), (b"{\"\xff", 2, "UTF-8"), (b" nul", 0, "an object")] {
        let malformed = parse_object(text).unwrap_err();
        assert_eq!((malformed.at(), malformed.expected()), (at, expected), "{text:?}");
    }
}

proptest! {
    #[test]
    fn reads_strings_like_serde_json(text: String) {
        let oracle = serde_json::to_string(&text).unwrap();
        let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let escaped = format!("\"{escaped}\"");
        for literal in [&oracle, &escaped] {
            let parsed = parse(literal).unwrap();
            prop_assert_eq!(parsed.as_str(), Some(&*text));
        }
        let mut written = String::new();
        write_string(&mut written, &text);
        prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }

    #[test]
    fn agrees_with_serde_json(text in "[\\[\\]{}\",:0-9eE+.truefalsn \\\\-]{0,24}") {
        prop_assert_eq!(accepts(&text), serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }

    #[test]
    fn whole_numbers_are_exact(number: i64) {
        prop_assert_eq!(scaled(&number.to_string(), 0), number.checked_abs().map(|_| number));
    }
}
