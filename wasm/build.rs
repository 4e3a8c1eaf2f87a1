//! Links the module with a small stack (wasm-ld's own is 1 MiB), so that stack and data fit one page of memory.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg-cdylib=-zstack-size=16384");
}
