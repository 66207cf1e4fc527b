//! How many uploads one caller may have under way: each takes disk space and two threads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::interfaces::http::problem::Problem;
use crate::services::search::admission::requester::Requester;

/// When a refused upload may be tried again, in seconds.
const RETRY_AFTER_SECONDS: u64 = 10;

/// The uploads under way, by caller. Clones share them.
#[derive(Debug, Clone)]
pub struct UploadSlots {
    most: usize,
    taken: Arc<Mutex<HashMap<Requester, usize>>>,
}

/// The right to one upload; given back when dropped.
#[derive(Debug)]
pub struct UploadSlot {
    slots: UploadSlots,
    requester: Requester,
}

impl UploadSlots {
    /// At most `most` uploads of each caller at once.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            taken: Arc::default(),
        }
    }

    /// Takes a slot.
    ///
    /// # Errors
    /// [`Problem::TooManyRequests`] when the caller has as many uploads under way as it may.
    pub fn take(&self, requester: &Requester) -> Result<UploadSlot, Problem> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(requester.clone()).or_default();
        if *count >= self.most && *requester != Requester::Unlimited {
            return Err(Problem::TooManyRequests {
                retry_after_seconds: RETRY_AFTER_SECONDS,
            });
        }
        *count += 1;
        Ok(UploadSlot {
            slots: self.clone(),
            requester: requester.clone(),
        })
    }
}

impl Drop for UploadSlot {
    fn drop(&mut self) {
        let taken = self.slots.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.requester) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.requester);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UploadSlots;
    use crate::domain::access::{Credential, TokenId};
    use crate::services::search::admission::requester::Requester;

    #[test]
    fn a_slot_is_free_again_when_its_upload_ends() {
        let slots = UploadSlots::new(2);
        let caller = |name: &str| Requester::Holder(Credential::Token(TokenId(name.into())));
        let first = slots.take(&caller("a")).unwrap();
        let _second = slots.take(&caller("a")).unwrap();
        assert!(slots.take(&caller("a")).is_err());
        assert!(slots.take(&caller("b")).is_ok());
        drop(first);
        assert!(slots.take(&caller("a")).is_ok());
    }
}
