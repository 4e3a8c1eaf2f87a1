//! Fields as one text and a table of numbers, which tell where in the text each field ends. So whatever was read is two
//! allocations, what is secret in it is wiped with the rest, and JavaScript can take both over as they are.

use super::wipe::Wiped;

/// In place of an end: the field is not there.
pub(crate) const ABSENT: u32 = u32::MAX;

pub(crate) struct Block {
    /// Zeros stand behind the text.
    text: Wiped,
    /// How long it is.
    length: usize,
    /// Ends count bytes.
    pub(crate) table: Vec<u32>,
}

impl Block {
    /// With room for so much text; it may become more. The table starts with `head` numbers that are for the caller to
    /// fill in.
    pub(crate) fn new(room: usize, head: usize) -> Self {
        let mut table = Vec::with_capacity(64);
        table.resize(head, 0);
        Block { text: Wiped(vec![0; room]), length: 0, table }
    }

    #[inline(never)]
    pub(crate) fn number(&mut self, number: u32) {
        self.table.push(number);
    }

    /// Text, of which a field consists in part or as a whole.
    #[inline(never)]
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        if end > self.text.len() {
            // A vector that grows by itself leaves a copy behind.
            let mut larger = vec![0; 2 * end];
            put_front(&mut larger, self.text());
            self.text = Wiped(larger);
        }
        put_front(self.text.0.get_mut(self.length..).unwrap_or_default(), bytes);
        self.length = end;
    }

    /// The same in small letters.
    pub(crate) fn push_lower(&mut self, bytes: &[u8]) {
        let from = self.length;
        self.push(bytes);
        self.text.0.get_mut(from..self.length).unwrap_or_default().make_ascii_lowercase();
    }

    /// The field ends here.
    pub(crate) fn end(&mut self) {
        self.number(self.length as u32);
    }

    /// A whole field.
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        self.push(bytes);
        self.end();
    }

    /// A field that may not be there.
    pub(crate) fn maybe(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.put(bytes),
            None => self.number(ABSENT),
        }
    }

    pub(crate) fn text(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }

    /// Text with what stands behind it, how long it is, and table, for who sees to the wiping.
    #[cfg_attr(
        not(all(target_arch = "wasm32", feature = "js")),
        allow(dead_code, reason = "only `js` takes a block apart")
    )]
    pub(crate) fn into_parts(mut self) -> (Vec<u8>, usize, Vec<u32>) {
        (std::mem::take(&mut self.text.0), self.length, self.table)
    }
}

/// Copies bytes to where there is room for them.
fn put_front(room: &mut [u8], bytes: &[u8]) {
    if let Some((front, _)) = room.split_at_mut_checked(bytes.len()) {
        front.copy_from_slice(bytes);
    }
}
