//! Momento's own messages (crate `momento-protos`, written and read by prost) against ours, on seeded random cases.
//! `DIFF_SEED=n` tries another seed; a failing case names its own.

mod support;

use momento_protos::permission_messages as wire;
use momento_protos::permission_rules;
use momento_token_wasm::scope::{Grant, TokenScope};
use prost::Message;
use support::{base64_of, bytes_of, cases, grant_of, message, rules, scope};

/// (a) What we write, prost reads as the same message, and writes in the very same bytes; we read what prost writes.
#[test]
fn encodes_scopes_like_prost() {
    let count = cases("scopes", 12_000, |random| {
        let scope = TokenScope::new(scope::random(random)).unwrap();
        let ours = bytes_of(&scope.encode());
        let message = scope::to_message(&scope);
        assert_eq!(wire::Permissions::decode(&*ours).unwrap(), message, "prost reads what we write");
        assert_eq!(ours, message.encode_to_vec(), "byte for byte");
        assert_eq!(Grant::decode(&base64_of(&ours)), Ok(Grant::Scope(scope)), "we read what prost writes");
        true
    });
    assert_eq!(count.understood, count.total);
}

/// (b) Any message, with unset selectors, roles of none and unknown values: read as prost reads it, or refused.
#[test]
fn decodes_messages_like_prost_or_rejects() {
    let count = cases("messages", 12_000, |random| {
        let message = message::random(random);
        let ours = Grant::decode(&base64_of(message.encode_to_vec()));
        // What the message means, by its generated type; `None` where any of it is unset, none or unknown.
        assert_eq!(ours.as_ref().ok(), grant_of(&message).as_ref(), "{message:?}");
        assert!(ours.is_ok() || ours.unwrap_err().code() == "ERR_SCOPE_NOT_UNDERSTOOD");
        grant_of(&message).is_some()
    });
    count.both_happen();
}

/// (b) Bytes that were tampered with: where both read them, both read the same.
#[test]
fn decodes_mutated_bytes_like_prost_or_rejects() {
    let count = cases("changed bytes", 12_000, |random| {
        let mut bytes = message::random(random).encode_to_vec();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(0..=bytes.len());
            match random.u8(0..4) {
                0 if at < bytes.len() => bytes[at] ^= 1 << random.u8(0..8),
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 => bytes.insert(at, random.u8(0..48)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let Ok(grant) = Grant::decode(&base64_of(&bytes)) else { return false };
        let message = wire::Permissions::decode(&*bytes).expect("we read nothing that prost does not");
        assert_eq!(grant_of(&message), Some(grant), "{bytes:?}");
        true
    });
    count.both_happen();
}

/// (c) The newer `permission_rules.PermissionSet` in the same place, whose fields have the same numbers: refused, all
/// but a super-user without conditions, which has the same bytes and the same meaning in both.
#[test]
fn rejects_permission_sets() {
    let count = cases("permission sets", 12_000, |random| {
        let set = rules::random(random);
        let ours = Grant::decode(&base64_of(set.encode_to_vec()));
        assert_eq!(ours.as_ref().ok(), rules::is_super_user(&set).then_some(&Grant::SuperUser), "{set:?}");
        ours.is_ok()
    });
    count.both_happen();
    // A writer may leave repeated roles unpacked; then they are spelt like a role here.
    for kind in 1..=8 {
        for role in 0..=4 {
            for rest in [&[][..], &[0x12, 0], &[0x12, 0, 0x08, 1]] {
                let rule = [&[0x08, role], rest].concat();
                let rule = [&[kind << 3 | 2, rule.len() as u8], &rule[..]].concat();
                let rules = [&[0x0a, rule.len() as u8], &rule[..]].concat();
                let set = [&[0x12, rules.len() as u8], &rules[..]].concat();
                let plain_cache = kind == 1 && (1..=3).contains(&role) && rest == [0x12, 0];
                let read = Grant::decode(&base64_of(&set));
                assert_eq!(read.is_ok(), plain_cache, "{set:?}");
                // Field 2 stands in no account rule, so these bytes are a cache permission and nothing else.
                assert!(!plain_cache || permission_rules::PermissionSet::decode(&*set).unwrap().encode_to_vec() != set);
            }
        }
    }
}

/// An unknown field, at any depth and of any wire type, is refused; prost would pass over it.
#[test]
fn rejects_unknown_fields_at_any_depth() {
    const UNKNOWN: [&[u8]; 4] = [&[0x78, 1], &[0x7a, 0], &[0x7d, 1, 2, 3, 4], &[0x79, 1, 2, 3, 4, 5, 6, 7, 8]];
    let field = |number: u8, bytes: &[u8]| [&[number << 3 | 2, bytes.len() as u8], bytes].concat();
    // A whole message; `spoil` may add to what stands at a depth, from the outermost message to the innermost.
    let build = |kind: u8, one_cache: bool, one_item: bool, spoil: &dyn Fn(u8, Vec<u8>) -> Vec<u8>| {
        let name = |text: &[u8]| field(1, text);
        let cache = if one_cache { field(3, &spoil(4, name(b"chat"))) } else { field(2, &spoil(4, vec![])) };
        let item = if one_item { field(5, &spoil(5, name(b"k"))) } else { field(4, &spoil(5, vec![])) };
        let body = spoil(3, [&[0x08, 1], &cache[..], &item[..]].concat());
        let explicit = spoil(1, field(1, &spoil(2, field(kind, &body))));
        spoil(0, field(2, &explicit))
    };
    let mut count = 0;
    for (kind, one_cache, one_item) in
        (1..=3).flat_map(|kind| (0..4).map(move |bits| (kind, bits & 1 == 0, bits & 2 == 0)))
    {
        let sound = build(kind, one_cache, one_item, &|_, message| message);
        assert!(Grant::decode(&base64_of(&sound)).is_ok(), "{sound:?}");
        for (depth, unknown, before) in
            (0..6).flat_map(|depth| UNKNOWN.map(|unknown| [(depth, unknown, true), (depth, unknown, false)]).concat())
        {
            let spoilt = build(kind, one_cache, one_item, &|at, message| match (at == depth, before) {
                (false, _) => message,
                (true, true) => [unknown, &message[..]].concat(),
                (true, false) => [&message[..], unknown].concat(),
            });
            assert!(wire::Permissions::decode(&*spoilt).is_ok(), "prost passes over it: {spoilt:?}");
            let error = Grant::decode(&base64_of(&spoilt)).expect_err(&format!("{spoilt:?}"));
            assert_eq!(error.code(), "ERR_SCOPE_NOT_UNDERSTOOD");
            count += 1;
        }
    }
    println!("unknown fields: {count} cases");
}
