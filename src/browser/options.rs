//! What a source is made of.

use super::vend::Vend;
use crate::refresh::Policy;
use crate::token::DecodeOptions;
use crate::vend::Asked;

/// What a source is made of. The driver has it with `dyn Ask` as `V`.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "read by the driver alone"))]
pub(crate) struct Options<V: ?Sized = Vend> {
    pub(crate) asked: Asked,
    /// The scope as it is sent.
    pub(crate) scope_json: Option<String>,
    pub(crate) decode: DecodeOptions,
    pub(crate) policy: Policy,
    /// The app's name for the tabs that share.
    pub(crate) share: Option<String>,
    /// How to ask the vending service.
    pub(crate) vend: V,
}
