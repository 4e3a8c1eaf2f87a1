//! The static site of `--site`, from a build whose assets carry a hash in their names.

use std::io::ErrorKind;
use std::path::Path;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any};
use percent_encoding::percent_decode_str;
use tower_http::services::ServeDir;

use crate::journal;
use crate::problem::Problem;

/// All from here, nothing inline but styles; WebAssembly may be compiled, `eval` stays shut.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
     connect-src 'self'; img-src 'self' data:";

/// A file with a hash in its name never changes: a new build brings a new name.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Anything else is asked for again each time, which costs a 304.
const ASK_AGAIN: &str = "no-cache";

pub(super) fn route(dir: &Path) -> MethodRouter {
    any(serve).with_state(ServeDir::new(dir))
}

async fn serve(State(mut dir): State<ServeDir>, request: Request) -> Response {
    let path = percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
    if !public(&path) {
        return Problem::not_found().into_response();
    }
    match dir.try_call(request).await.map(IntoResponse::into_response) {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => Problem::not_found().into_response(),
        Ok(response) if response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            ([(header::ALLOW, "GET, HEAD")], Problem::method_not_allowed()).into_response()
        }
        Ok(mut response) => {
            let settled = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
            let cache = if settled && hashed(&path) { FOREVER } else { ASK_AGAIN };
            dress(response.headers_mut(), cache);
            response
        }
        Err(error) if absent(error.kind()) => Problem::not_found().into_response(),
        Err(error) => {
            journal::note(format_args!("site error={:?}", error.kind()));
            Problem::internal().into_response()
        }
    }
}

/// Names that are no file here, for whatever reason; which one is not a visitor's business.
fn absent(kind: ErrorKind) -> bool {
    use ErrorKind::{InvalidFilename, NotADirectory, NotFound, PermissionDenied};
    matches!(kind, NotFound | PermissionDenied | NotADirectory | InvalidFilename)
}

fn dress(headers: &mut HeaderMap, cache: &'static str) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
}

/// No dot files: a `.env` or `.git` left in the directory is nobody's business. No `//` either, for a redirect to
/// `//name/` would lead to another host.
fn public(path: &str) -> bool {
    !path.starts_with("//") && path.split('/').all(|name| !name.starts_with('.') || name == ".well-known")
}

/// Is it `assets/<name>-<hash>.<extension>`, as bundlers write it? When in doubt, no: asking once too often is cheap,
/// a stale file kept for a year is not.
fn hashed(path: &str) -> bool {
    let Some((_, name)) = path.rsplit_once('/').filter(|(dir, _)| dir.ends_with("/assets")) else { return false };
    let Some((stem, _extension)) = name.split_once('.') else { return false };
    // Counted from the end, as the hash may contain a hyphen itself.
    let Some((head, hash)) = stem.len().checked_sub(8).and_then(|at| stem.split_at_checked(at)) else { return false };
    let drawn = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let digit = hash.bytes().any(|b| b.is_ascii_digit());
    let lower = hash.bytes().any(|b| b.is_ascii_lowercase());
    let upper = hash.bytes().skip(1).any(|b| b.is_ascii_uppercase());
    head.len() > 1
        && head.ends_with('-')
        && hash.bytes().all(drawn)
        && [digit, lower, upper].iter().filter(|x| **x).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashed_names_are_told_from_plain_ones() {
        for yes in [
            "/assets/index-BkT3x9aQ.js",
            "/assets/token_bg-C0ffee12.wasm",
            "/assets/a-b-Dz_-9xAq.css",
            "/sub/assets/x-4f3a2b1c.js.map",
        ] {
            assert!(hashed(yes), "{yes}");
        }
        for no in [
            "/",
            "/index.html",
            "/index-BkT3x9aQ.js",
            "/assets/index.js",
            "/assets/my-favorite.svg",
            "/assets/the-Favorite.svg",
            "/assets/photo-20240101.png",
            "/assets/BkT3x9aQ.js",
            "/assets/-BkT3x9aQ.js",
            "/assets/index-BkT3x9aQ",
            "/assets/é-BkT3x9é.js",
            "/assets/",
        ] {
            assert!(!hashed(no), "{no}");
        }
    }

    #[test]
    fn dot_files_stay_private() {
        for yes in ["/", "/index.html", "/a.b/c", "/.well-known/security.txt"] {
            assert!(public(yes), "{yes}");
        }
        for no in ["/.env", "/.git/config", "/a/.hidden", "/..", "//assets", "/a/../b"] {
            assert!(!public(no), "{no}");
        }
    }
}
