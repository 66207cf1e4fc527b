//! Registers passkeys, signs in with them, lists and removes them.

use std::sync::Arc;

use serde_json::Value;

use super::ceremony::{InvalidResponse, RelyingParty};
use super::challenge::{Ceremonies, Purpose};
use super::stored::{MAX_OF_ACCOUNT, PasskeyRecord, PasskeyV1, SealedV1, hash_of, key, of_account};
use crate::domain::asset::limits;
use crate::domain::{Timestamp, text};
use crate::services::accounts::error::AccountsError;
use crate::services::accounts::private;
use crate::services::accounts::secret::{Secret, public_id};
use crate::services::accounts::sessions::{Session, Sessions};
use crate::services::accounts::sign_in::name_of;
use crate::services::accounts::store::{AccountStore, FullAccount};
use crate::services::accounts::throttle::{Attempt, Network, Outcome, Throttle, TooManyAttempts};
use crate::services::audit::{Act, NewEntry};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, Versioned};

/// Passkeys of accounts.
pub struct Passkeys {
    store: AccountStore,
    sessions: Arc<Sessions>,
    /// None when the public address has no name.
    party: Option<RelyingParty>,
    ceremonies: Ceremonies,
    throttle: Throttle,
}

/// A ceremony that was begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// What a page passes to `navigator.credentials` as `publicKey`, in its JSON form.
    pub options: Value,
    /// What to send back with the answer.
    pub ceremony: Secret,
}

/// A passkey as its holder sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyView {
    /// Its public name.
    pub id: String,
    /// What its holder calls it.
    pub label: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// The day of its last use.
    pub used_on: Option<String>,
}

/// Why something with a passkey was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The public address of the archive has no name.
    #[error("passkeys need a public address with a name")]
    NotHere,
    /// The account has as many as it can have.
    #[error("the account has {0} passkeys")]
    TooMany(usize),
    /// The account has no such passkey.
    #[error("there is no such passkey")]
    NoSuchPasskey,
    /// The response of the authenticator is not valid.
    #[error("the response of the authenticator is not valid")]
    InvalidResponse,
    /// An account could not be read or written.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

impl From<CatalogError> for PasskeyError {
    fn from(error: CatalogError) -> Self {
        Self::Accounts(error.into())
    }
}

impl From<TooManyAttempts> for PasskeyError {
    fn from(error: TooManyAttempts) -> Self {
        Self::Accounts(error.into())
    }
}

impl From<private::Unreadable> for PasskeyError {
    fn from(error: private::Unreadable) -> Self {
        Self::Accounts(error.into())
    }
}

impl From<InvalidResponse> for PasskeyError {
    fn from(error: InvalidResponse) -> Self {
        tracing::debug!(%error, "a ceremony with a passkey failed");
        Self::InvalidResponse
    }
}

impl Passkeys {
    pub(in crate::services::accounts) fn new(
        store: AccountStore,
        sessions: Arc<Sessions>,
        address: &str,
    ) -> Self {
        Self {
            store,
            sessions,
            party: RelyingParty::at(address),
            ceremonies: Ceremonies::new(),
            throttle: Throttle::new(),
        }
    }

    /// Begins to register a passkey for the holder.
    ///
    /// # Errors
    /// [`PasskeyError::NotHere`], [`PasskeyError::TooMany`]; [`AccountsError::OfProvider`].
    pub async fn begin_registration(&self, session: &Session) -> Result<Begun, PasskeyError> {
        let party = self.party()?;
        let account = self.account(&session.account).await?;
        if account.provider.is_some() {
            return Err(AccountsError::OfProvider.into());
        }
        let known = self.with_room_for_one(&session.account).await?;
        let mut ids = Vec::new();
        for read in &known {
            ids.push(self.unsealed(read)?.id);
        }
        let private = account.private.as_ref().ok_or(AccountsError::NotValid)?;
        let (options, state) =
            party.begin_registration(&session.account, &private.login, &private.display, ids)?;
        self.begun(options, state, registering(session))
    }

    /// Registers the passkey that the browser made.
    ///
    /// # Errors
    /// [`PasskeyError::InvalidResponse`], [`PasskeyError::TooMany`]; [`AccountsError::Invalid`] with `/label`.
    pub async fn register(
        &self,
        session: &Session,
        label: &str,
        ceremony: &str,
        answer: &Value,
    ) -> Result<PasskeyView, PasskeyError> {
        let label = text::line(label, limits::LINE)
            .map_err(|rule| AccountsError::broken("/label", rule))?;
        let kept = self.taken(ceremony, &registering(session))?;
        let made = self.party()?.finish_registration(&kept, answer)?;
        let account = self.account(&session.account).await?;
        // Many ceremonies may have begun while there was room.
        self.with_room_for_one(&session.account).await?;
        let now = self.store.clock.now();
        let sealed = SealedV1 {
            label,
            id: made.id,
            public_key: made.public_key,
            state: made.state,
        };
        let record = PasskeyV1 {
            account: session.account.clone(),
            hash: hash_of(&sealed.id),
            created_at_ms: now.as_millis(),
            used_on: None,
            sealed: self.sealed(&session.account, &sealed)?,
        };
        let changes = ChangeSet::by(&session.actor, now);
        let changes = changes.insert_keyed(&PasskeyRecord::V1(record.clone()))?;
        // A closing or a reset meanwhile wins.
        let changes = account.expect_unchanged(changes);
        let entry = NewEntry::new(&session.actor, Act::PasskeyAdded, &session.account);
        self.store.trail.commit(changes, &entry).await?;
        Ok(view(&record, sealed.label))
    }

    /// The passkeys of the holder, oldest first.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn list(&self, session: &Session) -> Result<Vec<PasskeyView>, PasskeyError> {
        let mut views = Vec::new();
        for read in of_account(&*self.store.catalog, &session.account).await? {
            let PasskeyRecord::V1(record) = &read.value;
            views.push(view(record, self.unsealed(&read)?.label));
        }
        views.sort_by_key(|view| view.created_at);
        Ok(views)
    }

    /// Removes a passkey of the holder.
    ///
    /// # Errors
    /// [`PasskeyError::NoSuchPasskey`].
    pub async fn remove(&self, session: &Session, id: &str) -> Result<(), PasskeyError> {
        let found = of_account(&*self.store.catalog, &session.account).await?;
        let found = found.into_iter().find(|read| {
            let PasskeyRecord::V1(record) = &read.value;
            public_id(&record.hash) == id
        });
        let found = found.ok_or(PasskeyError::NoSuchPasskey)?;
        let changes = ChangeSet::by(&session.actor, self.store.clock.now());
        let changes = changes.delete_keyed(&found);
        let entry = NewEntry::new(&session.actor, Act::PasskeyRemoved, &session.account);
        self.store.trail.commit(changes, &entry).await?;
        Ok(())
    }

    /// Begins a sign-in. The browser shows the passkeys that it has for this archive; nothing is said of accounts.
    ///
    /// # Errors
    /// [`PasskeyError::NotHere`].
    pub fn begin_sign_in(&self) -> Result<Begun, PasskeyError> {
        let (options, state) = self.party()?.begin_sign_in()?;
        self.begun(options, state, Purpose::SignIn)
    }

    /// Begins a session for the holder of a passkey.
    ///
    /// # Errors
    /// [`PasskeyError::InvalidResponse`], the same for unknown passkeys and wrong answers; [`AccountsError::TooManyAttempts`].
    pub async fn sign_in(
        &self,
        ceremony: &str,
        answer: &Value,
        network: Network,
    ) -> Result<(Secret, Session), PasskeyError> {
        let attempt = Attempt::in_network(network);
        let signed_in = self.verified(ceremony, answer, network);
        self.throttle
            .count(attempt, &self.store.clock, signed_in, outcome_of)
            .await
    }

    async fn verified(
        &self,
        ceremony: &str,
        answer: &Value,
        network: Network,
    ) -> Result<(Secret, Session), PasskeyError> {
        let now = self.store.clock.now();
        let kept = self.taken(ceremony, &Purpose::SignIn)?;
        let claimed = RelyingParty::claimed(answer)?;
        let key = key(&claimed.account, &hash_of(&claimed.id));
        let found = self.store.catalog.keyed::<PasskeyRecord>(&key).await?;
        let found = found.ok_or(PasskeyError::InvalidResponse)?;
        let mut sealed = self.unsealed(&found)?;
        sealed.state = self.party()?.finish_sign_in(
            &kept,
            answer,
            &claimed.account,
            &sealed.id,
            &sealed.public_key,
            sealed.state,
        )?;
        let account = self.account(&claimed.account).await?;
        let actor = account.actor().map_err(|_| PasskeyError::InvalidResponse)?;
        let PasskeyRecord::V1(record) = &found.value;
        let next = PasskeyRecord::V1(PasskeyV1 {
            used_on: Some(now.day().to_string()),
            sealed: self.sealed(&claimed.account, &sealed)?,
            ..record.clone()
        });
        // Of two answers with one counter at the same time one fails here.
        let changes = ChangeSet::by(&actor, now).replace_keyed(&found, &next)?;
        self.store.catalog.commit(changes).await?;
        let entry = NewEntry::new(&actor, Act::SignedIn, &claimed.account)
            .with("network", name_of(network))
            .with("with", "passkey");
        Ok(self.sessions.begin(&account, false, entry).await?)
    }

    fn party(&self) -> Result<&RelyingParty, PasskeyError> {
        self.party.as_ref().ok_or(PasskeyError::NotHere)
    }

    /// The passkeys of an account that can have another one.
    async fn with_room_for_one(
        &self,
        account: &str,
    ) -> Result<Vec<Versioned<PasskeyRecord>>, PasskeyError> {
        let known = of_account(&*self.store.catalog, account).await?;
        if known.len() >= MAX_OF_ACCOUNT {
            return Err(PasskeyError::TooMany(MAX_OF_ACCOUNT));
        }
        Ok(known)
    }

    async fn account(&self, id: &str) -> Result<FullAccount, PasskeyError> {
        let account = self.store.read(id).await?;
        Ok(account.ok_or(AccountsError::NotValid)?)
    }

    fn begun(
        &self,
        options: Value,
        state: Vec<u8>,
        purpose: Purpose,
    ) -> Result<Begun, PasskeyError> {
        let master = self.store.keys.master();
        let ceremony = Ceremonies::seal(purpose, state, &master, &self.store.clock)?;
        Ok(Begun { options, ceremony })
    }

    fn taken(&self, ceremony: &str, purpose: &Purpose) -> Result<Vec<u8>, PasskeyError> {
        let (master, now) = (self.store.keys.master(), self.store.clock.now());
        let kept = self.ceremonies.take(ceremony, purpose, &master, now);
        kept.ok_or(PasskeyError::InvalidResponse)
    }

    fn sealed(&self, account: &str, sealed: &SealedV1) -> Result<String, PasskeyError> {
        let key = self.store.keys.of(account).ok_or(AccountsError::NotValid)?;
        Ok(private::seal(sealed, account, &key, &self.store.clock)?)
    }

    fn unsealed(&self, read: &Versioned<PasskeyRecord>) -> Result<SealedV1, PasskeyError> {
        let PasskeyRecord::V1(record) = &read.value;
        let key = self.store.keys.of(&record.account);
        let key = key.ok_or(AccountsError::NotValid)?;
        Ok(private::open(&record.sealed, &record.account, &key)?)
    }
}

const fn outcome_of<T>(signed_in: &Result<T, PasskeyError>) -> Outcome {
    match signed_in {
        Ok(_) => Outcome::Succeeded,
        Err(PasskeyError::InvalidResponse) => Outcome::Failed,
        Err(_) => Outcome::Undecided,
    }
}

fn registering(session: &Session) -> Purpose {
    Purpose::Register {
        session: session.id.clone(),
    }
}

fn view(record: &PasskeyV1, label: String) -> PasskeyView {
    PasskeyView {
        id: public_id(&record.hash),
        label,
        created_at: Timestamp::from_millis(record.created_at_ms),
        used_on: record.used_on.clone(),
    }
}
