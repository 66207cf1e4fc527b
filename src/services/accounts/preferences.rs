//! What the holder of an account chooses: the language of messages, and how news reach it.
//!
//! A record beside the account, deleted when the account is forgotten. It says nothing about the holder that is private.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::AccountsError;
use super::sessions::Session;
use super::store::AccountStore;
use crate::domain::account::AccountLanguage;
use crate::domain::notification::{NotificationKind, NotificationWay};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, Keyed, RecordStore, Versioned};

/// Preferences of accounts.
pub struct AccountPreferences {
    pub(super) store: AccountStore,
}

/// What a holder has chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preferences {
    /// The language of messages.
    pub language: AccountLanguage,
    /// How notifications reach the holder; kinds that are not named, by default.
    pub ways: BTreeMap<NotificationKind, NotificationWay>,
}

impl Preferences {
    /// How notifications of a kind reach the holder.
    pub fn way(&self, kind: NotificationKind) -> NotificationWay {
        self.ways.get(&kind).copied().unwrap_or_default()
    }
}

/// What changes; none: stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PreferencesChange {
    /// The language of messages.
    pub language: Option<AccountLanguage>,
    /// How notifications reach the holder, for the kinds that change.
    pub ways: BTreeMap<NotificationKind, NotificationWay>,
}

/// Stored preferences, under the id of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PreferencesRecord {
    /// Since 0.3.
    #[serde(rename = "v1")]
    V1(PreferencesV1),
}

/// Version 1 of stored preferences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PreferencesV1 {
    pub(super) account: String,
    /// A BCP 47 tag.
    pub(super) language: String,
    /// How news of each kind reach the holder; kinds that are not named, by default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) notifications: BTreeMap<String, String>,
}

impl Keyed for PreferencesRecord {
    const TABLE: &'static str = "account-preferences";

    fn key(&self) -> String {
        let Self::V1(preferences) = self;
        preferences.account.clone()
    }
}

impl AccountPreferences {
    /// The preferences of the holder.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn read(&self, session: &Session) -> Result<Preferences, AccountsError> {
        let stored = self.store.preferences(&session.account).await?;
        Ok(of(stored.as_ref()))
    }

    /// Changes the preferences of the holder.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn change(
        &self,
        session: &Session,
        change: PreferencesChange,
    ) -> Result<Preferences, AccountsError> {
        let stored = self.store.preferences(&session.account).await?;
        let present = of(stored.as_ref());
        let mut next = Preferences {
            language: change.language.unwrap_or(present.language),
            ways: present.ways,
        };
        next.ways.extend(change.ways);
        let changes = ChangeSet::by(&session.actor, self.store.clock.now());
        let changes = write(changes, &session.account, stored.as_ref(), &next)?;
        self.store.catalog.commit(changes).await?;
        Ok(next)
    }
}

impl AccountStore {
    /// The language of messages for an account.
    pub(super) async fn language(&self, account: &str) -> Result<AccountLanguage, AccountsError> {
        let stored = self.preferences(account).await?;
        Ok(of(stored.as_ref()).language)
    }

    /// The change set without the preferences of an account.
    pub(super) async fn without_preferences(
        &self,
        changes: ChangeSet,
        account: &str,
    ) -> Result<ChangeSet, AccountsError> {
        Ok(match self.preferences(account).await? {
            Some(stored) => changes.delete_keyed(&stored),
            None => changes,
        })
    }

    pub(super) async fn preferences(
        &self,
        account: &str,
    ) -> Result<Option<Versioned<PreferencesRecord>>, CatalogError> {
        read(&*self.catalog, account).await
    }
}

/// The stored preferences of an account.
pub(super) async fn read(
    catalog: &dyn RecordStore,
    account: &str,
) -> Result<Option<Versioned<PreferencesRecord>>, CatalogError> {
    catalog.keyed(account).await
}

/// The change set with the next preferences of an account.
pub(super) fn write(
    changes: ChangeSet,
    account: &str,
    stored: Option<&Versioned<PreferencesRecord>>,
    next: &Preferences,
) -> Result<ChangeSet, CatalogError> {
    let ways = next.ways.iter();
    let record = PreferencesRecord::V1(PreferencesV1 {
        account: account.to_owned(),
        language: next.language.tag().to_owned(),
        notifications: ways
            .map(|(kind, way)| (kind.name().to_owned(), way.name().to_owned()))
            .collect(),
    });
    match stored {
        Some(stored) => changes.replace_keyed(stored, &record),
        None => changes.insert_keyed(&record),
    }
}

/// The preferences that are stored, or the default ones. Names that this version does not know are the default.
pub(super) fn of(stored: Option<&Versioned<PreferencesRecord>>) -> Preferences {
    let Some(PreferencesRecord::V1(stored)) = stored.map(|stored| &stored.value) else {
        return Preferences::default();
    };
    let known = stored.notifications.iter().filter_map(|(kind, way)| {
        Some((
            NotificationKind::of_name(kind)?,
            NotificationWay::of_name(way)?,
        ))
    });
    Preferences {
        language: AccountLanguage::of_tag(&stored.language).unwrap_or_default(),
        ways: known.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::PreferencesRecord;
    use crate::storage::catalog::Keyed as _;

    /// The bytes were written by hand from the description of the version.
    #[test]
    fn what_version_1_wrote_is_read_and_written_the_same() {
        let bytes =
            include_str!("../../../tests/fixtures/records/keyed/account-preferences.v1.json");
        let record: PreferencesRecord = serde_json::from_str(bytes).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), bytes);
        assert_eq!(record.key(), "a-0123456789ab");
    }
}
