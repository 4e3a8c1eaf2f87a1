//! `--site`: the static files, and the headers around them.

use std::fs;
use std::path::PathBuf;

use ureq::http::Method;

use crate::harness::{Server, run};

const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:";

/// A small built site, in cargo's own directory for such things.
fn build(name: &str) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    for (path, text) in [
        ("index.html", "<!doctype html><title>home</title>"),
        ("demo/index.html", "<!doctype html><title>demo</title>"),
        ("assets/index-BkT3x9aQ.js", "export {}"),
        ("assets/token_bg-C0ffee12.wasm", "\0asm"),
        ("assets/plain.css", "a{}"),
        (".env", "SECRET=1"),
    ] {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

#[test]
fn serves_files_with_their_headers() {
    let dir = build("site-files");
    let server = Server::start(&["--site", dir.to_str().unwrap()]);
    let forever = "public, max-age=31536000, immutable";
    for (path, body, content_type, cache) in [
        ("/", "<!doctype html><title>home</title>", "text/html", "no-cache"),
        ("/index.html", "<!doctype html><title>home</title>", "text/html", "no-cache"),
        ("/demo/", "<!doctype html><title>demo</title>", "text/html", "no-cache"),
        ("/assets/index-BkT3x9aQ.js", "export {}", "text/javascript", forever),
        ("/assets/token_bg-C0ffee12.wasm", "\0asm", "application/wasm", forever),
        ("/assets/plain.css", "a{}", "text/css", "no-cache"),
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.body.as_str()), (200, body), "{path}");
        assert!(answer.header("content-type").unwrap().starts_with(content_type), "{path}");
        assert_eq!(answer.header("cache-control"), Some(cache), "{path}");
        assert_eq!(answer.header("content-security-policy"), Some(POLICY), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");

        let head = server.request(Method::HEAD, path, &[], None);
        assert_eq!((head.status, head.body.as_str(), head.header("cache-control")), (200, "", Some(cache)), "{path}");
    }
}

#[test]
fn a_file_unchanged_is_not_sent_again() {
    let dir = build("site-unchanged");
    let server = Server::start(&["--site", dir.to_str().unwrap()]);
    for (path, cache) in [("/", "no-cache"), ("/assets/index-BkT3x9aQ.js", "public, max-age=31536000, immutable")] {
        let first = server.get(path);
        let since = first.header("last-modified").expect("a date to ask again with");
        let again = server.get_with(path, &[("if-modified-since", since)]);
        assert_eq!((again.status, again.body.as_str(), again.header("cache-control")), (304, "", Some(cache)));
    }
}

#[test]
fn serves_nothing_else() {
    let dir = build("site-nothing-else");
    let server = Server::start(&["--site", dir.to_str().unwrap()]);
    let long = format!("/{}", "a".repeat(300));
    for path in [
        &long,
        "/missing.js",
        "/index.html/x",
        "/a%00b",
        "/.env",
        "/%2Eenv",
        "/../site-files/index.html",
        "/%2e%2e/site-files/index.html",
        "//demo",
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
    }
    let answer = server.post("/", "");
    assert_eq!((answer.status, answer.code().as_str()), (405, "method_not_allowed"));
    assert_eq!(answer.header("allow"), Some("GET, HEAD"));
}

#[test]
fn the_token_is_beside_it() {
    let dir = build("site-token");
    let server = Server::start(&["--site", dir.to_str().unwrap()]);
    server.get("/token").token();
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_site_not_built_is_no_start() {
    for dir in ["no/such/directory", "src"] {
        let output = run(&["--site", dir], &[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains("build the site first"));
    }
}
