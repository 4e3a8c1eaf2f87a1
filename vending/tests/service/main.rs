//! The service from outside: the real binary, listening on a port of its own, over real HTTP.
//!
//! One program of several files, so that it is linked once.

mod cors;
mod fault;
mod harness;
mod lifecycle;
#[cfg(feature = "momento")]
mod momento;
mod refresh;
mod site;
mod token;
