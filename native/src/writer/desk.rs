//! What files are read into: buffers that are used again and again, for memory that is new to the
//! process costs more than filling it. What may not enter: who uses which.

use std::sync::Mutex;

use super::source::Portion;
use crate::lock::lock;

/// Room for two portions of one file.
pub type Desk = [Portion; 2];

/// Desks that no thread uses now.
#[derive(Default)]
pub struct Desks(Mutex<Vec<Desk>>);

impl Desks {
    pub fn take(&self) -> Desk {
        lock(&self.0).pop().unwrap_or_default()
    }

    pub fn give_back(&self, desk: Desk) {
        lock(&self.0).push(desk);
    }

    /// Give their memory back.
    pub fn clear(&self) {
        lock(&self.0).clear();
    }
}
