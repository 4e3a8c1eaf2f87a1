//! Refresh tokens, from the first token to the third.

use momento_token_wasm::scope::TokenScope;
use momento_token_wasm::token::DecodeOptions;
use momento_token_wasm::vend::{self, Asked};

use crate::harness::{Answer, Server, permissions, scope};

const READ: &str = r#"{"role":"readonly","cache":"demo","item":{"keyPrefix":"public-"}}"#;
const READ_LESS: &str = r#"{"role":"readonly","cache":"demo","item":{"keyPrefix":"public-1-"}}"#;

fn start(args: &[&str]) -> Server {
    Server::start(&[args, &["--refresh-ttl", "3600", "--scope", &permissions(&[READ])]].concat())
}

/// The refresh token of an answer, as a client finds it.
fn refresh_token(answer: &Answer) -> String {
    let read = vend::Answer::read(&answer.body).unwrap();
    let token = read.refresh_token().expect("a refresh token").reveal().to_owned();
    assert_eq!(answer.json()["refreshToken"], token.as_str());
    read.into_token(&DecodeOptions::default(), &Asked::default(), 0).unwrap();
    token
}

fn refresh(server: &Server, token: &str, more: &str) -> Answer {
    server.post("/token", &format!(r#"{{"refreshToken":"{token}"{more}}}"#))
}

#[track_caller]
fn refused(answer: &Answer) {
    assert_eq!((answer.status, answer.code().as_str()), (401, "refresh_token_invalid"));
}

#[test]
fn one_token_leads_to_the_next() {
    let server = start(&[]);
    let less = permissions(&[READ_LESS]);
    let first = server.post("/token", &format!(r#"{{"tokenId":"ann","expiresIn":60,"scope":{less}}}"#));
    let mut tokens = vec![refresh_token(&first)];
    for more in ["", r#","tokenId":"ann","expiresIn":60"#, &format!(r#","scope":{less}"#)] {
        let next = refresh(&server, tokens.last().unwrap(), more);
        let token = next.token();
        assert_eq!(scope(&token), TokenScope::from_json(&less).unwrap());
        assert_eq!(token.token_id(), Some("ann"));
        assert_eq!(next.header("cache-control"), Some("no-store"));
        tokens.push(refresh_token(&next));
        assert!(server.log_line("reason=refreshed").contains("status=200 ttl=60"));
    }
    // Each was good once; the last still is.
    let last = tokens.pop().unwrap();
    for used in &tokens {
        refused(&refresh(&server, used, ""));
    }
    refresh(&server, &last, "").token();
    let log = server.stop().join("\n");
    assert!(tokens.iter().all(|token| !log.contains(token)) && !log.contains(&last));
}

#[test]
fn a_get_gives_one_out_and_takes_none() {
    let server = start(&[]);
    let token = refresh_token(&server.get("/token"));
    let answer = server.get(&format!("/token?refreshToken={token}"));
    assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_query"));
    assert!(!answer.body.contains(&token));
    refresh(&server, &token, "").token();
}

#[test]
fn one_that_is_not_known_or_is_another_users_is_refused() {
    let server = start(&[]);
    for wrong in ["", "ann", &"A".repeat(43)] {
        refused(&refresh(&server, wrong, ""));
    }
    let anns = || refresh_token(&server.post("/token", r#"{"tokenId":"ann"}"#));
    for more in [r#","tokenId":"bob""#.into(), format!(r#","scope":{}"#, permissions(&[READ_LESS]))] {
        let token = anns();
        refused(&refresh(&server, &token, &more));
        // Shown for another, it has ended for its own user too.
        refused(&refresh(&server, &token, ""));
    }
}

#[test]
fn another_process_does_not_know_it() {
    let token = refresh_token(&start(&[]).get("/token"));
    refused(&refresh(&start(&[]), &token, ""));
}

#[test]
fn there_are_none_unless_configured() {
    let server = Server::start(&[]);
    assert!(server.get("/token").json().get("refreshToken").is_none());
    refused(&refresh(&server, "any", ""));
}

#[test]
fn text_has_no_room_for_one() {
    let server = start(&[]);
    let token = refresh_token(&server.get("/token"));
    let headers = [("accept", "text/plain"), ("content-type", "application/json")];
    let body = format!(r#"{{"refreshToken":"{token}"}}"#);
    let answer = server.request(ureq::http::Method::POST, "/token", &headers, Some(&body));
    assert_eq!(answer.status, 200);
    assert!(vend::Answer::read(&answer.body).unwrap().refresh_token().is_none());
}

#[test]
fn faults_of_a_demo_meet_a_refresh_too() {
    let server = start(&["--demo"]);
    let token = refresh_token(&server.get("/token"));
    let with = |token: &str, fault: &str| {
        let headers = [("content-type", "application/json"), ("x-demo-fault", fault)];
        let body = format!(r#"{{"refreshToken":"{token}"}}"#);
        server.request(ureq::http::Method::POST, "/token", &headers, Some(&body))
    };
    assert_eq!(with(&token, "status=503").status, 503);
    let short = with(&token, "ttl=5");
    assert!(server.log_line("reason=demo_ttl").contains("ttl=5"));
    // The next is as the first was.
    refresh(&server, &refresh_token(&short), "").token();
    assert!(server.log_line("reason=refreshed").contains("ttl=300"));
}
