//! Tests for targets other than wasm32. tests/web.rs has those for browsers.

use super::*;
use crate::scope::{CacheRole, CacheSelector, Permission, TokenScope};
use futures_core::Stream;
use std::task::Waker;
use std::time::Duration;

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_handle_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<TokenSource>();
    shared::<TokenFuture>();
    shared::<Tokens>();
    shared::<Watch>();
    shared::<Snapshot>();
    shared::<SourceError>();
}

#[test]
fn elsewhere_nothing_is_requested_and_each_call_says_so() {
    let source = TokenSource::builder("/token").build().unwrap();
    assert_eq!(source.start().unwrap_err().code(), "ERR_SERVER_RENDER");
    let Poll::Ready(Err(error)) = poll(&mut source.token()) else { panic!("expected an error at once") };
    assert_eq!(error.code(), "ERR_SERVER_RENDER");
    assert!(error.to_string().starts_with("expected a browser, found"), "{error}");
    assert!(source.snapshot().token.is_none());
    let mut tokens = source.tokens();
    assert!(matches!(Pin::new(&mut tokens).poll_next(&mut Context::from_waker(Waker::noop())), Poll::Ready(None)));
    source.close();
    let Poll::Ready(Err(error)) = poll(&mut source.clone().token()) else { panic!("expected an error at once") };
    assert_eq!(error.code(), "ERR_CLOSED");
    assert_eq!(format!("{source:?}"), "TokenSource { status: Closed, .. }");
}

#[test]
fn a_function_is_not_called_elsewhere() {
    let source = TokenSource::from_fn(|_| async { Err::<String, _>("called") }).build().unwrap();
    assert!(matches!(poll(&mut source.token()), Poll::Ready(Err(_))));
}

#[test]
fn a_watch_is_called_with_what_there_is() {
    let seen = std::rc::Rc::new(std::cell::Cell::new(0));
    let count = std::rc::Rc::clone(&seen);
    let source = TokenSource::builder("/token").build().unwrap();
    let _watch = source.watch(move |snapshot| {
        assert!(snapshot.token.is_none());
        count.set(count.get() + 1);
    });
    assert_eq!(seen.get(), 1);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let bytes = Permission::Cache {
        role: CacheRole::ReadOnly,
        cache: CacheSelector::Name("cache".into()),
        item: Some(crate::scope::ItemSelector::Key(vec![0xff])),
    };
    let many = vec![Permission::Cache { role: CacheRole::ReadOnly, cache: CacheSelector::All, item: None }; 21];
    let limited = TokenScope::with_limit(many, 21).unwrap();
    let bytes = TokenScope::new(vec![bytes]).unwrap();
    let credential = concat!("e30.eyJ2ZXIiOjEsImV4cCI6MTgwMDAwMDAwMH0.", "c2ln");
    let new = || TokenSource::builder("/token");
    for (builder, code, begins) in [
        (TokenSource::builder(""), "ERR_ARGUMENT", "vend: expected a URL"),
        (TokenSource::builder(credential), "ERR_ARGUMENT", "vend: expected a URL, found what looks like a credential"),
        (new().expires_in(Duration::ZERO), "ERR_ARGUMENT", "expires_in: expected whole seconds"),
        (new().expires_in(Duration::from_millis(1_500)), "ERR_ARGUMENT", "expires_in: "),
        (new().expires_in(Duration::from_secs(90_001)), "ERR_ARGUMENT", "expires_in: "),
        (new().expires_in(Duration::MAX), "ERR_ARGUMENT", "expires_in: "),
        (new().token_id("x".repeat(65)), "ERR_ARGUMENT", "token_id: expected at most 64 characters"),
        (new().share_across_tabs(""), "ERR_ARGUMENT", "share_across_tabs: expected a name"),
        (new().scope(limited), "ERR_SCOPE_LIMIT", ""),
        (new().scope(bytes), "ERR_ARGUMENT", "scope: expected keys that are text"),
        (new().refresh_window(0.9, 0.1), "ERR_ARGUMENT", "expected a refresh window"),
        (new().refresh_window(f32::NAN, 0.5), "ERR_ARGUMENT", "expected a refresh window"),
        (new().request_timeout(Duration::MAX), "ERR_ARGUMENT", "expected a request timeout"),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().starts_with(begins), "{error}");
        assert!(!error.to_string().contains(credential), "an error quotes a credential");
    }
}

#[test]
fn headers_that_http_does_not_have_are_refused() {
    let build = |name: &str, value: &str| TokenSource::builder("/token").header(name, value).build();
    for (name, value) in
        [("x-app", "1"), ("!#$%&'*+-.^_`|~aZ0", ""), ("authorization", "Bearer a, b; c=\"d\"\t"), ("x", "\u{e9}")]
    {
        assert!(build(name, value).is_ok(), "{name}");
    }
    for (name, value) in [
        ("", "1"),
        ("x app", "1"),
        ("x:", "1"),
        ("x\n", "1"),
        ("\u{e9}", "1"),
        ("x", "secret\r\ny: 1"),
        ("x", "secret\n"),
        ("x", "secret\r"),
        ("x", "secret\0"),
        ("x", "secret \u{20ac}"),
    ] {
        let error = build(name, value).unwrap_err();
        assert_eq!((error.code(), error.to_string().contains("secret")), ("ERR_ARGUMENT", false), "{name:?}");
    }
}

#[test]
fn options_at_their_limits_are_taken() {
    let builder = TokenSource::builder("/token?room=1#top").post().header("x-app", "1").allow_redirects(true);
    let builder = builder.expires_in(Duration::from_secs(90_000)).token_id("x".repeat(64)).refresh_window(0.5, 0.5);
    assert!(builder.request_timeout(Duration::from_secs(600)).build().is_ok());
}
