//! Pages of other origins: which may fetch tokens, and what the others get.

use ureq::http::Method;

use crate::harness::{Answer, Server};

const APP: &str = "https://app.example";
const OTHER: &str = "https://other.example";

fn preflight(server: &Server, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("sec-fetch-site", "cross-site"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,x-csrf"),
    ];
    server.request(Method::OPTIONS, "/token", &headers, None)
}

fn fetch(server: &Server, origin: &str, site: &str) -> Answer {
    server.get_with("/token", &[("origin", origin), ("sec-fetch-site", site)])
}

fn assert_refused(answer: &Answer) {
    assert_eq!((answer.status, answer.code().as_str()), (403, "origin_not_allowed"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[test]
fn by_default_only_the_same_origin() {
    let server = Server::start(&[]);
    let own = fetch(&server, server.url(), "same-origin");
    assert_eq!((own.status, own.header("access-control-allow-origin")), (200, None));
    assert_eq!(server.get_with("/token", &[("sec-fetch-site", "none")]).status, 200);

    assert_refused(&fetch(&server, APP, "cross-site"));
    assert_refused(&fetch(&server, "http://localhost:9", "same-site"));
    // An <img src> sends no Origin.
    assert_refused(&server.get_with("/token", &[("sec-fetch-site", "cross-site")]));
    assert_refused(&preflight(&server, APP));
}

#[test]
fn listed_origins_may_with_credentials() {
    let server = Server::start(&["--allow-origin", APP, "--allow-origin", "http://localhost:5173"]);
    for origin in [APP, "http://localhost:5173"] {
        let answer = fetch(&server, origin, "cross-site");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(answer.header("access-control-expose-headers"), Some("age, date, retry-after, x-token-issuer"));
        // What is exposed is there: by its time, a client whose clock is wrong finds out.
        assert!(answer.header("date").is_some_and(|date| date.ends_with(" GMT")));
        assert!(answer.all("vary").contains("origin"), "{}", answer.all("vary"));

        let answer = preflight(&server, origin);
        assert_eq!((answer.status, answer.body.as_str()), (204, ""));
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(answer.header("access-control-allow-methods"), Some("GET, HEAD, POST"));
        assert_eq!(answer.header("access-control-allow-headers"), Some("content-type,x-csrf"));
        assert_eq!(answer.header("access-control-max-age"), Some("600"));
    }
    for origin in [OTHER, "null", "https://app.example.evil.example", "http://app.example"] {
        assert_refused(&fetch(&server, origin, "cross-site"));
        assert_refused(&preflight(&server, origin));
    }
}

#[test]
fn only_a_preflight_is_one() {
    let server = Server::start(&["--allow-origin", APP]);
    let asks = ("access-control-request-method", "POST");
    server.get_with("/token", &[("origin", APP), asks]).token();
    for headers in [&[("origin", APP)][..], &[asks]] {
        let answer = server.request(Method::OPTIONS, "/token", headers, None);
        assert_eq!((answer.status, answer.header("allow")), (204, Some("GET, HEAD, POST, OPTIONS")));
        assert_eq!(answer.header("access-control-allow-methods"), None);
    }
}

#[test]
fn a_listed_origin_may_read_errors_too() {
    let server = Server::start(&["--allow-origin", APP, "--demo"]);
    for (path, fault) in [("/token?expiresIn=0", "delay=0"), ("/token", "status=503; retry-after=2")] {
        let answer = server.get_with(path, &[("origin", APP), ("x-demo-fault", fault)]);
        assert!(answer.status >= 400);
        assert_eq!(answer.header("access-control-allow-origin"), Some(APP));
    }
}

#[test]
fn a_star_is_everybody_without_credentials() {
    let server = Server::start(&["--allow-origin", "*"]);
    for answer in [fetch(&server, OTHER, "cross-site"), preflight(&server, OTHER)] {
        assert!(answer.status == 200 || answer.status == 204);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[test]
fn the_variable_takes_several() {
    let server = Server::start_with(&[], &[("VENDING_ALLOW_ORIGIN", "https://app.example,https://other.example")]);
    assert_eq!(fetch(&server, OTHER, "cross-site").header("access-control-allow-origin"), Some(OTHER));
}
