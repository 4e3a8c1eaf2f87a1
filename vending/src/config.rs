//! What the service is told at start-up: flags, each with an environment variable behind it.
//!
//! Everything is checked here, once, so that the rest of the crate never meets a value it has to doubt.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use momento_token_wasm::scope::TokenScope;

use crate::cors;

/// The longest life Momento gives a disposable token: 25 hours.
const MAX_TTL: u32 = 25 * 60 * 60;

/// The longest life of a refresh token: 30 days.
const MAX_REFRESH_TTL: u32 = 30 * 24 * 60 * 60;

/// Narrow on purpose, and enough to see every kind of permission at work in a demo.
const DEFAULT_SCOPE: &str = r#"{"permissions":[{"role":"readonly","cache":"demo","item":{"keyPrefix":"public-"}},{"role":"subscribeonly","cache":"demo","topic":"news"}]}"#;

const DEFAULT_ENDPOINT: &str = "cell-1-us-east-2-1.prod.a.momentohq.com";

/// No flags for these: what stands on a command line is in every process list.
const SECRETS_HELP: &str = "\
Secrets, from the environment only:
  VENDING_SIGNING_SECRET  Key of the embedded signer, 32 bytes or more [default: random for each process]
  MOMENTO_API_KEY         Mint real tokens with this key, through Momento's token service (builds with `--features momento`)
  MOMENTO_ENDPOINT        Base endpoint that goes with a v2 MOMENTO_API_KEY";

/// Who makes the tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum IssuerChoice {
    /// Momento where MOMENTO_API_KEY is set, the embedded signer where it is not
    #[default]
    Auto,
    /// The embedded signer, even where MOMENTO_API_KEY is set
    Embedded,
    /// Momento's token service; MOMENTO_API_KEY must be set
    Momento,
}

/// Vends short-lived Momento disposable tokens to browsers.
///
/// Answers GET and POST /token with a token of at most --ttl seconds and at most --scope permissions.
#[derive(Debug, Parser)]
#[command(version, after_help = SECRETS_HELP)]
pub(crate) struct Config {
    /// Address to listen on
    #[arg(long, env = "VENDING_HOST", default_value = "127.0.0.1")]
    pub(crate) host: String,

    /// Port to listen on; 0 takes any free one, and the start-up line says which
    #[arg(long, env = "VENDING_PORT", default_value_t = 3000)]
    pub(crate) port: u16,

    /// Life of a token in seconds, 1 to 90000 (25 hours); a client may ask for less
    #[arg(long, env = "VENDING_TTL", value_name = "SECONDS", default_value = "300", value_parser = ttl)]
    pub(crate) ttl: u32,

    /// Life of a refresh token in seconds, up to 2592000 (30 days); 0 gives none out
    #[arg(long, env = "VENDING_REFRESH_TTL", value_name = "SECONDS", default_value = "0", value_parser = refresh_ttl)]
    pub(crate) refresh_ttl: u32,

    /// What a token may do, as JSON; a client may ask for less
    #[arg(long, env = "VENDING_SCOPE", value_name = "JSON", default_value = DEFAULT_SCOPE, value_parser = scope)]
    pub(crate) scope: TokenScope,

    /// Base endpoint that the embedded signer writes into its tokens
    #[arg(long, env = "VENDING_ENDPOINT", value_name = "HOST", default_value = DEFAULT_ENDPOINT, value_parser = endpoint)]
    pub(crate) endpoint: String,

    /// Who makes the tokens
    #[arg(long, env = "VENDING_ISSUER", value_name = "ISSUER", value_enum, default_value_t)]
    pub(crate) issuer: IssuerChoice,

    /// Origin whose pages may fetch tokens, such as `https://app.example`; repeatable, commas in the variable. `*` is
    /// every origin, without credentials [default: same origin only]
    #[arg(long, env = "VENDING_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = cors::origin)]
    pub(crate) allow_origin: Vec<String>,

    /// Directory of a built static site to serve at /
    #[arg(long, env = "VENDING_SITE", value_name = "DIR", value_parser = site)]
    pub(crate) site: Option<PathBuf>,

    /// Honour the request header X-Demo-Fault, with which a client asks for failures; never in production
    #[arg(long, env = "VENDING_DEMO")]
    pub(crate) demo: bool,

    /// Momento mints per second, at most; the account's limit is 5, shared by all instances of the service
    #[cfg(feature = "momento")]
    #[arg(long, env = "VENDING_MINTS_PER_SECOND", value_name = "N", default_value = "4", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) mints_per_second: u16,

    /// Token service to ask instead of the one that goes with MOMENTO_API_KEY, such as `http://localhost:8080` for
    /// momento-local
    #[cfg(feature = "momento")]
    #[arg(long, env = "VENDING_TOKEN_SERVICE", value_name = "URL")]
    pub(crate) token_service: Option<axum::http::Uri>,

    /// How long requests in flight may take to finish after SIGINT or SIGTERM
    #[arg(long, env = "VENDING_SHUTDOWN_GRACE", value_name = "SECONDS", default_value = "10", value_parser = grace)]
    pub(crate) shutdown_grace: u32,
}

fn ttl(text: &str) -> Result<u32, String> {
    seconds(text, 1..=MAX_TTL, " (25 hours), the longest life of a disposable token")
}

fn refresh_ttl(text: &str) -> Result<u32, String> {
    seconds(text, 0..=MAX_REFRESH_TTL, " (30 days)")
}

fn grace(text: &str) -> Result<u32, String> {
    seconds(text, 0..=600, "")
}

fn seconds(text: &str, bounds: RangeInclusive<u32>, why: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|n| bounds.contains(n))
        .ok_or_else(|| format!("expected whole seconds from {} to {}{why}", bounds.start(), bounds.end()))
}

fn scope(text: &str) -> Result<TokenScope, String> {
    TokenScope::from_json(text).map_err(|e| e.to_string())
}

/// A plain host name. Clients send their credential to whatever stands here, so they refuse anything fancier, and so
/// does this.
fn endpoint(text: &str) -> Result<String, String> {
    let host = text.to_ascii_lowercase();
    let label = |l: &str| {
        !l.is_empty()
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    if host.len() <= 253 && host.contains('.') && host.split('.').all(label) {
        Ok(host)
    } else {
        Err(format!("expected a plain host name such as {DEFAULT_ENDPOINT}, without scheme, port or path"))
    }
}

fn site(text: &str) -> Result<PathBuf, String> {
    let dir = PathBuf::from(text);
    if !dir.is_dir() {
        Err("expected a directory; build the site first, or correct the path".into())
    } else if !dir.join("index.html").is_file() {
        Err("expected an index.html in this directory; build the site first, or correct the path".into())
    } else {
        Ok(dir)
    }
}

/// A secret from the environment. Set but unusable is an error rather than "not set": silently falling back to
/// another key is the surprise nobody wants of a credential.
pub(crate) fn secret(name: &str) -> Result<Option<String>, String> {
    match std::env::var(name) {
        Ok(value) if value.trim().is_empty() => Err(format!("{name} is set but empty; give it a value or unset it")),
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(format!("{name} is not UTF-8 text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(args: &[&str]) -> Result<Config, String> {
        Config::try_parse_from([&["vending"], args].concat()).map_err(|e| e.to_string())
    }

    #[test]
    fn the_command_is_consistent() {
        Config::command().debug_assert();
    }

    #[test]
    fn defaults_are_a_loopback_demo() {
        let config = parse(&[]).unwrap();
        assert_eq!((config.host.as_str(), config.port, config.ttl), ("127.0.0.1", 3000, 300));
        assert_eq!(config.endpoint, DEFAULT_ENDPOINT);
        assert_eq!(config.scope, TokenScope::from_json(DEFAULT_SCOPE).unwrap());
        assert_eq!(config.issuer, IssuerChoice::Auto);
        assert!(config.allow_origin.is_empty() && config.site.is_none() && !config.demo);
    }

    #[test]
    fn the_issuer_is_one_of_three() {
        let issuer = |text: &str| parse(&["--issuer", text]).map(|config| config.issuer);
        let choices = ["auto", "embedded", "momento"].map(issuer);
        assert_eq!(choices, [IssuerChoice::Auto, IssuerChoice::Embedded, IssuerChoice::Momento].map(Ok));
        for wrong in ["", "Embedded", "other"] {
            assert!(issuer(wrong).unwrap_err().contains("auto, embedded, momento"), "{wrong}");
        }
    }

    #[test]
    fn ttl_is_bounded_and_says_so() {
        assert_eq!(parse(&["--ttl", "1"]).unwrap().ttl, 1);
        assert_eq!(parse(&["--ttl", "90000"]).unwrap().ttl, 90_000);
        for wrong in ["0", "90001", "1.5", "-1", "", "5m", "4294967296"] {
            let error = parse(&[&format!("--ttl={wrong}")]).unwrap_err();
            assert!(error.contains("expected whole seconds from 1 to 90000 (25 hours)"), "{wrong}: {error}");
        }
    }

    #[test]
    fn grace_is_bounded_too() {
        let grace = |text: &str| parse(&["--shutdown-grace", text]).map(|config| config.shutdown_grace);
        assert_eq!((parse(&[]).unwrap().shutdown_grace, grace("0"), grace("600")), (10, Ok(0), Ok(600)));
        assert!(grace("601").unwrap_err().contains("from 0 to 600"));
    }

    #[test]
    fn refresh_tokens_are_given_out_where_asked_for() {
        let life = |text: &str| parse(&["--refresh-ttl", text]).map(|config| config.refresh_ttl);
        assert_eq!((parse(&[]).unwrap().refresh_ttl, life("0"), life("2592000")), (0, Ok(0), Ok(2_592_000)));
        assert!(life("2592001").unwrap_err().contains("from 0 to 2592000 (30 days)"));
    }

    #[test]
    fn endpoint_is_a_plain_host() {
        assert_eq!(endpoint("Cell-1.Prod.A.momentohq.com").unwrap(), "cell-1.prod.a.momentohq.com");
        for wrong in [
            "",
            "localhost",
            "https://a.example",
            "a.example:443",
            "a.example/",
            "x@a.example",
            "a..example",
            "a.example.",
            "-a.example",
            "a b.example",
        ] {
            assert!(endpoint(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn scope_is_strict_json() {
        assert!(parse(&["--scope", "readwrite"]).is_err());
        assert!(parse(&["--scope", r#"{"permissions":[]}"#]).is_err());
    }

    #[test]
    fn site_must_hold_an_index() {
        assert!(site("no/such/directory").unwrap_err().contains("expected a directory"));
        assert!(site("src").unwrap_err().contains("index.html"));
    }

    #[test]
    fn origins_come_from_repeated_flags() {
        let config =
            parse(&["--allow-origin", "https://a.example", "--allow-origin", "http://localhost:5173"]).unwrap();
        assert_eq!(config.allow_origin, ["https://a.example", "http://localhost:5173"]);
    }
}
