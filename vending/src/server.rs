//! Listening, serving, and stopping without dropping anybody.

use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::journal::note;

/// Opens the port, or says in words why not.
pub(crate) async fn listen(host: &str, port: u16) -> Result<TcpListener, String> {
    TcpListener::bind((host, port))
        .await
        .map_err(|e| format!("cannot listen on {host} port {port}: {e}; choose others with --host and --port"))
}

/// Serves until a signal comes. Then takes no new requests, and gives those in flight `grace` to finish, or until a
/// second signal comes.
pub(crate) async fn serve(listener: TcpListener, app: Router, mut signals: Signals, grace: Duration) -> io::Result<()> {
    let (stopping, stopped) = oneshot::channel();
    let first_signal = async move {
        signals.next().await;
        note("stopping: requests in flight may finish");
        let _ = stopping.send(signals);
    };
    let out_of_patience = async {
        match stopped.await {
            Ok(mut signals) => tokio::select! {
                () = signals.next() => {}
                () = tokio::time::sleep(grace) => {}
            },
            // The server ended by itself; its own branch says how.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        result = axum::serve(listener, app).with_graceful_shutdown(first_signal) => result?,
        () = out_of_patience => note("stopped: some requests were cut off"),
    }
    Ok(())
}

/// The signals that ask a process to end.
#[cfg(unix)]
pub(crate) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on, so take it before the port is announced: whoever read the line may send a signal at once.
    pub(crate) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals that ask a process to end; elsewhere than on Unix there is Ctrl-C alone.
#[cfg(not(unix))]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Nothing to prepare.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
