//! Links the module with a small stack, so that stack, data and heap fit one page of memory.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg-cdylib=-zstack-size=16384");
}
