//! The crate as a WebAssembly module. A crate of its own, because Rust optimises across crates (LTO) only where nothing
//! but the module is made: with the library made beside it, that is quietly left out.
//!
//! Without std, and with a panic that only traps: std's own formats a message that nobody reads, and was a tenth of the
//! module.
#![cfg(target_arch = "wasm32")]
#![no_std]

mod allocator;

pub use momento_token_wasm::js::*;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
