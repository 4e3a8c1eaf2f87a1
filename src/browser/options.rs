//! The checked options of a source.

use super::vend::Vend;
use crate::refresh::Policy;
use crate::token::DecodeOptions;
use crate::vend::Asked;

/// The checked options of a source. The driver uses it with `V = dyn Ask`.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "read by the driver alone"))]
pub(crate) struct Options<V: ?Sized = Vend> {
    pub(crate) asked: Asked,
    /// The scope as JSON, as it is sent.
    pub(crate) scope_json: Option<String>,
    pub(crate) decode: DecodeOptions,
    pub(crate) policy: Policy,
    /// The name under which tabs share tokens, if they do.
    pub(crate) share: Option<String>,
    /// How to request tokens from the vending service.
    pub(crate) vend: V,
}
