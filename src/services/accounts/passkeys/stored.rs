//! The stored form of passkeys.

use serde::{Deserialize, Serialize};

use crate::services::accounts::secret::{self};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, Keyed, RecordStore, Versioned};

/// Passkeys that an account can have.
pub(super) const MAX_OF_ACCOUNT: usize = 20;

/// A passkey, under its account and the hash of its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::services::accounts) enum PasskeyRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(PasskeyV1),
}

/// Version 1 of a stored passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::services::accounts) struct PasskeyV1 {
    pub(super) account: String,
    /// SHA-256 of the id of the credential, in hexadecimal digits.
    pub(super) hash: String,
    pub(super) created_at_ms: i64,
    /// The day of the last use, in Viet Nam.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) used_on: Option<String>,
    /// [`SealedV1`], encrypted with the key of the account.
    pub(super) sealed: String,
}

/// What is private in a passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealedV1 {
    /// What its holder calls it.
    pub(super) label: String,
    pub(super) id: Vec<u8>,
    /// The public key, as `webauthn_rp` encodes it.
    pub(super) public_key: Vec<u8>,
    /// Counter and flags, as `webauthn_rp` encodes them.
    pub(super) state: [u8; 7],
}

impl Keyed for PasskeyRecord {
    const TABLE: &'static str = "passkeys";

    fn key(&self) -> String {
        let Self::V1(passkey) = self;
        key(&passkey.account, &passkey.hash)
    }
}

/// The key of a passkey; all of an account begin alike.
pub(super) fn key(account: &str, hash: &str) -> String {
    format!("{account}/{hash}")
}

/// The hash under which a credential is found.
pub(super) fn hash_of(id: &[u8]) -> String {
    secret::hash_bytes(id).to_hex()
}

/// All passkeys of an account: one that was left out would survive a reset.
pub(super) async fn of_account(
    catalog: &dyn RecordStore,
    account: &str,
) -> Result<Vec<Versioned<PasskeyRecord>>, CatalogError> {
    let range = KeyRange::prefix(key(account, ""));
    catalog.all_keyed(range, usize::MAX).await
}

/// The change set without the passkeys of an account.
pub(in crate::services::accounts) async fn without_passkeys(
    catalog: &dyn RecordStore,
    changes: ChangeSet,
    account: &str,
) -> Result<ChangeSet, CatalogError> {
    let passkeys = of_account(catalog, account).await?;
    Ok(passkeys.iter().fold(changes, ChangeSet::delete_keyed))
}

#[cfg(test)]
mod tests {
    use super::{PasskeyRecord, SealedV1};
    use crate::storage::catalog::Keyed as _;

    /// The bytes were written by hand from the description of the version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let bytes = include_str!("../../../../tests/fixtures/records/keyed/passkey.v1.json");
        let record: PasskeyRecord = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
        assert_eq!(record.key(), format!("a-0123456789ab/{}", "0b".repeat(32)));
        let bytes = include_str!("../../../../tests/fixtures/records/keyed/passkey-sealed.v1.json");
        let sealed: SealedV1 = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&sealed).unwrap(), bytes);
    }
}
