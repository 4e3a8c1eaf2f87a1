use super::*;
use proptest::prelude::*;

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 é\u{1F600}-]{0,7}[a-z]"
}

fn cache() -> impl Strategy<Value = CacheSelector> {
    prop_oneof![Just(CacheSelector::All), name().prop_map(CacheSelector::Name)]
}

fn name_selector() -> impl Strategy<Value = NameSelector> {
    prop_oneof![Just(NameSelector::All), name().prop_map(NameSelector::Name), name().prop_map(NameSelector::NamePrefix)]
}

fn item() -> impl Strategy<Value = Option<ItemSelector>> {
    let bytes = || prop::collection::vec(any::<u8>(), 1..9);
    prop_oneof![
        Just(None),
        Just(Some(ItemSelector::All)),
        bytes().prop_map(|key| Some(ItemSelector::Key(key))),
        bytes().prop_map(|prefix| Some(ItemSelector::KeyPrefix(prefix))),
    ]
}

fn permission() -> impl Strategy<Value = Permission> {
    let cache_role = prop::sample::select(vec![CacheRole::ReadWrite, CacheRole::ReadOnly, CacheRole::WriteOnly]);
    let topic_role =
        prop::sample::select(vec![TopicRole::PublishSubscribe, TopicRole::SubscribeOnly, TopicRole::PublishOnly]);
    let function_role = prop::sample::select(vec![FunctionRole::PermitNone, FunctionRole::Invoke]);
    prop_oneof![
        (cache_role, cache(), item()).prop_map(|(role, cache, item)| Permission::Cache { role, cache, item }),
        (topic_role, cache(), name_selector()).prop_map(|(role, cache, topic)| Permission::Topic {
            role,
            cache,
            topic
        }),
        (function_role, cache(), name_selector()).prop_map(|(role, cache, function)| Permission::Function {
            role,
            cache,
            function
        }),
    ]
}

proptest! {
    #[test]
    fn encode_decode_round_trips(permissions in prop::collection::vec(permission(), 1..=20)) {
        let scope = TokenScope::new(permissions).unwrap();
        prop_assert_eq!(Grant::decode(&scope.encode()), Ok(Grant::Scope(scope)));
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(bytes: Vec<u8>) {
        let _ = Grant::decode(&base64::encode(&bytes));
    }

    /// A changed byte may change the grant or spoil it, but what is then read must be what those bytes encode.
    #[test]
    fn mutated_bytes_are_never_partially_decoded(permissions in prop::collection::vec(permission(), 1..4), at: prop::sample::Index, byte: u8) {
        let mut bytes = base64::decode(&TokenScope::new(permissions).unwrap().encode()).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(Grant::Scope(scope)) = Grant::decode(&base64::encode(&bytes)) {
            let again = base64::decode(&scope.encode()).unwrap();
            prop_assert_eq!(Grant::decode(&base64::encode(&again)), Ok(Grant::Scope(scope)));
        }
    }
}

fn refusal(bytes: &[u8]) -> String {
    let error = Grant::decode(&base64::encode(bytes)).unwrap_err();
    assert_eq!(error.code(), "ERR_SCOPE_NOT_UNDERSTOOD");
    error.message()
}

/// Wraps the body of a permission of type `kind` into a whole message.
fn whole(kind: u32, body: &[u8]) -> Vec<u8> {
    message(2, &message(1, &message(kind, body)))
}

#[test]
fn encodes_known_bytes() {
    assert_eq!(Grant::decode("CAA="), Ok(Grant::SuperUser));
    let scope = TokenScope::new(vec![Permission::Cache {
        role: CacheRole::ReadOnly,
        cache: CacheSelector::Name("c".into()),
        item: Some(ItemSelector::Key(b"k".to_vec())),
    }])
    .unwrap();
    let bytes = whole(1, &[0x08, 2, 0x1a, 3, 0x0a, 1, b'c', 0x2a, 3, 0x0a, 1, b'k']);
    assert_eq!(scope.encode(), base64::encode(&bytes));
}

#[test]
fn rejects_messages_not_understood_in_full() {
    let all = [0x12, 0]; // all_caches
    let cases: [(&[u8], &str); 14] = [
        (&[], "a grant that is neither super-user nor explicit permissions alone"),
        (&[0x08, 1], "an unknown kind of super-user"),
        (&[0x08, 0, 0x12, 0], "a grant that is neither super-user nor explicit permissions alone"),
        (&[0x1a, 0], "an unknown kind of grant"),
        (&[0x12, 0], "permissions: expected at least one permission, found none"),
        (&whole(4, &[]), "an unknown type of permission"),
        (&whole(1, &all), "a role that is none or unknown"),
        (&whole(1, &[0x08, 4, 0x12, 0]), "a role that is none or unknown"),
        (&whole(1, &[0x08, 1]), "a permission that names no cache"),
        (&whole(1, &[0x08, 1, 0x1a, 0]), "a cache selector without a name"),
        (&whole(1, &[0x08, 1, 0x12, 0, 0x2a, 0]), "a selector that is not set"),
        (&whole(1, &[0x08, 1, 0x12, 0, 0x32, 0]), "an unknown field in a permission"),
        (&whole(2, &[0x08, 1, 0x12, 0]), "a permission that names no topic or function"),
        (&whole(1, &[0x08, 1, 0x12, 0, 0x22, 0, 0x2a, 3, 0x0a, 1, b'k']), "a permission for all and for one at once"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(refusal(bytes), expected, "{bytes:?}");
    }
    // `permission_rules.PermissionSet`: a rule with nothing in it looks like a function permission for all caches.
    assert_eq!(refusal(&whole(3, &all)), "a permission that names no topic or function");
    assert_eq!(Grant::decode("!").unwrap_err().message(), "expected base64, found something else");
}
