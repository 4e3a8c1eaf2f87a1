//! The readable history of a run.

use crate::clocks::SECOND;

pub(crate) struct History(Option<Vec<String>>);

impl History {
    pub(crate) fn new(record: bool) -> Self {
        History(record.then(Vec::new))
    }

    pub(crate) fn kept(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn note(&mut self, t: i64, what: &str) {
        if let Some(lines) = &mut self.0 {
            lines.push(format!("{:>9}.{:06}  {what}", t / SECOND, t % SECOND));
        }
    }

    pub(crate) fn print(&self) {
        self.0.iter().flatten().for_each(|line| println!("{line}"));
    }
}
