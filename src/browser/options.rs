//! What a source is made of.

use super::vend::Vend;
use crate::refresh::Policy;
use crate::token::DecodeOptions;
use crate::vend::Asked;

/// What a source is made of.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "read by the driver alone"))]
pub(super) struct Options {
    pub(super) vend: Vend,
    pub(super) asked: Asked,
    /// The scope as it is sent.
    pub(super) scope_json: Option<String>,
    pub(super) decode: DecodeOptions,
    pub(super) policy: Policy,
    /// The app's name for the tabs that share.
    pub(super) share: Option<String>,
}
