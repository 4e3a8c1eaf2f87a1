//! From the first line to the exit code.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use ureq::http::{Method, Version};

use crate::harness::{Server, decode, run};

fn refused(args: &[&str], env: &[(&str, &str)]) -> String {
    let output = run(&[args, &["--port", "0"]].concat(), env);
    assert_ne!(output.status.code(), Some(0), "{args:?}");
    assert!(output.stdout.is_empty(), "nothing may wait for a service that does not start");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn help_documents_every_flag_and_variable() {
    let output = run(&["--help"], &[]);
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for flag in ["host", "port", "ttl", "scope", "issuer", "endpoint", "allow-origin", "site", "demo", "shutdown-grace"]
    {
        let variable = format!("VENDING_{}", flag.to_uppercase().replace('-', "_"));
        assert!(help.contains(&format!("--{flag}")) && help.contains(&variable), "{flag}\n{help}");
    }
    for secret in ["VENDING_SIGNING_SECRET", "MOMENTO_API_KEY", "MOMENTO_ENDPOINT"] {
        assert!(help.contains(secret), "{secret}");
    }
}

#[test]
fn settings_that_make_no_sense_are_told_in_words() {
    for (args, words) in [
        (&["--ttl", "0"][..], "expected whole seconds from 1 to 90000 (25 hours)"),
        (&["--ttl", "90001"], "expected whole seconds from 1 to 90000 (25 hours)"),
        (&["--scope", r#"{"permissions":[]}"#], "at least one permission"),
        (&["--endpoint", "https://a.example/"], "expected a plain host name"),
        (&["--allow-origin", "app.example"], "expected an origin such as https://app.example"),
        (&["--allow-origin", "*", "--allow-origin", "https://a.example"], "give it alone"),
        (&["--host", "256.0.0.1"], "cannot listen on 256.0.0.1"),
    ] {
        let told = refused(args, &[]);
        assert!(told.contains(words), "{args:?}: {told}");
    }
    assert!(refused(&[], &[("VENDING_TTL", "soon")]).contains("expected whole seconds"));
    assert!(refused(&[], &[("VENDING_SIGNING_SECRET", "")]).contains("set but empty"));
    let told = refused(&[], &[("VENDING_SIGNING_SECRET", "hunter2")]);
    assert!(told.contains("expected 32 bytes or more") && !told.contains("hunter2"), "{told}");
}

#[test]
fn a_port_taken_is_told_in_words() {
    let server = Server::start(&[]);
    let (_, port) = server.address().rsplit_once(':').unwrap();
    let output = run(&["--port", port], &[]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("cannot listen on") && told.contains("--port"), "{told}");
}

#[cfg(not(feature = "momento"))]
#[test]
fn a_key_without_the_feature_is_no_start() {
    let told = refused(&[], &[("MOMENTO_API_KEY", "a-key-of-mine")]);
    assert!(told.contains("--features momento") && told.contains("--issuer embedded"), "{told}");
    assert!(!told.contains("a-key-of-mine"), "{told}");
}

#[test]
fn the_embedded_signer_can_be_chosen_whatever_key_there_is() {
    for key in ["", "a-key-of-mine", "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"] {
        let args = ["--issuer", "embedded", "--demo", "--refresh-ttl", "60"];
        let server = Server::start_with(&args, &[("MOMENTO_API_KEY", key)]);
        let answer = server.get("/token");
        answer.token();
        assert_eq!(answer.header("x-token-issuer"), Some("embedded"));
        let log = server.stop().join("\n");
        assert!(log.contains("MOMENTO_API_KEY is set, and not used"), "{log}");
        assert!(key.is_empty() || !log.contains(key));
    }
    let server = Server::start_with(&[], &[("VENDING_ISSUER", "embedded"), ("MOMENTO_API_KEY", "a-key-of-mine")]);
    server.get("/token").token();
}

#[test]
fn where_momento_is_chosen_there_must_be_a_key() {
    let told = refused(&["--issuer", "momento"], &[]);
    assert!(told.contains("set MOMENTO_API_KEY"), "{told}");
    assert!(refused(&["--issuer", "other"], &[]).contains("auto, embedded, momento"));
}

#[test]
fn says_what_its_tokens_are_worth() {
    let server = Server::start(&["--ttl", "60"]);
    assert!(server.log_line("signed by this process itself").contains("Momento's servers will refuse them"));
    server.log_line("60 s");
    server.log_line(r#"Read items in cache "demo""#);
}

#[test]
fn variables_stand_in_for_flags_and_flags_win() {
    let env = [("VENDING_TTL", "60"), ("VENDING_ENDPOINT", "from.variable.momentohq.com"), ("VENDING_DEMO", "true")];
    let server = Server::start_with(&["--ttl", "61"], &env);
    server.log_line("61 s");
    assert_eq!(server.get("/token").json()["endpoint"], "from.variable.momentohq.com");
    assert_eq!(server.get_with("/token", &[("x-demo-fault", "empty")]).body, "");
}

#[test]
fn one_line_a_vend_and_never_a_token() {
    let server = Server::start_with(&["--demo"], &[("VENDING_SIGNING_SECRET", "0123456789abcdef0123456789abcdef")]);
    let envelope = server.get("/token").json()["authToken"].as_str().unwrap().to_owned();
    let text = server.get_with("/token?expiresIn=7", &[("accept", "text/plain")]).body;
    server.get("/token?expiresIn=300");
    server.get("/token?expiresIn=301&tokenId=ann");
    server.get("/token?expiresIn=0");
    server.get_with("/token", &[("x-demo-fault", "html")]);
    server.request(Method::OPTIONS, "/token", &[], None);
    // A token in every wrong place; none may come back out, nor break a line.
    server.get(&format!("/token?{envelope}"));
    server.get(&format!("/token?tokenId={}", &text[..40]));
    server.get_with("/token", &[("x-demo-fault", &envelope), ("authorization", &envelope)]);
    server.post("/token", &format!(r#"{{"{envelope}":1}}"#));
    server.get("/healthz");

    let log = server.stop();
    let vends: Vec<&str> = log.iter().filter_map(|line| line.split_once(" vend ")).map(|(_, vend)| vend).collect();
    let expected = [
        "status=200 ttl=300 reason=minted issuer=embedded ms=",
        "status=200 ttl=7 reason=minted",
        "status=200 ttl=300 reason=minted",
        "status=200 ttl=300 reason=clamped",
        "status=400 ttl=- reason=invalid_expires_in",
        "status=200 ttl=- reason=demo_html",
        "status=400 ttl=- reason=invalid_query",
        "status=200 ttl=300 reason=minted",
        "status=400 ttl=- reason=invalid_demo_fault",
        "status=400 ttl=- reason=invalid_body",
    ];
    assert_eq!(vends.len(), expected.len(), "{vends:#?}");
    for (vend, expected) in vends.iter().zip(expected) {
        assert!(vend.starts_with(expected), "{vend}, not {expected}");
    }
    // 2026-11-21T06:55:00Z
    assert!(log.iter().all(|line| line.as_bytes()[10] == b'T' && line.as_bytes()[19] == b'Z'), "{log:#?}");

    let all = log.join("\n");
    let jwt = decode(&envelope).credential().reveal().to_owned();
    let secrets = [&envelope, &text, &jwt, "0123456789abcdef", "ann"].map(str::to_owned);
    let pieces = jwt.split('.').map(str::to_owned).chain([text[..40].to_owned()]);
    for secret in secrets.into_iter().chain(pieces) {
        assert!(!all.contains(&secret), "{secret} is in the log");
    }
}

#[test]
fn both_signals_end_it_well() {
    for signal in ["TERM", "INT"] {
        let server = Server::start(&[]);
        server.get("/token").token();
        server.signal(signal);
        let (code, log) = server.end();
        assert_eq!(code, Some(0), "{signal}: {log:?}");
    }
}

/// A request that the service has begun to read, and waits for the rest of.
fn begun(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = "POST /token HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
                content-length: 2\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    // The service asks for the body only once the handler wants it: from here on the request is in flight.
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(interim, *b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[test]
fn requests_in_flight_finish() {
    let server = Server::start(&[]);
    let mut stream = begun(&server);
    server.signal("TERM");
    server.log_line("stopping");
    stream.write_all(b"{}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("authToken"), "{answer}");
    let (code, log) = server.end();
    assert_eq!(code, Some(0));
    assert!(!log.iter().any(|line| line.contains("cut off")), "{log:?}");
}

#[test]
fn requests_that_never_finish_are_bounded() {
    let server = Server::start(&["--shutdown-grace", "1"]);
    let stream = begun(&server);
    let asked = Instant::now();
    server.signal("TERM");
    let (code, log) = server.end();
    assert_eq!(code, Some(0), "{log:?}");
    // How long exactly, the tests of `serve` say, by a clock of their own.
    assert!(asked.elapsed() >= Duration::from_secs(1), "{:?}", asked.elapsed());
    assert!(log.iter().any(|line| line.contains("cut off")), "{log:?}");
    drop(stream);
}

#[test]
fn a_second_signal_ends_the_wait() {
    let server = Server::start(&["--shutdown-grace", "600"]);
    let stream = begun(&server);
    server.signal("TERM");
    server.log_line("stopping");
    server.signal("INT");
    let (code, log) = server.end();
    assert_eq!(code, Some(0), "{log:?}");
    drop(stream);
}

#[test]
fn it_stops_with_an_idle_connection_open() {
    let server = Server::start(&[]);
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut status = [0; 15];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(status, *b"HTTP/1.1 200 OK");
    let log = server.stop();
    assert!(!log.iter().any(|line| line.contains("cut off")), "{log:?}");
}

#[test]
fn speaks_http_1_1() {
    assert_eq!(Server::start(&[]).get("/healthz").version, Version::HTTP_11);
}
