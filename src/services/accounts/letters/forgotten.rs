//! "I have forgotten my password": everybody can ask for a link by a login name, and learns nothing from the answer.
//!
//! The request writes a job with the keyed hash of the name, the same for known and unknown names; the job looks the
//! account up. The password stays valid until the link is used, and the second factor stays: who can read the mail of an
//! account gets no further than who has its password.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::link::link_job;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::account::{AccountState, Login};
use crate::services::accounts::error::AccountsError;
use crate::services::accounts::links::Links;
use crate::services::accounts::private;
use crate::services::accounts::secret;
use crate::services::accounts::sign_in::name_of;
use crate::services::accounts::store::AccountStore;
use crate::services::accounts::throttle::{Attempt, Network, Throttle};
use crate::services::audit::{Act, NewEntry};
use crate::services::jobs::{Handler, JobFailure, payload};
use crate::services::mail::{LinkPurpose, Mail};
use crate::storage::catalog::{ChangeSet, Job, JobKind, NewJob};

/// The kind of these jobs.
const KIND: &str = "answer-forgotten-password";

/// A link that was not used yet is not replaced within this time, however often somebody asks.
const PAUSE_SECONDS: i64 = 10 * 60;

/// Takes requests for links.
pub struct ForgottenPasswords {
    pub(in crate::services::accounts) store: AccountStore,
    pub(in crate::services::accounts) mail: Mail,
    /// Not that of sign-ins: asking must not make signing in wait.
    pub(in crate::services::accounts) throttle: Arc<Throttle>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    /// The keyed hash of the login name.
    login: String,
    network: String,
}

impl ForgottenPasswords {
    /// Takes a request for a link. Only a mail says what came of it.
    ///
    /// # Errors
    /// [`AccountsError::NoMail`], [`AccountsError::TooManyAttempts`]: both whether the name is known or not.
    pub async fn request(&self, login: &str, network: Network) -> Result<(), AccountsError> {
        if !self.mail.is_configured() {
            return Err(AccountsError::NoMail);
        }
        let now = self.store.clock.now();
        let name = secret::hash(&login.to_lowercase()).to_hex();
        self.throttle
            .begin(Attempt::of_login(&name, network), now)?;
        let Ok(login) = Login::parse(login) else {
            return Ok(());
        };
        let login = private::login_key(&login, &self.store.keys.master());
        let payload = Payload {
            login: login.clone(),
            network: name_of(network),
        };
        let job = NewJob {
            kind: JobKind(KIND.to_owned()),
            payload: payload::to_text(&payload),
            run_at: now,
            unique_key: Some(login),
        };
        let changes = ChangeSet::by(&Actor::Anonymous, now).job(job);
        self.store.catalog.commit(changes).await?;
        Ok(())
    }
}

/// Answers the requests.
pub struct AnswerForgotten {
    pub(in crate::services::accounts) links: Links,
}

impl AnswerForgotten {
    async fn answer(&self, payload: &Payload, clock: &Clock) -> Result<(), AccountsError> {
        let store = &self.links.store;
        let Some(account) = store.with_login_key(&payload.login).await? else {
            return Ok(());
        };
        let view = account.view()?;
        let has_mail = view.login.is_some_and(|login| login.is_mail_address());
        // Who was invited or reset by an administrator has a link that must not be replaced.
        if view.state != AccountState::Active || !has_mail || account.provider.is_some() {
            return Ok(());
        }
        let now = clock.now();
        let id = account.public.id.as_str();
        let issued = self.links.issued_at(id).await?;
        if issued.is_some_and(|at| now < at.plus_seconds(PAUSE_SECONDS)) {
            return Ok(());
        }
        let changes = account.expect_unchanged(ChangeSet::by(&Actor::System, now));
        let nonce = self.links.new_nonce();
        let (changes, link) = self.links.issue(changes, id, nonce, now).await?;
        let changes = changes.job(link_job(&link, LinkPurpose::Forgotten, now));
        let entry = NewEntry::new(&Actor::Anonymous, Act::ResetRequested, id)
            .with("network", &payload.network);
        store.trail.commit(changes, &entry).await?;
        Ok(())
    }
}

#[async_trait]
impl Handler for AnswerForgotten {
    fn kind(&self) -> &str {
        KIND
    }

    async fn run(&self, job: &Job, clock: &Clock) -> Result<ChangeSet, JobFailure> {
        let payload: Payload = payload::parse(job)?;
        let answered = self.answer(&payload, clock).await;
        answered.map_err(JobFailure::retry)?;
        Ok(ChangeSet::by(&Actor::System, clock.now()))
    }
}
