//! The cause of an error: a JavaScript value, which must stay on its thread although the error may be sent to others.

use std::cell::RefCell;
#[cfg(target_arch = "wasm32")]
use std::fmt;
use std::sync::{Arc, Weak};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen::JsValue;

/// Keeps each value for as long as its key lives. The key may be sent to other threads.
struct Table<T>(RefCell<Vec<(Weak<()>, T)>>);

impl<T: Clone> Table<T> {
    const fn new() -> Self {
        Table(RefCell::new(Vec::new()))
    }

    fn keep(&self, value: T) -> Arc<()> {
        self.sweep();
        let key = Arc::new(());
        self.0.borrow_mut().push((Arc::downgrade(&key), value));
        key
    }

    /// Returns the value of this key; `None` if it is not in this table.
    #[cfg(any(feature = "standalone", test))]
    fn find(&self, key: &Arc<()>) -> Option<T> {
        let table = self.0.borrow();
        let (_, value) = table.iter().find(|(kept, _)| Weak::as_ptr(kept) == Arc::as_ptr(key))?;
        Some(value.clone())
    }

    /// Removes and returns the value of this key; `None` if it is not in this table.
    #[cfg(any(feature = "js", test))]
    fn take(&self, key: &Arc<()>) -> Option<T> {
        let mut table = self.0.borrow_mut();
        let index = table.iter().position(|(kept, _)| Weak::as_ptr(kept) == Arc::as_ptr(key))?;
        Some(table.swap_remove(index).1)
    }

    /// Removes the values whose keys have been dropped, on any thread.
    fn sweep(&self) {
        self.0.borrow_mut().retain(|(key, _)| key.strong_count() > 0);
    }
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    static VALUES: Table<JsValue> = const { Table::new() };
}

/// A reference to a JavaScript value. It may be sent to other threads, but only the value's own thread can read it.
///
/// The value is released when the last clone is dropped. If that happens on another thread, it is released when the
/// value's own thread next creates or drops a `Cause`.
#[cfg(target_arch = "wasm32")]
#[derive(Clone)]
pub(super) struct Cause(Option<Arc<()>>);

#[cfg(target_arch = "wasm32")]
impl Cause {
    pub(super) fn new(value: JsValue) -> Self {
        Cause(VALUES.try_with(|values| values.keep(value)).ok())
    }

    #[cfg(feature = "standalone")]
    pub(super) fn value(&self) -> Option<JsValue> {
        VALUES.try_with(|values| values.find(self.0.as_ref()?)).ok().flatten()
    }

    /// Takes the value, from this `Cause` and all its clones.
    #[cfg(feature = "js")]
    pub(super) fn take(&self) -> Option<JsValue> {
        VALUES.try_with(|values| values.take(self.0.as_ref()?)).ok().flatten()
    }
}

#[cfg(target_arch = "wasm32")]
impl Drop for Cause {
    fn drop(&mut self) {
        drop(self.0.take());
        // When the thread is ending, the table is already gone.
        let _ = VALUES.try_with(Table::sweep);
    }
}

/// The value may contain anything, and is not printed.
#[cfg(target_arch = "wasm32")]
impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cause(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Table;
    use std::rc::Rc;
    use std::thread;

    #[test]
    fn a_value_is_kept_as_long_as_its_key() {
        let table = Table::new();
        let (one, two) = (Rc::new(1), Rc::new(2));
        let (first, second) = (table.keep(Rc::clone(&one)), table.keep(Rc::clone(&two)));
        let again = first.clone();
        assert_eq!((table.find(&first).as_deref(), table.find(&second).as_deref()), (Some(&1), Some(&2)));
        drop(first);
        table.sweep();
        assert_eq!((table.find(&again).as_deref(), Rc::strong_count(&two)), (Some(&1), 2));
        drop(again);
        table.sweep();
        assert_eq!((Rc::strong_count(&one), Rc::strong_count(&two)), (1, 2));
    }

    #[test]
    fn a_value_that_is_taken_is_gone_for_all_clones_of_its_key() {
        let table = Table::new();
        let value = Rc::new(());
        let key = table.keep(Rc::clone(&value));
        let again = key.clone();
        assert!(table.take(&key).is_some());
        assert_eq!((table.find(&again), table.take(&again), Rc::strong_count(&value)), (None, None, 1));
    }

    #[test]
    fn a_key_is_good_for_its_own_table_alone() {
        let (table, other) = (Table::new(), Table::new());
        let (key, _kept) = (table.keep(1), other.keep(2));
        assert_eq!((table.find(&key), other.find(&key)), (Some(1), None));
    }

    #[test]
    fn a_key_that_is_dropped_on_another_thread_lets_go_at_the_next_occasion() {
        let table = Table::new();
        let value = Rc::new(());
        let key = table.keep(Rc::clone(&value));
        thread::spawn(move || drop(key)).join().unwrap();
        let _next = table.keep(Rc::new(()));
        assert_eq!(Rc::strong_count(&value), 1);
    }
}
