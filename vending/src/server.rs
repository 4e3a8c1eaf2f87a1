//! Listening, serving, and stopping without dropping anybody.

use std::future::Future;
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
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    mut signals: impl Stops,
    grace: Duration,
) -> io::Result<()> {
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

/// What asks the service to end, once or more often.
pub(crate) trait Stops: Send + 'static {
    /// Waits for the next time.
    fn next(&mut self) -> impl Future<Output = ()> + Send;
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
}

#[cfg(unix)]
impl Stops for Signals {
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
}

#[cfg(not(unix))]
impl Stops for Signals {
    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpStream;

    use axum::routing::get;
    use tokio::sync::mpsc;
    use tokio::time::Instant;

    use super::*;

    impl Stops for mpsc::UnboundedReceiver<()> {
        async fn next(&mut self) {
            if self.recv().await.is_none() {
                std::future::pending().await
            }
        }
    }

    /// How long the service waits for a request that never ends, when it was asked so often to stop.
    async fn time_to_stop(asked: u32, grace: Duration) -> Duration {
        let (begin, mut begun) = mpsc::unbounded_channel();
        let app = Router::new().route(
            "/",
            get(move || {
                begin.send(()).unwrap();
                std::future::pending::<()>()
            }),
        );
        let listener = listen("127.0.0.1", 0).await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
        let (stop, stops) = mpsc::unbounded_channel();
        let serving = tokio::spawn(serve(listener, app, stops, grace));
        begun.recv().await.unwrap();
        let since = Instant::now();
        (0..asked).for_each(|_| stop.send(()).unwrap());
        serving.await.unwrap().unwrap();
        since.elapsed()
    }

    // On tokio's paused clock, which leaps to the next timer once nothing else can happen.
    #[tokio::test(start_paused = true)]
    async fn requests_in_flight_have_the_grace_and_no_longer() {
        for seconds in [0, 1, 600] {
            let waited = time_to_stop(1, Duration::from_secs(seconds)).await;
            assert_eq!(waited.as_secs(), seconds);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_signal_ends_the_wait_at_once() {
        assert_eq!(time_to_stop(2, Duration::from_secs(600)).await, Duration::ZERO);
    }
}
