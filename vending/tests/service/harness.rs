//! Starts the service, talks to it, and sees that it ends.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use momento_token_wasm::scope::{Grant, TokenScope};
use momento_token_wasm::token::{self, DecodeOptions, Token};
use serde_json::Value;
use ureq::http::{Method, Request, Response, Version};

/// Longer than anything here takes on a busy machine; reached only by a test that fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running service; ends with the test.
pub(crate) struct Server {
    child: Child,
    url: String,
    log: Receiver<String>,
    // Held open, as a closed pipe would be news to the service.
    _stdout: BufReader<ChildStdout>,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) version: Version,
    pub(crate) body: String,
    headers: ureq::http::HeaderMap,
}

/// The program, deaf to the environment of whoever runs the tests.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vending"));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("VENDING_") || name.starts_with("MOMENTO_")) {
            command.env_remove(name);
        }
    }
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the program to its end; for starts that fail, and for `--help`.
pub(crate) fn run(args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut child = command(args).envs(env.iter().copied()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    stdout.read_line(&mut text).unwrap();
    if text.starts_with("listening on ") {
        child.kill().unwrap();
        panic!("it started, with {args:?}");
    }
    stdout.read_to_string(&mut text).unwrap();
    Output { stdout: text.into_bytes(), ..child.wait_with_output().unwrap() }
}

impl Server {
    /// On a free port, with these flags.
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::start_with(args, &[])
    }

    /// The same with variables.
    pub(crate) fn start_with(args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut child = command(args).args(["--port", "0"]).envs(env.iter().copied()).spawn().unwrap();
        let (lines, log) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| lines.send(line)));
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| {
            panic!("no start-up line but {line:?}; log: {:?}", log.iter().collect::<Vec<_>>());
        });
        Self { url: url.trim_end().into(), child, log, _stdout: stdout }
    }

    /// `http://127.0.0.1:<port>`
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// `127.0.0.1:<port>`
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path, &[], None)
    }

    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.request(Method::GET, path, headers, None)
    }

    /// A POST of JSON.
    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.request(Method::POST, path, &[("content-type", "application/json")], Some(body))
    }

    pub(crate) fn request(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(PATIENCE))
            .build()
            .into();
        let response: Response<ureq::Body> = match body {
            Some(body) => agent.run(request.body(body.to_owned()).unwrap()),
            None => agent.run(request.body(()).unwrap()),
        }
        .unwrap();
        let (parts, mut body) = response.into_parts();
        Answer {
            status: parts.status.as_u16(),
            version: parts.version,
            headers: parts.headers,
            body: body.read_to_string().unwrap(),
        }
    }

    /// The next line of the log that contains this.
    pub(crate) fn log_line(&self, with: &str) -> String {
        std::iter::from_fn(|| self.log.recv_timeout(PATIENCE).ok())
            .find(|line| line.contains(with))
            .unwrap_or_else(|| panic!("no line of the log contains {with:?}"))
    }

    /// Sends a signal, by name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end; the exit code, and the rest of the log.
    pub(crate) fn end(mut self) -> (Option<i32>, Vec<String>) {
        let mut rest = Vec::new();
        loop {
            // The log ends when the process does.
            match self.log.recv_timeout(PATIENCE) {
                Ok(line) => rest.push(line),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("the service did not end; log: {rest:?}"),
            }
        }
        (self.child.wait().unwrap().code(), rest)
    }

    /// Stops it by SIGTERM; the rest of the log.
    pub(crate) fn stop(self) -> Vec<String> {
        self.signal("TERM");
        let (code, log) = self.end();
        assert_eq!(code, Some(0), "{log:?}");
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map(|v| v.to_str().unwrap());
        assert!(name == "vary" || values.next().is_none(), "{name} is there twice");
        value
    }

    /// All values of a header, joined.
    pub(crate) fn all(&self, name: &str) -> String {
        self.headers.get_all(name).iter().map(|v| v.to_str().unwrap()).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{}", self.body);
        serde_json::from_str(&self.body).unwrap()
    }

    /// The code of an error, having checked that the answer is one in form: a code, a message, no credential.
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        let object = json.as_object().unwrap();
        assert_eq!(object.keys().collect::<Vec<_>>(), ["code", "message"]);
        assert!(!object["message"].as_str().unwrap().is_empty());
        assert!(!self.body.contains("eyJ"), "{}", self.body);
        assert_eq!(self.header("cache-control"), Some("no-store"));
        object["code"].as_str().unwrap().into()
    }

    /// The token of a successful answer, read by the crate this service is the reference for.
    pub(crate) fn token(&self) -> Token {
        assert_eq!(self.status, 200, "{}", self.body);
        decode(self.json()["authToken"].as_str().unwrap())
    }
}

/// Reads a token.
pub(crate) fn decode(token: &str) -> Token {
    token::decode(token, &DecodeOptions::default(), 0).unwrap()
}

/// What the token may do.
pub(crate) fn scope(token: &Token) -> TokenScope {
    match token.grant() {
        Some(Grant::Scope(scope)) => scope.clone(),
        other => panic!("expected a scope, found {other:?}"),
    }
}

/// Seconds since 1970, by this process.
pub(crate) fn now() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

/// A scope as JSON, from its permissions.
pub(crate) fn permissions(list: &[&str]) -> String {
    format!(r#"{{"permissions":[{}]}}"#, list.join(","))
}

/// Percent-encodes all of it.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}
