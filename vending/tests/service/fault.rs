//! `--demo`: failures on request.

use std::time::{Duration, Instant};

use ureq::http::Method;

use crate::harness::{Answer, Server, now};

fn with(server: &Server, fault: &str) -> Answer {
    server.get_with("/token", &[("x-demo-fault", fault)])
}

#[test]
fn without_demo_the_header_is_ignored() {
    let server = Server::start(&[]);
    for fault in ["status=503", "html", "nonsense"] {
        with(&server, fault).token();
    }
}

#[test]
fn statuses() {
    let server = Server::start(&["--demo"]);
    let answer = with(&server, "status=503; retry-after=2");
    assert_eq!((answer.status, answer.code().as_str(), answer.header("retry-after")), (503, "demo_fault", Some("2")));
    let answer = with(&server, "status=401");
    assert_eq!((answer.status, answer.code().as_str(), answer.header("retry-after")), (401, "demo_fault", None));
    let answer = server.request(Method::POST, "/token", &[("x-demo-fault", "status=429")], Some(""));
    assert_eq!(answer.status, 429);
}

#[test]
fn broken_answers() {
    let server = Server::start(&["--demo"]);
    let html = with(&server, "html");
    assert_eq!((html.status, html.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(html.body.starts_with("<!doctype html>"));

    let malformed = with(&server, "malformed");
    assert_eq!((malformed.status, malformed.header("content-type")), (200, Some("application/json")));
    assert!(serde_json::from_str::<serde_json::Value>(&malformed.body).unwrap_err().is_eof());

    let empty = with(&server, "empty");
    assert_eq!((empty.status, empty.body.as_str()), (200, ""));
    assert_eq!(empty.header("content-type"), Some("application/json"));
    for answer in [html, malformed, empty] {
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn odd_lives() {
    let server = Server::start(&["--demo", "--ttl", "100"]);
    let expired = with(&server, "expired");
    let expires_at = expired.json()["expiresAt"].as_u64().unwrap();
    assert!((now() - 70..=now() - 60).contains(&expires_at), "{expires_at}");
    assert_eq!(expired.token().expires_at(), Some(i64::try_from(expires_at).unwrap() * 1000));

    for (fault, ttl) in [("ttl=5", 5), ("ttl=500", 100)] {
        let before = now();
        let expires_at = with(&server, fault).json()["expiresAt"].as_u64().unwrap();
        assert!((before + ttl..=now() + ttl).contains(&expires_at), "{fault}: {expires_at}");
    }
}

#[test]
fn delays_go_with_everything() {
    let server = Server::start(&["--demo"]);
    let begun = Instant::now();
    with(&server, "delay=200").token();
    assert_eq!(with(&server, "delay=200; status=500").status, 500);
    assert!(begun.elapsed() >= Duration::from_millis(400));
}

#[test]
fn each_request_has_its_own() {
    let server = Server::start(&["--demo"]);
    assert_eq!(with(&server, "status=500").status, 500);
    server.get("/token").token();
}

#[test]
fn nonsense_is_refused() {
    let server = Server::start(&["--demo"]);
    for fault in ["nonsense", "status=200", "status=503 retry-after=2", "html; empty", "ttl=0", ""] {
        let answer = with(&server, fault);
        assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_demo_fault"), "{fault}");
    }
    let twice = server.get_with("/token", &[("x-demo-fault", "html"), ("x-demo-fault", "html")]);
    assert_eq!(twice.status, 400);
}
