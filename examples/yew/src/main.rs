//! A Momento token that is kept fresh, shown by a Yew app.

mod use_token;

use js_sys::Date;
use momento_token_wasm::TokenSource;
use momento_token_wasm::browser::{GetToken, SourceError, Status};
use use_token::use_token;
use yew::platform::spawn_local;
use yew::prelude::*;

/// Asks the app's own backend, so that the key which can mint tokens stays there.
fn token_source() -> TokenSource {
    // Momento shows this id to whoever gets messages from the user. The service has the last word on it.
    TokenSource::builder("/token").token_id("yew-user").build().expect("options that make sense")
}

#[component]
fn App() -> Html {
    // Made once. The source is closed with its last handle, and the app has this one for as long as it is shown.
    let source = use_memo((), |()| token_source());
    let shown = use_token(&source);
    let token = shown.token.as_deref();
    let closed = shown.status == Status::Closed;

    let refresh = {
        let source = source.clone();
        move |_| {
            let token = source.token_with(GetToken::new().force_refresh(true));
            // Awaited, since a call whose future is dropped no longer asks. What comes of it, `use_token` tells.
            spawn_local(async move { drop(token.await) });
        }
    };
    let close = move |_| source.close();

    html! {
        <main>
            <h1>{ "A Momento token, kept fresh" }</h1>
            <p role="status">{ describe(shown.status) }</p>
            <dl>
                <dt>{ "Token" }</dt>
                <dd id="token-id">{ token.and_then(|token| token.token_id()).unwrap_or(NOTHING).to_owned() }</dd>
                <dt>{ "Expires" }</dt>
                <dd id="expires">{ time(token.and_then(|token| token.expires_at())) }</dd>
                <dt>{ "Next request" }</dt>
                <dd id="next-request">{ time(shown.refresh_at) }</dd>
            </dl>
            if let Some(error) = &shown.error {
                <p role="alert">{ explain(error) }</p>
            }
            <button onclick={refresh} disabled={closed}>{ "Refresh now" }</button>
            <button onclick={close} disabled={closed}>{ "Close" }</button>
        </main>
    }
}

/// What stands where there is nothing to show.
const NOTHING: &str = "–";

/// What the source is doing, in words.
fn describe(status: Status) -> &'static str {
    match status {
        Status::Idle => "Not started.",
        Status::Fetching => "Getting a token.",
        Status::Ready => "The token is valid.",
        Status::Refreshing => "The token is valid. Getting the next one.",
        Status::Waiting => "The last request failed. Another follows.",
        Status::Failed => "The last request failed. None follows by itself.",
        Status::Closed => "Closed. No token is requested any more.",
    }
}

/// Why there is no new token. Errors of the crate quote no credential, so they may be shown and logged.
fn explain(error: &SourceError) -> String {
    format!("{error} ({})", error.code())
}

/// A moment in milliseconds since the epoch, as the user's browser writes it.
fn time(moment: Option<i64>) -> Html {
    let Some(moment) = moment else { return html! { NOTHING } };
    let date = Date::new(&(moment as f64).into());
    let written = String::from(date.to_locale_string("default", &Default::default()));
    html! { <time datetime={String::from(date.to_iso_string())}>{ written }</time> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
