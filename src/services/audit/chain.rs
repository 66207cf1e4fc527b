//! The chain of hashes: each entry's covers the one before, so nothing can be changed, left out or put between
//! without changing all that follow.

use sha2::{Digest as _, Sha256 as Hasher};

use super::stored::{EntryRecord, EntryV1, HashedV1};
use crate::domain::Sha256;

/// The hash before the first entry.
pub(super) const START: Sha256 = Sha256::from_bytes([0; 32]);

/// What checking the chain came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Entries that are right.
    pub entries: u64,
    /// The hash of the last of them. Whoever has noted an earlier one can check that the trail still leads to it.
    pub last_hash: Sha256,
    /// The first entry that is not.
    pub broken: Option<Break>,
}

/// Where the chain breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// An entry with this number is missing.
    Missing(u64),
    /// The entry with this number is not the one that was written.
    Changed(u64),
}

/// The hash of an entry behind one with the hash `before`.
pub(super) fn hash(before: &Sha256, entry: &HashedV1) -> Sha256 {
    let json = serde_json::to_vec(entry).unwrap_or_default();
    let mut hasher = Hasher::new();
    hasher.update(before.as_bytes());
    hasher.update(&json);
    Sha256::from_bytes(hasher.finalize().into())
}

/// A check that takes the entries in order.
#[derive(Debug)]
pub(super) struct Check(Verified);

impl Check {
    pub(super) fn new() -> Self {
        Self(Verified {
            entries: 0,
            last_hash: START,
            broken: None,
        })
    }

    /// Takes the next entry; false when the chain breaks there.
    pub(super) fn take(&mut self, record: &EntryRecord) -> bool {
        let EntryRecord::V1(EntryV1 {
            hashed,
            hash: stored,
        }) = record;
        let expected = self.0.entries + 1;
        if hashed.number != expected {
            self.0.broken = Some(Break::Missing(expected));
            return false;
        }
        let right = hash(&self.0.last_hash, hashed);
        if *stored != right.to_hex() {
            self.0.broken = Some(Break::Changed(expected));
            return false;
        }
        self.0.entries = expected;
        self.0.last_hash = right;
        true
    }

    pub(super) fn finish(self) -> Verified {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Break, Check, START, hash};
    use crate::services::audit::stored::{EntryRecord, EntryV1, HashedV1};

    fn hashed(number: u64, subject: &str) -> HashedV1 {
        HashedV1 {
            number,
            at_ms: 1_795_395_600_000,
            by: "admin:a-0123456789ab".into(),
            organisation: None,
            act: "account-closed".into(),
            subject: subject.into(),
            details: [("network".to_owned(), "203.0.113.0".to_owned())].into(),
        }
    }

    fn chain(subjects: &[&str]) -> Vec<EntryRecord> {
        let mut before = START;
        (1..)
            .zip(subjects)
            .map(|(number, subject)| {
                let hashed = hashed(number, subject);
                before = hash(&before, &hashed);
                let hash = before.to_hex();
                EntryRecord::V1(EntryV1 { hashed, hash })
            })
            .collect()
    }

    fn checked(records: &[EntryRecord]) -> (u64, Option<Break>) {
        let mut check = Check::new();
        let _ = records.iter().all(|record| check.take(record));
        let verified = check.finish();
        (verified.entries, verified.broken)
    }

    /// By `(printf '\0%.0s' $(seq 32); printf '%s' '{"number":1,…}') | sha256sum`, the JSON as in the test.
    #[test]
    fn the_hash_is_that_of_the_hash_before_and_the_json() {
        let json = "{\"number\":1,\"at_ms\":1795395600000,\"by\":\"admin:a-0123456789ab\",\
                    \"act\":\"account-closed\",\"subject\":\"a-1\",\"details\":{\"network\":\"203.0.113.0\"}}";
        assert_eq!(serde_json::to_string(&hashed(1, "a-1")).unwrap(), json);
        let expected = "2145a80f67f91a9e3104a4d92bf34f584efa0afd226708ab47c2ba4b7fe5aae7";
        assert_eq!(hash(&START, &hashed(1, "a-1")).to_hex(), expected);
    }

    #[test]
    fn a_change_a_gap_and_an_insertion_break_the_chain() {
        let whole = chain(&["a", "b", "c"]);
        assert_eq!(checked(&whole), (3, None));
        let mut changed = whole.clone();
        let EntryRecord::V1(second) = &mut changed[1];
        second.hashed.subject = "x".into();
        assert_eq!(checked(&changed), (1, Some(Break::Changed(2))));
        let without = [whole[0].clone(), whole[2].clone()];
        assert_eq!(checked(&without), (1, Some(Break::Missing(2))));
        // Written anew with other contents: its own hash is right, the next one is not.
        let mut replaced = chain(&["a", "x", "c"]);
        replaced[2] = whole[2].clone();
        assert_eq!(checked(&replaced), (2, Some(Break::Changed(3))));
    }
}
