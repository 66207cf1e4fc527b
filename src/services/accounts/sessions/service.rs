//! Sessions of browsers: opaque, stored as hashes, ended by idleness, by their absolute end, or at once.
//!
//! A cookie has the id of the account and 256 random bits. A session that is used is written again at most once
//! in [`WRITE_EVERY_SECONDS`], so reading works costs no write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::error::AccountsError;
use super::super::secret::{self, Secret, public_id};
use super::super::store::{AccountStore, FullAccount};
use super::super::stored::{SessionRecord, SessionV1, session_key};
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::services::audit::NewEntry;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{ChangeSet, KeyRange, Keyed as _, Versioned, Write};
use crate::telemetry::error_chain;

/// A session ends when it was not used for so long.
const IDLE_SECONDS: i64 = 2 * 3_600;
/// A session ends so long after signing in.
const ABSOLUTE_SECONDS: i64 = 12 * 3_600;
/// The second factor must follow within.
const PENDING_SECONDS: i64 = 10 * 60;
/// Dangerous acts need a proof of identity that is not older.
const RECENT_SECONDS: i64 = 10 * 60;
/// The stored moment of the last use is at most so old.
const WRITE_EVERY_SECONDS: i64 = 5 * 60;
/// How long a node caches a session and the account behind it.
const CACHE_SECONDS: i64 = 30;
/// More sessions than any archive has at once.
const CACHE_ENTRIES: usize = 8_192;
/// Sessions of one account; the oldest ends when there would be more.
const MAX_OF_ACCOUNT: usize = 20;

/// Who a session belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its public name, for listing and ending it.
    pub id: String,
    /// The holder; anonymous while the second factor is missing.
    pub actor: Actor,
    /// The account.
    pub account: String,
    /// Whether the second factor is still missing.
    pub is_pending: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to within five minutes.
    pub used_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// When its holder last proved who it is.
    pub authenticated_at: Timestamp,
}

impl Session {
    /// Whether the holder proved who it is recently enough for a dangerous act.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        !self.is_pending && now < self.authenticated_at.plus_seconds(RECENT_SECONDS)
    }
}

/// Begins, finds and ends sessions.
pub struct Sessions {
    store: AccountStore,
    cache: Mutex<Cache>,
}

/// The number of endings tells a slow reader that what it read may be out of date.
#[derive(Default)]
struct Cache {
    entries: HashMap<String, (Session, Timestamp)>,
    endings: u64,
}

impl Sessions {
    pub(in crate::services::accounts) fn new(store: AccountStore) -> Arc<Self> {
        Arc::new(Self {
            store,
            cache: Mutex::default(),
        })
    }

    /// Begins a session. `is_pending`: the second factor is still missing; the entry is written once it is there.
    pub(in crate::services::accounts) async fn begin(
        &self,
        account: &FullAccount,
        is_pending: bool,
        entry: NewEntry,
    ) -> Result<(Secret, Session), AccountsError> {
        let now = self.store.clock.now();
        self.begin_at(account, is_pending, now, entry).await
    }

    /// Begins a session of a holder who proved who it is at this moment.
    pub(in crate::services::accounts) async fn begin_proven(
        &self,
        account: &FullAccount,
        proven_at: Timestamp,
        entry: NewEntry,
    ) -> Result<(Secret, Session), AccountsError> {
        self.begin_at(account, false, proven_at, entry).await
    }

    async fn begin_at(
        &self,
        account: &FullAccount,
        is_pending: bool,
        proven_at: Timestamp,
        entry: NewEntry,
    ) -> Result<(Secret, Session), AccountsError> {
        let actor = account.actor()?;
        let now = self.store.clock.now();
        let id = account.public.id.clone();
        let secret = Secret::random(&self.store.clock, &format!("{id}."));
        let seconds = if is_pending {
            PENDING_SECONDS
        } else {
            ABSOLUTE_SECONDS
        };
        let record = SessionV1 {
            account: id.clone(),
            hash: secret.hash().to_hex(),
            is_pending,
            created_at_ms: now.as_millis(),
            used_at_ms: now.as_millis(),
            expires_at_ms: now.plus_seconds(seconds).as_millis(),
            authenticated_at_ms: proven_at.as_millis(),
        };
        let mut changes = ChangeSet::by(&actor, now);
        for superfluous in self.superfluous(&id, now).await? {
            changes = changes.delete_keyed(&superfluous);
        }
        let changes = changes.insert_keyed(&SessionRecord::V1(record.clone()))?;
        // A password that was changed or a closing while it was verified wins.
        let changes = account.expect_unchanged(changes);
        if is_pending {
            self.store.catalog.commit(changes).await?;
        } else {
            self.store.trail.commit(changes, &entry).await?;
        }
        Ok((secret, session_of(&record, &actor)))
    }

    /// The session of a cookie.
    ///
    /// # Errors
    /// [`AccountsError::NotValid`], the same for unknown, ended and closed ones.
    pub async fn find(&self, cookie: &str) -> Result<Session, AccountsError> {
        let now = self.store.clock.now();
        let (account, _) = cookie.split_once('.').ok_or(AccountsError::NotValid)?;
        let key = session_key(account, &secret::hash(cookie).to_hex());
        let (cached, endings) = {
            let cache = self.cache();
            (cache.entries.get(&key).cloned(), cache.endings)
        };
        if let Some((session, read_at)) = cached
            && now < read_at.plus_seconds(CACHE_SECONDS)
        {
            return still_valid(session, now);
        }
        let read = self.store.catalog.keyed::<SessionRecord>(&key).await?;
        let read = read.ok_or(AccountsError::NotValid)?;
        let account = self.store.read(account).await?;
        let account = account.ok_or(AccountsError::NotValid)?;
        let SessionRecord::V1(record) = &read.value;
        let session = still_valid(session_of(record, &account.actor()?), now)?;
        let session = self.touch(&read, session, now).await?;
        let mut cache = self.cache();
        if cache.endings == endings {
            if cache.entries.len() >= CACHE_ENTRIES {
                cache.entries.clear();
            }
            cache.entries.insert(key, (session.clone(), now));
        }
        Ok(session)
    }

    /// Sessions of an account that have not ended, newest use first.
    pub(in crate::services::accounts) async fn of_account(
        &self,
        account: &FullAccount,
    ) -> Result<Vec<Session>, AccountsError> {
        let now = self.store.clock.now();
        let actor = account.actor()?;
        let mut sessions: Vec<Session> = self
            .records(&account.public.id)
            .await?
            .iter()
            .map(|read| {
                let SessionRecord::V1(record) = &read.value;
                session_of(record, &actor)
            })
            .filter_map(|session| still_valid(session, now).ok())
            .collect();
        sessions.sort_by_key(|session| std::cmp::Reverse(session.used_at));
        Ok(sessions)
    }

    /// Ends a session by its public name.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchSession`].
    pub(in crate::services::accounts) async fn end(
        &self,
        account: &str,
        id: &str,
        by: &Actor,
    ) -> Result<(), AccountsError> {
        let records = self.records(account).await?;
        let ended: Vec<_> = records
            .into_iter()
            .filter(|read| {
                let SessionRecord::V1(record) = &read.value;
                public_id(&record.hash) == id
            })
            .collect();
        if ended.is_empty() {
            return Err(AccountsError::NoSuchSession);
        }
        self.delete(ended, by).await
    }

    /// Ends all sessions of an account, but the one with this public name.
    pub(in crate::services::accounts) async fn end_all(
        &self,
        account: &str,
        except: Option<&str>,
        by: &Actor,
    ) -> Result<(), AccountsError> {
        let records = self.records(account).await?;
        let ended = records.into_iter().filter(|read| {
            let SessionRecord::V1(record) = &read.value;
            except != Some(public_id(&record.hash).as_str())
        });
        self.delete(ended.collect(), by).await
    }

    /// Deletes the records of sessions that have ended by themselves. Gives their number.
    pub(in crate::services::accounts) async fn sweep(&self) -> Result<usize, AccountsError> {
        let now = self.store.clock.now();
        let mut after = None;
        let mut count = 0;
        loop {
            let range = KeyRange::default().after(after);
            let page = self
                .store
                .catalog
                .all_keyed::<SessionRecord>(range, 500)
                .await?;
            let Some(last) = page.last() else {
                return Ok(count);
            };
            after = Some(last.value.key());
            let ended: Vec<_> = page
                .into_iter()
                .filter(|read| has_ended(&read.value, now))
                .collect();
            count += ended.len();
            self.delete(ended, &Actor::System).await?;
        }
    }

    async fn delete(
        &self,
        ended: Vec<Versioned<SessionRecord>>,
        by: &Actor,
    ) -> Result<(), AccountsError> {
        for read in ended {
            let key = read.value.key();
            let changes = ChangeSet::by(by, self.store.clock.now());
            let changes = changes.write(Write::DropRecord(read.value.address()));
            self.store.catalog.commit(changes).await?;
            let mut cache = self.cache();
            cache.endings += 1;
            cache.entries.remove(&key);
        }
        Ok(())
    }

    /// Writes the moment of use, if the stored one is old.
    async fn touch(
        &self,
        read: &Versioned<SessionRecord>,
        mut session: Session,
        now: Timestamp,
    ) -> Result<Session, AccountsError> {
        if now < session.used_at.plus_seconds(WRITE_EVERY_SECONDS) {
            return Ok(session);
        }
        session.used_at = now;
        let SessionRecord::V1(record) = &read.value;
        let record = SessionRecord::V1(SessionV1 {
            used_at_ms: now.as_millis(),
            ..record.clone()
        });
        let changes = ChangeSet::by(&session.actor, now).replace_keyed(read, &record)?;
        // Another request may have written it or ended it; on a full disk reading goes on.
        if let Err(error) = self.store.catalog.commit(changes).await {
            tracing::debug!(
                error = error_chain(&error),
                "the use of a session was not written"
            );
        }
        Ok(session)
    }

    /// Ended sessions of an account, and the oldest ones if it has too many.
    async fn superfluous(
        &self,
        account: &str,
        now: Timestamp,
    ) -> Result<Vec<Versioned<SessionRecord>>, AccountsError> {
        let records = self.records(account).await?;
        let (mut ended, mut running): (Vec<_>, Vec<_>) = records
            .into_iter()
            .partition(|read| has_ended(&read.value, now));
        running.sort_by_key(|read| {
            let SessionRecord::V1(record) = &read.value;
            std::cmp::Reverse(record.created_at_ms)
        });
        ended.extend(running.drain(..).skip(MAX_OF_ACCOUNT - 1));
        Ok(ended)
    }

    async fn records(&self, account: &str) -> Result<Vec<Versioned<SessionRecord>>, AccountsError> {
        let range = KeyRange::prefix(session_key(account, ""));
        Ok(self
            .store
            .catalog
            .all_keyed(range, 10 * MAX_OF_ACCOUNT)
            .await?)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn has_ended(record: &SessionRecord, now: Timestamp) -> bool {
    let SessionRecord::V1(record) = record;
    let idle = Timestamp::from_millis(record.used_at_ms).plus_seconds(IDLE_SECONDS);
    now.as_millis() >= record.expires_at_ms || now >= idle
}

fn still_valid(session: Session, now: Timestamp) -> Result<Session, AccountsError> {
    let idle = session.used_at.plus_seconds(IDLE_SECONDS);
    if now >= session.expires_at || now >= idle {
        return Err(AccountsError::NotValid);
    }
    Ok(session)
}

fn session_of(record: &SessionV1, actor: &Actor) -> Session {
    Session {
        id: public_id(&record.hash),
        actor: if record.is_pending {
            Actor::Anonymous
        } else {
            actor.clone()
        },
        account: record.account.clone(),
        is_pending: record.is_pending,
        created_at: Timestamp::from_millis(record.created_at_ms),
        used_at: Timestamp::from_millis(record.used_at_ms),
        expires_at: Timestamp::from_millis(record.expires_at_ms),
        authenticated_at: Timestamp::from_millis(record.authenticated_at_ms),
    }
}
