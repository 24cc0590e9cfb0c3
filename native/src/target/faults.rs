//! Faults of single items, and working through a batch of them in parallel.

use rayon::prelude::*;
use std::io;

use super::resolve::{Parents, Root};
use crate::errors::reason;
use crate::sentence::Sentence;

/// (path, what happened, without naming it).
pub type ItemFault = (Vec<u8>, Sentence);

/// Items that share a folder mostly follow each other: a batch is cut, not dealt out one by one.
const CHUNK: usize = 64;

pub fn fault(path: &[u8], error: &io::Error) -> ItemFault {
    let sentence = say!("could not be restored: {reason}.", reason = reason(error));
    (path.to_vec(), sentence)
}

/// Do `act` for every item, in parallel; the faults, in the items' order.
pub fn each<T: Sync>(
    root: &Root,
    items: &[T],
    act: impl Fn(&mut Parents<'_>, &T) -> Vec<ItemFault> + Sync,
) -> Vec<ItemFault> {
    let chunks = items.par_chunks(CHUNK).map(|chunk| {
        let mut parents = Parents::new(root);
        chunk
            .iter()
            .flat_map(|item| act(&mut parents, item))
            .collect()
    });
    let faults: Vec<Vec<ItemFault>> = chunks.collect();
    faults.concat()
}

/// As `each`, one after the other: where an item may build on the one before.
pub fn in_order<T>(
    root: &Root,
    items: &[T],
    act: impl Fn(&mut Parents<'_>, &T) -> Vec<ItemFault>,
) -> Vec<ItemFault> {
    let mut parents = Parents::new(root);
    items
        .iter()
        .flat_map(|item| act(&mut parents, item))
        .collect()
}

/// The fault of one item, if any, as a batch takes it.
pub fn of(path: &[u8], result: io::Result<()>) -> Vec<ItemFault> {
    match result {
        Ok(()) => Vec::new(),
        Err(error) => vec![fault(path, &error)],
    }
}
