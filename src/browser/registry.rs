//! The sources of this thread. Handles may be sent between threads, but JavaScript values may not, so a handle has only
//! the ID of a source, and the source itself is kept here.

use super::driver::Driver;
use super::error::{Kind, SourceError};
use super::get::{GetToken, Outcome};
use super::listeners::Listeners;
use super::observer::Observer;
use super::options::Options;
use super::snapshot::{Changed, Snapshot};
use crate::token::Token;
use futures_channel::oneshot::Receiver;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::thread::{self, ThreadId};

thread_local! {
    static SOURCES: RefCell<BTreeMap<u32, Source>> = const { RefCell::new(BTreeMap::new()) };
}

/// A driver and its listeners.
#[derive(Clone)]
struct Source {
    driver: Rc<Driver>,
    listeners: Rc<Listeners>,
}

static LAST_ID: AtomicU32 = AtomicU32::new(0);

/// The state that the handles of a source share.
#[derive(Debug)]
pub(super) struct Shared {
    id: u32,
    thread: ThreadId,
    /// Whether the source was closed, or its last handle dropped, on another thread.
    is_abandoned: Arc<AtomicBool>,
}

impl Shared {
    pub(super) fn new(options: Options) -> Self {
        let id = LAST_ID.fetch_add(1, Ordering::Relaxed);
        let is_abandoned = Arc::new(AtomicBool::new(false));
        let listeners = Rc::new(Listeners::default());
        let driver =
            Driver::new(Rc::new(options), Rc::clone(&listeners) as Rc<dyn Observer>, Arc::clone(&is_abandoned));
        let source = Source { driver, listeners };
        let over = SOURCES.with_borrow_mut(|sources| {
            let over: Vec<u32> =
                sources.iter().filter(|(_, source)| source.driver.is_over()).map(|(id, _)| *id).collect();
            sources.insert(id, source);
            over.iter().filter_map(|id| sources.remove(id)).collect::<Vec<_>>()
        });
        // Dropped outside of the borrow, since their watchers may have captured handles of other sources.
        drop(over);
        Shared { id, thread: thread::current().id(), is_abandoned }
    }

    fn source(&self) -> Result<Source, SourceError> {
        if self.thread != thread::current().id() {
            return Err(Kind::OtherThread.into());
        }
        SOURCES.with_borrow(|sources| sources.get(&self.id).cloned()).ok_or_else(|| Kind::Closed.into())
    }

    pub(super) fn start(&self) -> Result<(), SourceError> {
        let Source { driver, .. } = self.source()?;
        driver.start();
        if driver.is_closed() { Err(Kind::Closed.into()) } else { Ok(()) }
    }

    pub(super) fn get(&self, options: GetToken) -> Result<(u32, Receiver<Outcome>), SourceError> {
        let Source { driver, listeners } = self.source()?;
        if driver.is_closed() { Err(Kind::Closed.into()) } else { Ok(listeners.get(&driver, options)) }
    }

    pub(super) fn abandon(&self, call: u32) {
        if let Ok(Source { driver, listeners }) = self.source() {
            listeners.abandon(&driver, call);
        }
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        self.source().map_or_else(|_| Snapshot::closed(), |source| source.driver.snapshot())
    }

    pub(super) fn poll_next(&self, last: Option<&Arc<Token>>, context: &Context<'_>) -> Poll<Option<Arc<Token>>> {
        match self.source() {
            Ok(Source { driver, listeners }) => listeners.poll_next(&driver, last, context),
            Err(_) => Poll::Ready(None),
        }
    }

    pub(super) fn watch(&self, changed: Changed, ended: Arc<AtomicBool>) {
        match self.source() {
            Ok(Source { driver, listeners }) => listeners.watch(&driver, changed, ended),
            Err(_) => (changed.borrow_mut())(&Snapshot::closed()),
        }
    }

    /// Removes watches that have ended.
    pub(super) fn prune(&self) {
        if let Ok(source) = self.source() {
            source.listeners.prune();
        }
    }

    pub(super) fn report_rejected(&self, token: &Token) {
        if let Ok(Source { driver, .. }) = self.source() {
            driver.report_rejected(token);
        }
    }

    pub(super) fn close(&self) {
        if self.thread != thread::current().id() {
            return self.is_abandoned.store(true, Ordering::Relaxed);
        }
        if let Ok(Source { driver, .. }) = self.source() {
            driver.close();
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.thread != thread::current().id() {
            return self.is_abandoned.store(true, Ordering::Relaxed);
        }
        let source = SOURCES.try_with(|sources| sources.borrow_mut().remove(&self.id));
        if let Ok(Some(source)) = source {
            source.driver.close();
        }
    }
}
