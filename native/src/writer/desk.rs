//! What files are read into: buffers that are used again and again, for memory that is new to the
//! process costs more than filling it. What may not enter: who uses which.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::source::Portion;

/// Room for two portions of one file.
pub type Desk = [Portion; 2];

/// Desks that no thread uses now.
#[derive(Default)]
pub struct Desks(Mutex<Vec<Desk>>);

impl Desks {
    pub fn take(&self) -> Desk {
        self.free().pop().unwrap_or_default()
    }

    pub fn give_back(&self, desk: Desk) {
        self.free().push(desk);
    }

    /// Give their memory back.
    pub fn clear(&self) {
        self.free().clear();
    }

    fn free(&self) -> MutexGuard<'_, Vec<Desk>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
