//! Takes in, shows and withdraws requests for access.

use std::sync::Arc;
use std::time::Duration;

use super::answer::answer_job;
use super::calendar::WorkingDays;
use super::error::AccessRequestError;
use super::record::{RequestRecord, RequestState, RequestV1};
use super::request::AccessRequest;
use super::throttle::Throttle;
use crate::clock::Clock;
use crate::domain::access::{Actor, Permission, Role};
use crate::domain::{Rule, Timestamp, Violations, hex, text};
use crate::services::accounts::{Network, Secret, Tokens, seal, unseal};
use crate::services::audit::{Act, AuditTrail, NewEntry};
use crate::services::mail::Mail;
use crate::storage::blocking;
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet, KeyRange, RecordStore, Versioned};
use crate::storage::keys::KeyStore;

/// Requests that wait for a decision at a time.
const MAX_OPEN: usize = 500;
const LINE: text::Limit = text::Limit::Characters(200);
const PURPOSE: text::Limit = text::Limit::Characters(2_000);
const RECEIPT_PREFIX: &str = "kr_";

/// By which rules requests are decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Working days from receiving to deciding.
    pub decide_within: u32,
    /// Days after the decision for which the address of the office is kept.
    pub keep_contact_days: u32,
    /// Which days are worked.
    pub calendar: WorkingDays,
}

/// A request to take in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccessRequest {
    /// Station or partner.
    pub role: Role,
    /// The body, as it calls itself.
    pub body: String,
    /// What the access is for.
    pub purpose: String,
    /// The address of the office to answer to.
    pub contact: String,
}

/// Requests for access. Clones share them.
#[derive(Clone)]
pub struct AccessRequests {
    pub(super) catalog: Arc<dyn RecordStore>,
    pub(super) trail: AuditTrail,
    pub(super) keys: Arc<KeyStore>,
    pub(super) tokens: Arc<Tokens>,
    pub(super) mail: Mail,
    pub(super) clock: Clock,
    pub(super) rules: Arc<Rules>,
    throttle: Arc<Throttle>,
}

impl AccessRequests {
    /// The requests of this catalogue, whose addresses are encrypted with these keys.
    pub fn new(
        catalog: Arc<dyn RecordStore>,
        trail: AuditTrail,
        keys: Arc<KeyStore>,
        tokens: Arc<Tokens>,
        mail: Mail,
        clock: Clock,
        rules: Rules,
    ) -> Self {
        Self {
            catalog,
            trail,
            keys,
            tokens,
            mail,
            clock,
            rules: Arc::new(rules),
            throttle: Arc::new(Throttle::new()),
        }
    }

    /// Takes a request in and gives the receipt code of the asker.
    ///
    /// # Errors
    /// [`AccessRequestError::Invalid`], [`AccessRequestError::TooMany`].
    pub async fn submit(
        &self,
        wanted: NewAccessRequest,
        network: Network,
    ) -> Result<(Secret, AccessRequest), AccessRequestError> {
        let wanted = checked(wanted)?;
        let now = self.clock.now();
        self.throttle
            .take(network, now)
            .map_err(|retry_after| AccessRequestError::TooMany { retry_after })?;
        let open = self.records().await?;
        let open = open
            .iter()
            .filter(|read| read.value.latest().state.is_open());
        if open.count() >= MAX_OPEN {
            let retry_after = Duration::from_secs(86_400);
            return Err(AccessRequestError::TooMany { retry_after });
        }
        let id = format!("q-{}", hex(&self.clock.random_bytes::<6>()));
        let receipt = Secret::random(&self.clock, RECEIPT_PREFIX);
        let key = self.clock.random_bytes::<32>();
        let (keys, of) = (Arc::clone(&self.keys), id.clone());
        // One without a request is harmless.
        blocking(move || keys.ensure(&of, key))
            .await
            .map_err(CatalogError::Io)?;
        let sealed = seal(&wanted.contact, &id, &key, &self.clock);
        let record = RequestRecord::V1(RequestV1 {
            sealed_contact: Some(sealed.map_err(crate::services::accounts::AccountsError::from)?),
            id,
            role: wanted.role.name().to_owned(),
            body: wanted.body,
            purpose: wanted.purpose,
            receipt_hash: receipt.hash().to_hex(),
            state: RequestState::Received,
            reason: None,
            received_at_ms: now.as_millis(),
            decided_at_ms: None,
            grant: None,
        });
        let changes = ChangeSet::by(&Actor::Anonymous, now).insert_keyed(&record)?;
        let entry = NewEntry::new(&Actor::Anonymous, Act::AccessRequested, &record.latest().id)
            .with("role", &record.latest().role);
        self.trail.commit(changes, &entry).await?;
        Ok((receipt, self.view(&record)?))
    }

    /// A request, for who has its receipt code.
    ///
    /// # Errors
    /// [`AccessRequestError::NotFound`], the same for an unknown request and a wrong code.
    pub async fn read_with_receipt(
        &self,
        id: &str,
        receipt: &str,
    ) -> Result<AccessRequest, AccessRequestError> {
        let read = self.with_receipt(id, receipt).await?;
        self.view(&read.value)
    }

    /// Withdraws a request that is not decided, for who has its receipt code.
    ///
    /// # Errors
    /// [`AccessRequestError::NotFound`], [`AccessRequestError::WrongState`].
    pub async fn withdraw(&self, id: &str, receipt: &str) -> Result<(), AccessRequestError> {
        let read = self.with_receipt(id, receipt).await?;
        let entry = NewEntry::new(&Actor::Anonymous, Act::AccessWithdrawn, id);
        let withdrawn = self.decide(&read, &Actor::Anonymous, entry, |record| {
            record.state = RequestState::Withdrawn;
        });
        withdrawn.await.map(drop)
    }

    /// All requests: overdue ones first, then the other open ones, then the decided ones; of each the oldest first.
    ///
    /// # Errors
    /// [`AccessRequestError::Forbidden`].
    pub async fn list(&self, actor: &Actor) -> Result<Vec<AccessRequest>, AccessRequestError> {
        administers(actor)?;
        let records = self.records().await?;
        let views = records.iter().map(|read| self.view(&read.value));
        let mut views = views.collect::<Result<Vec<_>, _>>()?;
        views.sort_by_key(|view| (!view.is_overdue, !view.state.is_open(), view.received_at));
        Ok(views)
    }

    /// One request.
    ///
    /// # Errors
    /// [`AccessRequestError::Forbidden`], [`AccessRequestError::NotFound`].
    pub async fn read(&self, actor: &Actor, id: &str) -> Result<AccessRequest, AccessRequestError> {
        administers(actor)?;
        let read = self.find(id).await?;
        self.view(&read.value)
    }

    /// Commits the decision on a request that is open.
    pub(super) async fn decide(
        &self,
        read: &Versioned<RequestRecord>,
        actor: &Actor,
        entry: NewEntry,
        change: impl FnOnce(&mut RequestV1),
    ) -> Result<AccessRequest, AccessRequestError> {
        if !read.value.latest().state.is_open() {
            return Err(AccessRequestError::WrongState);
        }
        let now = self.clock.now();
        let next = read.value.with(|record| {
            change(record);
            if !record.state.is_open() {
                record.decided_at_ms = Some(now.as_millis());
            }
        });
        let view = self.view(&next)?;
        let changes = ChangeSet::by(actor, now).replace_keyed(read, &next)?;
        let job = answer_job(&view, now).filter(|_| self.mail.is_configured());
        let changes = job.into_iter().fold(changes, ChangeSet::job);
        match self.trail.commit(changes, &entry).await {
            // Somebody else decided at the same time.
            Err(CatalogError::RecordConflict { .. }) => Err(AccessRequestError::WrongState),
            committed => committed.map(|_| view).map_err(AccessRequestError::from),
        }
    }

    pub(super) async fn records(&self) -> Result<Vec<Versioned<RequestRecord>>, CatalogError> {
        let all = KeyRange::default();
        self.catalog.all_keyed(all, usize::MAX).await
    }

    pub(super) async fn find(
        &self,
        id: &str,
    ) -> Result<Versioned<RequestRecord>, AccessRequestError> {
        let found = self.catalog.keyed::<RequestRecord>(id).await?;
        found.ok_or(AccessRequestError::NotFound)
    }

    pub(super) fn view(&self, record: &RequestRecord) -> Result<AccessRequest, AccessRequestError> {
        let record = record.latest();
        let received_at = Timestamp::from_millis(record.received_at_ms);
        let decided_at = record.decided_at_ms.map(Timestamp::from_millis);
        let now = self.clock.now();
        let calendar = &self.rules.calendar;
        let working_days = calendar.between(received_at, decided_at.unwrap_or(now));
        let contact = match (&record.sealed_contact, self.keys.of(&record.id)) {
            (Some(sealed), Some(key)) => Some(
                unseal(sealed, &record.id, &key)
                    .map_err(crate::services::accounts::AccountsError::from)?,
            ),
            _ => None,
        };
        let grant = record.grant.as_ref();
        Ok(AccessRequest {
            id: record.id.clone(),
            role: record.role.clone(),
            body: record.body.clone(),
            purpose: record.purpose.clone(),
            contact,
            state: record.state,
            reason: record.reason.clone(),
            received_at,
            decided_at,
            working_days,
            due_on: calendar.after(received_at, self.rules.decide_within),
            is_overdue: record.state.is_open() && working_days > self.rules.decide_within,
            is_handed_over: grant.is_some_and(|grant| grant.link_hash.is_none()),
            link_expires_at: grant
                .filter(|grant| grant.link_hash.is_some())
                .map(|grant| Timestamp::from_millis(grant.link_expires_at_ms)),
        })
    }

    async fn with_receipt(
        &self,
        id: &str,
        receipt: &str,
    ) -> Result<Versioned<RequestRecord>, AccessRequestError> {
        let read = self.find(id).await?;
        let given = Secret::from_text(receipt.to_owned()).hash().to_hex();
        if read.value.latest().receipt_hash == given {
            Ok(read)
        } else {
            Err(AccessRequestError::NotFound)
        }
    }
}

pub(super) fn administers(actor: &Actor) -> Result<(), AccessRequestError> {
    if actor.may(Permission::Administer) {
        Ok(())
    } else {
        Err(AccessRequestError::Forbidden)
    }
}

fn checked(wanted: NewAccessRequest) -> Result<NewAccessRequest, AccessRequestError> {
    let mut broken = Violations::default();
    if !matches!(wanted.role, Role::Station | Role::Partner) {
        let allowed = &["station", "partner"];
        broken.push("/role", Rule::NotOneOf { allowed });
    }
    let mut line = |pointer: &str, text: &str, limit: text::Limit| {
        text::line(text, limit).unwrap_or_else(|rule| {
            broken.push(pointer, rule);
            String::new()
        })
    };
    let read = NewAccessRequest {
        role: wanted.role,
        body: line("/body", &wanted.body, LINE),
        purpose: line("/purpose", &wanted.purpose, PURPOSE),
        contact: line("/contact", &wanted.contact, LINE),
    };
    broken
        .into_result(read)
        .map_err(AccessRequestError::Invalid)
}
