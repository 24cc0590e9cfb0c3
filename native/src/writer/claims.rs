//! Which blobs this run is storing or has in packs the index does not know yet. A blob is stored by
//! whoever claims it first. What may not enter: blobs that finished packs hold; the index has them.

use std::collections::HashSet;
use std::sync::Mutex;

use crate::blob::Id;
use crate::lock::lock;

/// Lane, kind, id.
pub type Claim = (u8, u8, Id);

/// Locks, so that threads seldom wait for each other.
const SHARDS: usize = 16;

#[derive(Default)]
pub struct Claims {
    shards: [Mutex<HashSet<Claim>>; SHARDS],
}

impl Claims {
    /// Whether nobody had claimed it before.
    pub fn claim(&self, claim: Claim) -> bool {
        lock(self.shard(&claim)).insert(claim)
    }

    pub fn release(&self, claim: &Claim) {
        lock(self.shard(claim)).remove(claim);
    }

    fn shard(&self, claim: &Claim) -> &Mutex<HashSet<Claim>> {
        &self.shards[usize::from(claim.2[0]) % SHARDS]
    }
}
