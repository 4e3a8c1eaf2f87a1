//! The issuer `momento`, against a token service of our own on this machine.

use std::io::{Read as _, Write as _};
use std::mem;
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use momento_protos::auth::auth_server::{Auth, AuthServer};
use momento_protos::auth::generate_api_token_request::{Expires, Expiry};
use momento_protos::auth::{
    GenerateApiTokenRequest, GenerateApiTokenResponse, LoginRequest, LoginResponse, RefreshApiTokenRequest,
    RefreshApiTokenResponse,
};
use momento_protos::token::token_server::{Token, TokenServer};
use momento_protos::token::{GenerateDisposableTokenRequest, GenerateDisposableTokenResponse};
use momento_token_wasm::scope::TokenScope;
use prost::Message as _;
use tokio::sync::watch;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};
use ureq::http::Method;

use crate::harness::{Answer, Server, decode, now, permissions, run, scope};

const ENDPOINT: &str = "cell-4-us-west-2-1.prod.a.momentohq.com";

/// All three kinds of permission, one of them for a prefix: what the SDK's builders cannot express.
const MIXED: &[&str] = &[
    r#"{"role":"readonly","cache":"demo","item":{"keyPrefix":"public-"}}"#,
    r#"{"role":"subscribeonly","cache":"demo","topic":{"namePrefix":"news-"}}"#,
    r#"{"role":"functioninvoke","cache":"demo","func":"f"}"#,
];

/// The auth service of [`Mock`]: counts the keys it gives out, and takes each refresh token once, until told to fail.
#[derive(Clone, Default)]
struct Keys(Arc<Mutex<KeysState>>);

#[derive(Default)]
struct KeysState {
    /// What was asked, in the order it came.
    generated: Vec<GenerateApiTokenRequest>,
    refreshed: Vec<RefreshApiTokenRequest>,
    fails_with: Option<Code>,
}

/// The key of this number, and its refresh token.
fn numbered(number: usize) -> (String, String) {
    let exp = now() + 60;
    (jwt(&format!(r#"{{"sub":"key {number}","ver":1,"p":"{READ_DEMO}","exp":{exp}}}"#)), format!("upstream-{number}"))
}

/// A scope of one permission, encoded.
const READ_DEMO: &str = "Eg4KDAoKCAIaBgoEZGVtbw==";

#[tonic::async_trait]
impl Auth for Keys {
    type LoginStream = tonic::codegen::tokio_stream::Empty<Result<LoginResponse, Status>>;

    async fn login(&self, _: Request<LoginRequest>) -> Result<Response<Self::LoginStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn generate_api_token(
        &self,
        request: Request<GenerateApiTokenRequest>,
    ) -> Result<Response<GenerateApiTokenResponse>, Status> {
        let mut state = self.0.lock().unwrap();
        state.generated.push(request.into_inner());
        let (api_key, refresh_token) = numbered(0);
        let valid_until = now() + 60;
        Ok(Response::new(GenerateApiTokenResponse { api_key, refresh_token, endpoint: ENDPOINT.into(), valid_until }))
    }

    async fn refresh_api_token(
        &self,
        request: Request<RefreshApiTokenRequest>,
    ) -> Result<Response<RefreshApiTokenResponse>, Status> {
        let mut state = self.0.lock().unwrap();
        state.refreshed.push(request.into_inner());
        if let Some(code) = state.fails_with.take() {
            return Err(Status::new(code, "refresh token upstream-0 is no good"));
        }
        let (api_key, refresh_token) = numbered(state.refreshed.len());
        let valid_until = now() + 60;
        Ok(Response::new(RefreshApiTokenResponse { api_key, refresh_token, endpoint: ENDPOINT.into(), valid_until }))
    }
}

type Reply = Result<GenerateDisposableTokenResponse, Status>;

/// A token service that tells what it was asked, and answers as told.
struct Mock {
    address: SocketAddr,
    seen: Receiver<Seen>,
    keys: Keys,
}

struct Seen {
    authorization: String,
    request: GenerateDisposableTokenRequest,
}

struct Script {
    seen: Sender<Seen>,
    reply: Box<dyn Fn(&GenerateDisposableTokenRequest) -> Reply + Send + Sync>,
    open: watch::Receiver<bool>,
}

#[tonic::async_trait]
impl Token for Script {
    async fn generate_disposable_token(
        &self,
        request: Request<GenerateDisposableTokenRequest>,
    ) -> Result<Response<GenerateDisposableTokenResponse>, Status> {
        let authorization = request.metadata().get("authorization").unwrap().to_str().unwrap().to_owned();
        let request = request.into_inner();
        let reply = (self.reply)(&request);
        let _ = self.seen.send(Seen { authorization, request });
        let _ = self.open.clone().wait_for(|open| *open).await;
        reply.map(Response::new)
    }
}

impl Mock {
    fn start(reply: impl Fn(&GenerateDisposableTokenRequest) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_behind(watch::channel(true).1, reply)
    }

    /// One that answers when the gate is open.
    fn start_behind(
        open: watch::Receiver<bool>,
        reply: impl Fn(&GenerateDisposableTokenRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, seen) = mpsc::channel();
        let keys = Keys::default();
        let auth = AuthServer::new(keys.clone());
        let script = Script { seen: sender, reply: Box::new(reply), open };
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let incoming = TcpIncoming::from(tokio::net::TcpListener::from_std(listener).unwrap());
                let server =
                    tonic::transport::Server::builder().add_service(TokenServer::new(script)).add_service(auth);
                server.serve_with_incoming(incoming).await.unwrap();
            });
        });
        Self { address, seen, keys }
    }

    /// The vending service that asks it.
    fn vending(&self, args: &[&str]) -> Server {
        self.vending_with(args, &[("MOMENTO_API_KEY", &v1())])
    }

    fn vending_with(&self, args: &[&str], env: &[(&str, &str)]) -> Server {
        let url = format!("http://{}", self.address);
        Server::start_with(&[args, &["--token-service", &url]].concat(), env)
    }

    fn next(&self) -> Seen {
        self.seen.recv_timeout(Duration::from_secs(20)).unwrap()
    }

    fn was_asked(&self) -> usize {
        self.seen.try_iter().count()
    }
}

fn jwt(claims: &str) -> String {
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    format!("{}.{}.{}", part(r#"{"alg":"HS256"}"#), part(claims), part("a made-up signature"))
}

fn inner_key() -> String {
    jwt(r#"{"sub":"test","ver":1,"p":"CAA="}"#)
}

/// A key in the form of a v1 API key, made up here.
fn v1() -> String {
    STANDARD.encode(format!(r#"{{"endpoint":"{ENDPOINT}","api_key":"{}"}}"#, inner_key()))
}

fn v2() -> String {
    jwt(r#"{"t":"g","jti":"test"}"#)
}

/// A token as the real service makes them, in form.
fn minted(request: &GenerateDisposableTokenRequest) -> Reply {
    let valid_until = now() + u64::from(request.expires.unwrap().valid_for_seconds);
    let p = STANDARD.encode(request.permissions.as_ref().unwrap().encode_to_vec());
    let api_key = jwt(&format!(r#"{{"sub":"test","ver":1,"p":"{p}","exp":{valid_until}}}"#));
    Ok(GenerateDisposableTokenResponse { api_key, endpoint: ENDPOINT.into(), valid_until })
}

#[test]
fn asks_for_what_was_granted_and_hands_it_on() {
    let mock = Mock::start(minted);
    let all = permissions(MIXED);
    let server = mock.vending(&["--scope", &all, "--ttl", "120"]);
    server.log_line("Momento's token service");

    let answer = server.post("/token", r#"{"tokenId":"ann","expiresIn":60}"#);
    let token = answer.token();
    assert_eq!(answer.header("x-token-issuer"), Some("momento"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.json()["endpoint"], ENDPOINT);
    assert_eq!(answer.json()["expiresAt"].as_i64().map(|s| s * 1000), token.expires_at());
    assert_eq!(token.endpoint(), Some(ENDPOINT));
    let expected = TokenScope::from_json(&all).unwrap();
    assert_eq!(scope(&token), expected);

    let seen = mock.next();
    assert_eq!((seen.authorization, &seen.request.auth_token), (inner_key(), &inner_key()));
    assert_eq!(seen.request.expires.unwrap().valid_for_seconds, 60);
    assert_eq!(seen.request.token_id, "ann");
    assert_eq!(STANDARD.encode(seen.request.permissions.unwrap().encode_to_vec()), expected.encode());

    server.get("/token").token();
    let seen = mock.next();
    assert_eq!((seen.request.expires.unwrap().valid_for_seconds, seen.request.token_id.as_str()), (120, ""));
}

#[test]
fn what_is_refused_or_only_looked_at_is_not_minted() {
    let mock = Mock::start(minted);
    let server = mock.vending(&["--demo"]);
    assert_eq!(server.get("/token?expiresIn=0").status, 400);
    assert_eq!(server.get_with("/token", &[("sec-fetch-site", "cross-site")]).status, 403);
    assert_eq!(server.get_with("/token", &[("x-demo-fault", "html")]).status, 200);
    let head = server.request(Method::HEAD, "/token", &[], None);
    assert_eq!((head.status, head.header("x-token-issuer")), (200, Some("momento")));
    assert_eq!(server.get("/healthz").status, 200);
    // No real service mints what has expired, so the embedded signer does.
    let expired = server.get_with("/token", &[("x-demo-fault", "expired")]);
    assert_eq!((expired.status, expired.header("x-token-issuer")), (200, Some("embedded")));
    assert_eq!(mock.was_asked(), 0);

    server.get_with("/token", &[("x-demo-fault", "ttl=5")]).token();
    assert_eq!(mock.next().request.expires.unwrap().valid_for_seconds, 5);
}

#[test]
fn a_v2_key_goes_with_an_endpoint() {
    let mock = Mock::start(minted);
    let server = mock.vending_with(&[], &[("MOMENTO_API_KEY", &v2()), ("MOMENTO_ENDPOINT", ENDPOINT)]);
    server.get("/token").token();
    assert_eq!(mock.next().authorization, v2());

    for (env, words) in [
        (&[("MOMENTO_API_KEY", v2().as_str())][..], "set MOMENTO_ENDPOINT"),
        (&[("MOMENTO_API_KEY", &v2()), ("MOMENTO_ENDPOINT", "evil.example")], "MOMENTO_API_KEY"),
        (&[("MOMENTO_API_KEY", "")], "set but empty"),
        (&[("MOMENTO_API_KEY", "eyJhbGciOiJIUzI1NiJ9")], "MOMENTO_API_KEY"),
    ] {
        let output = run(&["--port", "0"], env);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), told.contains(words), told.contains("eyJ")),
            (Some(1), true, false),
            "{told}"
        );
    }
}

#[test]
fn without_a_key_it_signs_by_itself() {
    let server = Server::start(&[]);
    let answer = server.get("/token");
    answer.token();
    assert_eq!(answer.header("x-token-issuer"), Some("embedded"));
}

#[test]
fn failures_are_told_apart() {
    for (upstream, status, code, retry_after) in [
        (Code::ResourceExhausted, 429, "rate_limited", Some("1")),
        (Code::Unauthenticated, 502, "issuer_unauthenticated", None),
        (Code::PermissionDenied, 502, "issuer_forbidden", None),
        (Code::InvalidArgument, 502, "issuer_refused", None),
        (Code::FailedPrecondition, 502, "issuer_refused", None),
        (Code::DeadlineExceeded, 504, "issuer_timeout", None),
        (Code::Unavailable, 503, "issuer_unavailable", Some("1")),
        (Code::Internal, 502, "issuer_failed", None),
        (Code::Unknown, 502, "issuer_failed", None),
    ] {
        let mock = Mock::start(move |_| Err(Status::new(upstream, "key eyJhbGciOiJIUzI1NiJ9 is no good")));
        let server = mock.vending(&[]);
        let answer = server.get("/token");
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{upstream:?}");
        assert_eq!(answer.header("retry-after"), retry_after, "{upstream:?}");
        let line = server.log_line("momento code=");
        assert!(line.ends_with(&format!("code={upstream:?}")), "{line}");
        assert!(server.log_line(" vend ").contains(&format!("status={status} ttl=- reason={code} issuer=momento")));
        assert!(!server.stop().join("\n").contains("eyJ"));
    }
}

#[test]
fn an_answer_that_is_no_token_is_not_handed_on() {
    let mock = Mock::start(|_| Ok(GenerateDisposableTokenResponse::default()));
    let answer = mock.vending(&[]).get("/token");
    assert_eq!((answer.status, answer.code().as_str()), (502, "issuer_failed"));
}

#[test]
fn a_service_out_of_reach_is_a_503() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{nobody}");
    let server = Server::start_with(&["--token-service", &url], &[("MOMENTO_API_KEY", &v1())]);
    let answer = server.get("/token");
    assert_eq!((answer.status, answer.code().as_str()), (503, "issuer_unavailable"));
    assert_eq!(answer.header("retry-after"), Some("1"));
}

#[test]
fn stays_below_the_limit_of_the_account() {
    let mock = Mock::start(minted);
    let server = mock.vending(&[]);
    // On a machine so slow that a second passes between four requests this would go on for ever, so it does not.
    let (mut given, mut refused) = (0, None);
    while refused.is_none() && given < 100 {
        let answer = server.get("/token");
        match answer.status {
            200 => given += 1,
            _ => refused = Some(answer),
        }
    }
    let refused = refused.expect("a limit");
    assert_eq!((refused.status, refused.code().as_str()), (429, "rate_limited"));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(given >= 4, "{given}");
    assert_eq!(mock.was_asked(), given);
}

#[test]
fn only_so_many_mints_are_under_way() {
    let (gate, open) = watch::channel(false);
    let mock = Mock::start_behind(open, minted);
    let server = mock.vending(&["--mints-per-second", "1000"]);
    let mut waiting: Vec<TcpStream> = (0..16).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
    for stream in &mut waiting {
        stream.write_all(b"GET /token HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    }
    (0..16).for_each(|_| drop(mock.next()));

    let answer = server.get("/token");
    assert_eq!((answer.status, answer.code().as_str()), (503, "busy"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    gate.send(true).unwrap();
    for stream in &mut waiting {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
    server.get("/token").token();
}

#[test]
fn the_log_holds_neither_key_nor_token() {
    let mock = Mock::start(minted);
    let server = mock.vending(&[]);
    let answer = server.get("/token");
    let token = answer.json()["authToken"].as_str().unwrap().to_owned();
    let log = server.stop().join("\n");
    assert!(log.contains("status=200 ttl=300 reason=minted issuer=momento"), "{log}");
    for secret in [token, v1(), inner_key(), "eyJ".into()] {
        assert!(!log.contains(&secret), "{log}");
    }
}

#[test]
fn refresh_tokens_stand_for_momentos_own() {
    let mock = Mock::start(minted);
    let server = mock.vending(&["--refresh-ttl", "3600", "--ttl", "60"]);
    let first = server.post("/token", r#"{"tokenId":"ann"}"#);
    assert_eq!(first.token().subject(), Some("key 0"));
    assert_eq!(first.header("x-token-issuer"), Some("momento"));
    let asked = mock.keys.0.lock().unwrap().generated.remove(0);
    assert_eq!((asked.auth_token, asked.token_id.as_str()), (inner_key(), "ann"));
    assert_eq!(asked.expiry, Some(Expiry::Expires(Expires { valid_for_seconds: 60 })));
    assert!(asked.permissions.is_some());

    let of = |answer: &Answer| answer.json()["refreshToken"].as_str().unwrap().to_owned();
    let refresh = |token: &str| server.post("/token", &format!(r#"{{"refreshToken":"{token}"}}"#));
    let tokens = [of(&first), of(&refresh(&of(&first)))];
    let third = refresh(&tokens[1]);
    assert_eq!(third.token().subject(), Some("key 2"));
    let refreshed = mem::take(&mut mock.keys.0.lock().unwrap().refreshed);
    let shown: Vec<_> = refreshed.iter().map(|request| request.refresh_token.as_str()).collect();
    assert_eq!(shown, ["upstream-0", "upstream-1"]);
    // With the key that each came with.
    let subject = |key: &str| decode(key).subject().unwrap().to_owned();
    assert_eq!(refreshed.iter().map(|request| subject(&request.api_key)).collect::<Vec<_>>(), ["key 0", "key 1"]);
    // A used one is refused without asking Momento.
    let used = refresh(&tokens[0]);
    assert_eq!((used.status, used.code().as_str()), (401, "refresh_token_invalid"));
    assert!(mock.keys.0.lock().unwrap().refreshed.is_empty());
    // Momento's own refresh tokens stay in the service, and all of them out of the log.
    assert!(!first.body.contains("upstream") && !third.body.contains("upstream"));
    let log = server.stop().join("\n");
    assert!(!log.contains("upstream") && tokens.iter().all(|token| !log.contains(token)), "{log}");
}

#[test]
fn a_refresh_that_momento_refuses_begins_anew_and_one_that_fails_may_be_tried_again() {
    let mock = Mock::start(minted);
    let server = mock.vending(&["--refresh-ttl", "3600", "--mints-per-second", "1000"]);
    for (upstream, status, code, kept) in [
        (Code::Unauthenticated, 401, "refresh_token_invalid", false),
        (Code::NotFound, 401, "refresh_token_invalid", false),
        (Code::InvalidArgument, 401, "refresh_token_invalid", false),
        (Code::Unavailable, 503, "issuer_unavailable", true),
        (Code::ResourceExhausted, 429, "rate_limited", true),
        (Code::Internal, 502, "issuer_failed", true),
    ] {
        let token = server.get("/token").json()["refreshToken"].as_str().unwrap().to_owned();
        let refresh = || server.post("/token", &format!(r#"{{"refreshToken":"{token}"}}"#));
        mock.keys.0.lock().unwrap().fails_with = Some(upstream);
        let failed = refresh();
        assert_eq!((failed.status, failed.code().as_str()), (status, code), "{upstream:?}");
        assert_eq!(refresh().status, if kept { 200 } else { 401 }, "{upstream:?}");
    }
    assert!(!server.stop().join("\n").contains("upstream-"));
}

#[test]
fn text_is_a_disposable_token_even_where_there_are_refresh_tokens() {
    let mock = Mock::start(minted);
    let server = mock.vending(&["--refresh-ttl", "3600"]);
    assert_eq!(server.get_with("/token", &[("accept", "text/plain")]).status, 200);
    assert_eq!(mock.was_asked(), 1);
    assert!(mock.keys.0.lock().unwrap().generated.is_empty());
}
