//! Mails a one-time link to the holder of an account.
//!
//! The payload has the nonce of the link; the link itself is made from it with the key of the account when it is sent. A
//! message that is sent twice, because the archive was killed between the answer of the mail server and the end of the
//! job, has the same link and the same `Message-ID`.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::hex;
use crate::services::accounts::links::{IssuedLink, Links};
use crate::services::accounts::private;
use crate::services::jobs::backoff::Backoff;
use crate::services::jobs::{Handler, JobFailure, Policy, WorkerPool, payload};
use crate::services::mail::{Envelope, Letter, LinkPurpose, Mail, MailError};
use crate::storage::catalog::{ChangeSet, Job, JobKind, NewJob};

/// The kind of these jobs.
const KIND: &str = "mail-account-link";

/// The path of the page that takes a link.
const LINK_PATH: &str = "/account-links/";

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    account: String,
    nonce: String,
    purpose: Purpose,
    at_ms: i64,
}

/// The stored names of [`LinkPurpose`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Purpose {
    Invitation,
    Reset,
    Forgotten,
}

/// The job that mails a link which was just issued.
pub(in crate::services::accounts) fn link_job(
    link: &IssuedLink,
    purpose: LinkPurpose,
    now: Timestamp,
) -> NewJob {
    let purpose = match purpose {
        LinkPurpose::Invitation => Purpose::Invitation,
        LinkPurpose::Reset => Purpose::Reset,
        LinkPurpose::Forgotten => Purpose::Forgotten,
    };
    NewJob {
        kind: JobKind(KIND.to_owned()),
        payload: payload::to_text(&Payload {
            account: link.account.clone(),
            nonce: link.nonce.clone(),
            purpose,
            at_ms: now.as_millis(),
        }),
        run_at: now,
        unique_key: None,
    }
}

/// Runs these jobs.
pub struct MailAccountLink {
    pub(in crate::services::accounts) links: Links,
    pub(in crate::services::accounts) mail: Mail,
}

/// The link has expired before the mail server took it.
#[derive(Debug, thiserror::Error)]
#[error("the link expired before the mail server took the message; reset the account")]
struct Expired;

#[async_trait]
impl Handler for MailAccountLink {
    fn kind(&self) -> &str {
        KIND
    }

    /// Tries for longer than a link is valid.
    fn policy(&self) -> Policy {
        Policy {
            timeout: Duration::from_secs(11 * 60),
            pool: WorkerPool::Short,
            concurrency: 2,
            max_attempts: 200,
            backoff: Backoff::default(),
        }
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let payload: Payload = payload::parse(job)?;
        let now = clock.now();
        let done = Ok(ChangeSet::by(&Actor::System, now));
        let account = self.links.store.read(&payload.account).await;
        let account = account.map_err(JobFailure::retry)?;
        let Some(account) = account.filter(|account| !account.is_closed()) else {
            return done;
        };
        let Some(private) = &account.private else {
            return done;
        };
        let secret = self.links.secret(&payload.account, &payload.nonce);
        let secret = secret.map_err(JobFailure::give_up)?;
        let expiry = self.links.expiry(&payload.account, &secret).await;
        // Used or replaced: nobody waits for it any more.
        let Some(until) = expiry.map_err(JobFailure::retry)? else {
            return done;
        };
        if until <= now {
            return Err(JobFailure::give_up(Expired));
        }
        let language = self.links.store.language(&payload.account).await;
        let letter = Letter::AccountLink {
            purpose: match payload.purpose {
                Purpose::Invitation => LinkPurpose::Invitation,
                Purpose::Reset => LinkPurpose::Reset,
                Purpose::Forgotten => LinkPurpose::Forgotten,
            },
            login: private.login.clone(),
            address: self
                .mail
                .address(&format!("{LINK_PATH}{}", secret.reveal())),
            until,
        };
        let envelope = Envelope {
            to: private.login.clone(),
            language: language.map_err(JobFailure::retry)?,
            // Not the nonce itself: with it nobody gets nearer to the link, but nobody needs it either.
            id: hex(&private::keyed_hash(&[0; 32], &payload.nonce)[..16]),
            at: Timestamp::from_millis(payload.at_ms),
            unsubscribe: None,
        };
        let sent = self.mail.send(&envelope, &letter).await;
        sent.map_err(MailError::into_failure)?;
        done
    }
}
