//! Sets quotas, tells usage, and gives the commits of works their limits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::requests::Buckets;
use super::stored::{QuotaRecord, QuotaV1};
use crate::clock::Clock;
use crate::domain::access::rate_limit::RateLimitStatus;
use crate::domain::access::{Actor, Permission};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Slug, Timestamp};
use crate::services::audit::{Act, AuditTrail, NewEntry};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{
    CatalogError, ChangeSet, Excess, KeyRange, Resource, Usage, UsageLimit, WorkStore,
};

/// What a body may use. What is none has no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quota {
    /// Works, in every state.
    pub works: Option<u64>,
    /// Bytes of files as deposited, those of earlier revisions included.
    pub bytes: Option<u64>,
    /// Requests in a minute, of all its tokens and accounts together.
    pub requests_per_minute: Option<u64>,
}

/// What a body uses and may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyUsage {
    /// The body.
    pub organisation: Slug,
    /// What it uses.
    pub used: Usage,
    /// What it may use.
    pub quota: Quota,
    /// Whether an administrator has set this quota; else it is the default.
    pub is_own_quota: bool,
}

/// Why a quota was not set, or usage not read.
#[derive(Debug, thiserror::Error)]
pub enum QuotaError {
    /// The actor does not administer the archive, or the body is not its own nor one below it.
    #[error("the usage of this body is not for the actor")]
    Forbidden,
    /// There is no such body.
    #[error("there is no such body")]
    NoSuchBody,
    /// The catalogue refused or failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// The quotas of all bodies. Clones share them.
#[derive(Clone)]
pub struct Quotas {
    catalog: Arc<dyn WorkStore>,
    trail: AuditTrail,
    vocabularies: Arc<Vocabularies>,
    clock: Clock,
    default: Quota,
    own: Arc<RwLock<HashMap<Slug, Quota>>>,
    /// Held while one is set, so that memory takes the order of the catalogue.
    setting: Arc<tokio::sync::Mutex<()>>,
    requests: Arc<Mutex<Buckets>>,
}

impl Quotas {
    /// Reads the quotas that administrators have set.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn load(
        catalog: Arc<dyn WorkStore>,
        trail: AuditTrail,
        vocabularies: Arc<Vocabularies>,
        clock: Clock,
        default: Quota,
    ) -> Result<Self, CatalogError> {
        let all = KeyRange::default();
        let records = catalog.all_keyed::<QuotaRecord>(all, usize::MAX).await?;
        let own = records.into_iter().filter_map(|read| {
            let QuotaRecord::V1(record) = read.value;
            Some((Slug::parse(&record.organisation).ok()?, record.into()))
        });
        Ok(Self {
            own: Arc::new(RwLock::new(own.collect())),
            catalog,
            trail,
            vocabularies,
            clock,
            default,
            setting: Arc::default(),
            requests: Arc::default(),
        })
    }

    /// What a body uses and may use: for administrators, and for those who act for it or for a body above.
    ///
    /// # Errors
    /// [`QuotaError::Forbidden`], [`QuotaError::NoSuchBody`].
    pub async fn usage(&self, actor: &Actor, organisation: &Slug) -> Result<BodyUsage, QuotaError> {
        self.check_exists(organisation)?;
        let is_own = actor.organisations().any(|own| own == organisation);
        if !is_own && !actor.may(Permission::Administer) {
            return Err(QuotaError::Forbidden);
        }
        Ok(self.usage_of(organisation).await?)
    }

    /// Sets the quota of a body at once; none: the default holds again. What it uses beyond a lower quota stays.
    ///
    /// # Errors
    /// [`QuotaError::Forbidden`], [`QuotaError::NoSuchBody`].
    pub async fn set(
        &self,
        actor: &Actor,
        organisation: &Slug,
        quota: Option<Quota>,
    ) -> Result<BodyUsage, QuotaError> {
        if !actor.may(Permission::Administer) {
            return Err(QuotaError::Forbidden);
        }
        self.check_exists(organisation)?;
        let _setting = self.setting.lock().await;
        let read = self
            .catalog
            .keyed::<QuotaRecord>(organisation.as_str())
            .await?;
        let record = quota.map(|quota| QuotaRecord::V1(QuotaV1::new(organisation, quota)));
        let changes = ChangeSet::by(actor, self.clock.now());
        let changes = match (&read, &record) {
            (None, None) => return Ok(self.usage_of(organisation).await?),
            (None, Some(record)) => changes.insert_keyed(record)?,
            (Some(read), Some(record)) => changes.replace_keyed(read, record)?,
            (Some(read), None) => changes.delete_keyed(read),
        };
        let mut entry = NewEntry::new(actor, Act::QuotaSet, organisation);
        for (name, limit) in named(quota.unwrap_or(self.default)) {
            let limit = limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
            entry = entry.with(name, limit);
        }
        self.trail.commit(changes, &entry).await?;
        {
            let mut own = self.own.write().unwrap_or_else(PoisonError::into_inner);
            match quota {
                Some(quota) => own.insert(organisation.clone(), quota),
                None => own.remove(organisation),
            };
        }
        Ok(self.usage_of(organisation).await?)
    }

    /// Counts a request of a body. None: it has no quota of requests.
    ///
    /// # Errors
    /// The quota is used up.
    pub fn take_request(
        &self,
        organisation: &Slug,
        now: Timestamp,
    ) -> Result<Option<RateLimitStatus>, RateLimitStatus> {
        let Some(quota) = self.of(organisation).requests_per_minute else {
            return Ok(None);
        };
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.take(organisation, quota, now).map(Some)
    }

    /// The limit for commits that write works of this body.
    pub(in crate::services) fn limit(&self, organisation: Option<&Slug>) -> Option<UsageLimit> {
        let organisation = organisation?;
        let quota = self.of(organisation);
        (quota.works.is_some() || quota.bytes.is_some()).then(|| UsageLimit {
            organisation: organisation.clone(),
            works: quota.works,
            bytes: quota.bytes,
        })
    }

    /// Refuses a file for this body, before its bytes are received, when nothing is left. Whether it fits is
    /// decided by the commit.
    ///
    /// # Errors
    /// [`CatalogError::Exceeds`].
    pub(in crate::services) async fn check_room(
        &self,
        organisation: Option<&Slug>,
    ) -> Result<(), CatalogError> {
        let Some(UsageLimit {
            organisation,
            bytes: Some(limit),
            ..
        }) = self.limit(organisation)
        else {
            return Ok(());
        };
        let used = self.catalog.usage(&organisation).await?.bytes;
        if used < limit {
            return Ok(());
        }
        Err(CatalogError::Exceeds(Excess {
            organisation,
            resource: Resource::Bytes,
            limit,
            used,
            wanted: used,
        }))
    }

    async fn usage_of(&self, organisation: &Slug) -> Result<BodyUsage, CatalogError> {
        let own = self.own_quota(organisation);
        Ok(BodyUsage {
            organisation: organisation.clone(),
            used: self.catalog.usage(organisation).await?,
            quota: own.unwrap_or(self.default),
            is_own_quota: own.is_some(),
        })
    }

    fn of(&self, organisation: &Slug) -> Quota {
        self.own_quota(organisation).unwrap_or(self.default)
    }

    fn own_quota(&self, organisation: &Slug) -> Option<Quota> {
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        own.get(organisation).copied()
    }

    fn check_exists(&self, organisation: &Slug) -> Result<(), QuotaError> {
        let found = self
            .vocabularies
            .find("organisation", organisation.as_str());
        found.map(drop).ok_or(QuotaError::NoSuchBody)
    }
}

fn named(quota: Quota) -> [(&'static str, Option<u64>); 3] {
    [
        ("works", quota.works),
        ("bytes", quota.bytes),
        ("requests_per_minute", quota.requests_per_minute),
    ]
}

impl QuotaV1 {
    fn new(organisation: &Slug, quota: Quota) -> Self {
        Self {
            organisation: organisation.to_string(),
            works: quota.works,
            bytes: quota.bytes,
            requests_per_minute: quota.requests_per_minute,
        }
    }
}

impl From<QuotaV1> for Quota {
    fn from(record: QuotaV1) -> Self {
        Self {
            works: record.works,
            bytes: record.bytes,
            requests_per_minute: record.requests_per_minute,
        }
    }
}
