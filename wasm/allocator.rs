//! Memory: what is left of the first page beside stack and data, and further pages once that does not do.
//!
//! `talc`'s own source for WebAssembly starts with a second page. This is the one place in the project that needs
//! `unsafe`: it tells `talc` which memory is its own.
#![allow(unsafe_code)]

use core::alloc::Layout;
use core::mem::MaybeUninit;
use talc::base::{Talc, binning::Binning};
use talc::source::Source;
use talc::{cell::TalcSyncCell, wasm::WasmBinning};

#[global_allocator]
static ALLOCATOR: TalcSyncCell<Pages, WasmBinning> = TalcSyncCell::new_wasm(Pages { first: true });

const PAGE: usize = 65_536;
/// With stack (build.rs) and data this fits one page; tests/package/memory.test.mjs sees to that.
const ROOM: usize = 38 * 1024;
static mut FIRST: [MaybeUninit<u8>; ROOM] = [MaybeUninit::uninit(); ROOM];

#[derive(Debug)]
struct Pages {
    /// What is left of the first page has not been handed over yet.
    first: bool,
}

// SAFETY: allocates nothing itself.
unsafe impl Source for Pages {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        let (base, size) = if talc.source.first {
            talc.source.first = false;
            ((&raw mut FIRST).cast(), ROOM)
        } else {
            // A little more than what was asked for: the heap has bookkeeping of its own.
            let pages = (layout.size() + layout.align() + 1024).div_ceil(PAGE);
            match core::arch::wasm32::memory_grow::<0>(pages) {
                usize::MAX => return Err(()),
                before => ((before * PAGE) as *mut u8, pages * PAGE),
            }
        };
        // SAFETY: nobody else knows these bytes: FIRST is handed over once, and memory that was just grown is new.
        unsafe { talc.claim(base, size) }.map(drop).ok_or(())
    }
}
