//! Notifications by mail: one at once, or those of a day together.
//!
//! What a message says of a work is decided when it is sent, by the policy for its reader; and whether it is sent at all, by
//! what its reader has chosen since.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::inbox::{Inbox, ShownNotification};
use super::stored::{NotificationRecord, NotificationV1};
use super::unsubscribe::{Subscription, path_of};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::notification::NotificationWay;
use crate::services::accounts::{Recipient, Recipients};
use crate::services::jobs::{Handler, JobFailure, Policy, payload};
use crate::services::mail::{Envelope, Letter, Mail, MailError, News};
use crate::storage::catalog::{ChangeSet, Job, JobKind, Keyed as _, NewJob};

/// The kinds of these jobs.
const AT_ONCE: &str = "mail-notification";
const DIGEST: &str = "mail-digest";

/// Digests are sent at this hour of Viet Nam.
const DIGEST_HOUR: i64 = 7;

#[derive(Debug, Serialize, Deserialize)]
struct OnePayload {
    account: String,
    id: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct DigestPayload {
    account: String,
}

/// The job that mails a notification at once.
pub(super) fn notification_job(notification: &NotificationV1) -> NewJob {
    NewJob {
        kind: JobKind(AT_ONCE.to_owned()),
        payload: payload::to_text(&OnePayload {
            account: notification.account.clone(),
            id: notification.id.clone(),
        }),
        run_at: Timestamp::from_millis(notification.at_ms),
        unique_key: None,
    }
}

/// The job that mails the digest of an account: at most one waits.
pub(super) fn digest_job(account: &str, now: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind(DIGEST.to_owned()),
        payload: payload::to_text(&DigestPayload {
            account: account.to_owned(),
        }),
        run_at: now.next_at_hour(DIGEST_HOUR),
        unique_key: Some(account.to_owned()),
    }
}

fn policy() -> Policy {
    Policy {
        timeout: Duration::from_secs(11 * 60),
        concurrency: 2,
        // About two days.
        max_attempts: 50,
        ..Policy::default()
    }
}

fn message(
    mail: &Mail,
    recipient: &Recipient,
    id: String,
    at: Timestamp,
    subscription: Subscription,
    shown: Vec<ShownNotification>,
) -> (Envelope, Letter) {
    let language = recipient.preferences.language;
    let news = shown.into_iter().map(|shown| News {
        kind: shown.kind,
        title: shown
            .titles
            .and_then(|titles| titles.best(language.tag()).map(str::to_owned)),
        address: mail.address(&format!("/api/v1/assets/{}", shown.work)),
        at: shown.at,
    });
    let unsubscribe = mail.address(&path_of(recipient, subscription));
    let letter = Letter::News {
        news: news.collect(),
        is_digest: subscription == Subscription::Digest,
        unsubscribe: unsubscribe.clone(),
    };
    let envelope = Envelope {
        to: recipient.login.clone(),
        language,
        id,
        at,
        unsubscribe: Some(unsubscribe),
    };
    (envelope, letter)
}

/// Mails single notifications.
pub struct MailNotification {
    inbox: Inbox,
    recipients: Arc<Recipients>,
    mail: Mail,
}

impl MailNotification {
    /// Mails them through this server.
    pub fn new(inbox: Inbox, recipients: Arc<Recipients>, mail: Mail) -> Self {
        Self {
            inbox,
            recipients,
            mail,
        }
    }
}

#[async_trait]
impl Handler for MailNotification {
    fn kind(&self) -> &str {
        AT_ONCE
    }

    fn policy(&self) -> Policy {
        policy()
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let OnePayload { account, id } = payload::parse(job)?;
        let done = ChangeSet::by(&Actor::System, clock.now());
        let recipient = self.recipients.find(&account).await;
        let recipient = recipient.map_err(JobFailure::retry)?;
        let Some(recipient) = recipient.filter(|recipient| recipient.has_address) else {
            return Ok(done);
        };
        let shown = self.inbox.one(&recipient.actor, &account, &id).await;
        let Some(shown) = shown.map_err(JobFailure::retry)? else {
            return Ok(done);
        };
        if recipient.preferences.way(shown.kind) != NotificationWay::Mail {
            return Ok(done);
        }
        let subscription = Subscription::Kind(shown.kind);
        let id = format!("n-{id}");
        let at = shown.at;
        let (envelope, letter) = message(&self.mail, &recipient, id, at, subscription, vec![shown]);
        let sent = self.mail.send(&envelope, &letter).await;
        sent.map_err(MailError::into_failure)?;
        Ok(done)
    }
}

/// Mails digests.
pub struct MailDigest {
    inbox: Inbox,
    recipients: Arc<Recipients>,
    mail: Mail,
}

impl MailDigest {
    /// Mails them through this server.
    pub fn new(inbox: Inbox, recipients: Arc<Recipients>, mail: Mail) -> Self {
        Self {
            inbox,
            recipients,
            mail,
        }
    }
}

#[async_trait]
impl Handler for MailDigest {
    fn kind(&self) -> &str {
        DIGEST
    }

    fn policy(&self) -> Policy {
        policy()
    }

    /// A digest waits for its hour.
    fn longest_wait(&self) -> Option<Duration> {
        Some(Duration::from_secs(26 * 60 * 60))
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let DigestPayload { account } = payload::parse(job)?;
        let done = ChangeSet::by(&Actor::System, clock.now());
        let recipient = self.recipients.find(&account).await;
        let recipient = recipient.map_err(JobFailure::retry)?;
        let Some(recipient) = recipient.filter(|recipient| recipient.has_address) else {
            return Ok(done);
        };
        let visible = self.inbox.visible(&recipient.actor, &account).await;
        let visible = visible.map_err(JobFailure::retry)?;
        let (mut keys, mut awaited) = (Vec::new(), Vec::new());
        for (read, shown) in visible {
            let NotificationRecord::V1(stored) = &read.value;
            if !stored.awaits_digest {
                continue;
            }
            keys.push(read.value.key());
            if recipient.preferences.way(shown.kind) == NotificationWay::Digest {
                awaited.push(shown);
            }
        }
        if let Some(at) = awaited.last().map(|last| last.at) {
            let id = format!("d-{}-{:x}", job.id.0, at.as_millis());
            let digest = Subscription::Digest;
            let (envelope, letter) = message(&self.mail, &recipient, id, at, digest, awaited);
            let sent = self.mail.send(&envelope, &letter).await;
            sent.map_err(MailError::into_failure)?;
        }
        // Not with the end of the job: a mark of the reader meanwhile would make the job send the digest again.
        let taken = self.inbox.take_from_digest(&keys).await;
        taken.map_err(JobFailure::retry)?;
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::digest_job;
    use crate::domain::Timestamp;

    #[test]
    fn digests_are_sent_at_seven_in_viet_nam() {
        for (now, expected) in [
            ("2026-11-23T06:59:59+07:00", "2026-11-23T07:00:00+07:00"),
            ("2026-11-23T07:00:00+07:00", "2026-11-24T07:00:00+07:00"),
            ("2026-11-23T23:30:00+07:00", "2026-11-24T07:00:00+07:00"),
            ("2026-12-31T20:00:00+00:00", "2027-01-01T07:00:00+07:00"),
        ] {
            let job = digest_job("a-0123456789ab", Timestamp::parse(now).unwrap());
            assert_eq!(job.run_at, Timestamp::parse(expected).unwrap(), "{now}");
        }
    }
}
