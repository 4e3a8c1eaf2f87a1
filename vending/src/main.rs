//! Reference vending service: mints short-lived Momento disposable tokens for browsers.
//!
//! The key that can mint stays here; a browser gets a token for minutes, for no more than the configured scope. One
//! file, one subject; a request passes them in this order: [`journal`] → [`cors`] → [`fault`] → [`routes`] → [`ask`]
//! (what is wished) → [`policy`] (what is granted), or [`refresh`] (what was granted before) → [`issuer`] (the token) →
//! [`answer`].

mod answer;
mod ask;
mod clock;
mod config;
mod cors;
mod fault;
mod issuer;
mod journal;
mod policy;
mod problem;
mod refresh;
mod routes;
mod server;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::config::Config;
use crate::cors::Origins;
use crate::issuer::Issuer;
use crate::issuer::embedded::Signer;
use crate::journal::note;
use crate::policy::Policy;
use crate::refresh::Refreshes;
use crate::routes::Service;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Config::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            let _ = writeln!(io::stderr(), "error: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config) -> Result<(), String> {
    let origins = Origins::new(&config.allow_origin)?;
    let issuer = Issuer::from_env(&config)?;
    let demo = config.demo.then(|| Signer::from_env(&config)).transpose()?;
    let signals = server::Signals::new().map_err(|e| format!("cannot listen for signals: {e}"))?;
    let listener = server::listen(&config.host, config.port).await?;
    let address = listener.local_addr().map_err(|e| format!("cannot tell the port: {e}"))?;

    note(issuer.notice());
    note(format_args!("tokens live {} s at most; they allow:", config.ttl));
    config.scope.describe().iter().for_each(|sentence| note(format_args!("  {sentence}")));
    if config.refresh_ttl > 0 {
        note(format_args!("refresh tokens live {} s, in this process alone", config.refresh_ttl));
    }
    if config.demo {
        note("--demo: clients may ask for failures with X-Demo-Fault");
    }
    // On standard output, alone and in a stable form: scripts wait for this line.
    let _ = writeln!(io::stdout(), "listening on http://{address}");

    let policy = Policy { scope: config.scope.clone(), ttl: config.ttl };
    let refreshes = (config.refresh_ttl > 0).then(|| Refreshes::new(Duration::from_secs(config.refresh_ttl.into())));
    let app = routes::router(&config, origins, Service { issuer, policy, refreshes, demo });
    let grace = Duration::from_secs(config.shutdown_grace.into());
    server::serve(listener, app, signals, grace).await.map_err(|e| format!("serving failed: {e}"))
}
