//! Properties that must hold for every input: the bodies of the fuzz targets (`fuzz/`) and of the smoke test that
//! replays their seeds in `cargo test`. Each panics if its property is violated.

mod base64;
mod json;
mod scope;
mod token;

/// The current time for decoding.
pub const NOW: i64 = 1_735_689_600_000;

/// A property by the name of its fuzz target.
pub type Target = (&'static str, fn(&[u8]));

/// Every property.
pub const TARGETS: [Target; 7] = [
    ("base64", base64::agrees_with_crate),
    ("envelope", token::envelope),
    ("json", json::agrees_with_serde),
    ("jwt", token::jwt),
    ("protobuf", scope::protobuf),
    ("scope_json", scope::json),
    ("vend", token::vend),
];

/// Runs one property by name.
pub fn run(name: &str, data: &[u8]) {
    match TARGETS.iter().find(|(target, _)| *target == name) {
        Some((_, property)) => property(data),
        None => panic!("no target is called {name}"),
    }
}

fn base64_of(bytes: impl AsRef<[u8]>) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// An unsigned JWT with this payload.
fn jwt_of(payload: &str) -> String {
    ["e30.", base64_of(payload).trim_end_matches('='), ".c2ln"].concat()
}
