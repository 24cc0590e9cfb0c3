//! Locks, taken whatever became of who held them before: a panic became a fault already, and what the
//! lock guards is changed by whole steps, so that it is right wherever one ended.
//! What may not enter: what is guarded, and how long.

use std::sync::{
    LockResult, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
};

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    taken(mutex.lock())
}

pub fn read<T>(guarded: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    taken(guarded.read())
}

pub fn write<T>(guarded: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    taken(guarded.write())
}

/// What a lock, a wait or a Mutex that is taken apart gives.
pub fn taken<T>(result: LockResult<T>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_panic_left_locked_is_taken_all_the_same() {
        let (mutex, guarded) = (Mutex::new(1), RwLock::new(2));
        let broken = std::thread::scope(|threads| {
            let both = || {
                let (_one, _two) = (lock(&mutex), write(&guarded));
                panic!("as a fault of its own would");
            };
            threads.spawn(both).join()
        });
        assert!(broken.is_err() && mutex.is_poisoned() && guarded.is_poisoned());
        assert_eq!((*lock(&mutex), *read(&guarded)), (1, 2));
        *write(&guarded) += 1;
        assert_eq!(taken(guarded.into_inner()), 3);
    }
}
