//! A source as a hook.

use momento_token_wasm::TokenSource;
use momento_token_wasm::browser::Snapshot;
use yew::prelude::*;

/// What the source shows. The component renders again whenever that changes.
///
/// It is to be the same source on each render: the hook watches the one it was first called with.
#[hook]
pub fn use_token(source: &TokenSource) -> Snapshot {
    let shown = use_state(|| source.snapshot());
    let (source, set) = (source.clone(), shown.setter());
    // An effect, as watching begins to request tokens: a render that comes to nothing should request none.
    use_effect_with((), move |()| {
        let watch = source.watch(move |snapshot| set.set(snapshot.clone()));
        // Yew runs this when the component is gone. The watch has no hold on the source, so that whoever has the last
        // handle decides when it is closed.
        move || drop(watch)
    });
    (*shown).clone()
}
