//! Signing in: password, second factor, and proving again who one is.
//!
//! Unknown names, wrong passwords and closed accounts get the same answer after the same work; guessing is slowed
//! down by [`throttle`](super::throttle).

use std::sync::Arc;

use super::error::AccountsError;
use super::password::{Passwords, Verified};
use super::second_factor;
use super::secret::{self, Secret};
use super::sessions::{Session, Sessions};
use super::store::{AccountStore, FullAccount};
use super::throttle::{Attempt, Network, Outcome, Throttle};
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::domain::account::Login;
use crate::services::audit::{Act, NewEntry};
use crate::storage::catalog::ChangeSet;
use crate::telemetry::error_chain;

/// Signs holders of accounts in.
pub struct SignIn {
    store: AccountStore,
    passwords: Passwords,
    sessions: Arc<Sessions>,
    throttle: Arc<Throttle>,
}

/// How the holder proves who it is beside the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A code of its generator.
    Code(String),
    /// One of its recovery codes.
    RecoveryCode(String),
    /// The password again.
    Password(String),
}

impl Proof {
    /// What was typed into one field for both: a code of the generator has six digits, anything else is a recovery code.
    pub fn of_text(text: &str) -> Self {
        if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Self::Code(text.to_owned())
        } else {
            Self::RecoveryCode(text.to_owned())
        }
    }
}

impl SignIn {
    pub(super) fn new(
        store: AccountStore,
        passwords: Passwords,
        sessions: Arc<Sessions>,
        throttle: Arc<Throttle>,
    ) -> Self {
        Self {
            store,
            passwords,
            sessions,
            throttle,
        }
    }

    /// Begins a session for the right password. It is pending when the account has a second factor.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`], [`AccountsError::TooManyAttempts`].
    pub async fn with_password(
        &self,
        login: &str,
        password: &str,
        network: Network,
    ) -> Result<(Secret, Session), AccountsError> {
        let login = Login::parse(login);
        let name = login.as_ref().map(Login::as_str).unwrap_or_default();
        let name = secret::hash(name).to_hex();
        let attempt = Attempt::of_login(&name, network);
        let begun = self.begin_with_password(login.ok(), password, network);
        self.count(attempt, begun).await
    }

    async fn begin_with_password(
        &self,
        login: Option<Login>,
        password: &str,
        network: Network,
    ) -> Result<(Secret, Session), AccountsError> {
        let account = match &login {
            Some(login) => self.store.with_login(login).await?,
            None => None,
        };
        let stored = account
            .as_ref()
            .filter(|account| !account.is_closed())
            .and_then(|account| account.private.as_ref())
            .and_then(|private| private.password.clone());
        let verified = self.passwords.verify(password, stored).await?;
        let account_id = account.as_ref().map(|account| account.public.id.clone());
        let (Some(account), Verified::Right | Verified::RightRehashed(_)) = (account, &verified)
        else {
            return Err(self.failed(account_id, network));
        };
        let account = match verified {
            Verified::RightRehashed(hash) => self.rehash(account, hash).await?,
            _ => account,
        };
        let is_pending = account.has_second_factor();
        let entry = entry(&account, network)?;
        self.sessions.begin(&account, is_pending, entry).await
    }

    /// Completes a pending session: it ends, and a full one begins.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`], [`AccountsError::TooManyAttempts`]; [`AccountsError::NotValid`]
    /// when the session is not pending.
    pub async fn with_second_factor(
        &self,
        session: &Session,
        proof: &Proof,
        network: Network,
    ) -> Result<(Secret, Session), AccountsError> {
        if !session.is_pending || matches!(proof, Proof::Password(_)) {
            return Err(AccountsError::NotValid);
        }
        self.prove(session, proof, network).await
    }

    /// Proves again who the holder is: the session ends, and one with a new secret begins.
    ///
    /// # Errors
    /// As [`Self::with_second_factor`]. An account with a second factor needs it here, too.
    pub async fn again(
        &self,
        session: &Session,
        proof: &Proof,
        network: Network,
    ) -> Result<(Secret, Session), AccountsError> {
        if session.is_pending {
            return Err(AccountsError::NotValid);
        }
        self.prove(session, proof, network).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn out(&self, session: &Session) -> Result<(), AccountsError> {
        let ended = self
            .sessions
            .end(&session.account, &session.id, &session.actor);
        match ended.await {
            Err(AccountsError::NoSuchSession) => Ok(()),
            ended => ended,
        }
    }

    async fn prove(
        &self,
        session: &Session,
        proof: &Proof,
        network: Network,
    ) -> Result<(Secret, Session), AccountsError> {
        let attempt = Attempt::of_login(&session.account, network);
        let begun = self.begin_with_proof(session, proof, network);
        self.count(attempt, begun).await
    }

    async fn begin_with_proof(
        &self,
        session: &Session,
        proof: &Proof,
        network: Network,
    ) -> Result<(Secret, Session), AccountsError> {
        let account = self.store.read(&session.account).await?;
        let account = account.ok_or(AccountsError::NotValid)?;
        let Some(account) = self.accept(account, proof).await? else {
            return Err(self.failed(Some(session.account.clone()), network));
        };
        let entry = entry(&account, network)?;
        let begun = self.sessions.begin(&account, false, entry).await?;
        self.out(session).await?;
        Ok(begun)
    }

    /// The account after it accepted the proof; none when the proof is wrong.
    async fn accept(
        &self,
        mut account: FullAccount,
        proof: &Proof,
    ) -> Result<Option<FullAccount>, AccountsError> {
        let now = self.now();
        let needs_second_factor = account.has_second_factor();
        let private = account.private.as_mut().ok_or(AccountsError::NotValid)?;
        let is_right = match proof {
            Proof::Code(code) => {
                needs_second_factor && second_factor::accept_code(private, code, now)
            }
            Proof::RecoveryCode(code) => {
                needs_second_factor && second_factor::use_recovery_code(private, code)
            }
            Proof::Password(password) => {
                let stored = private.password.clone();
                let verified = self.passwords.verify(password, stored).await?;
                return Ok((!needs_second_factor && verified != Verified::Wrong).then_some(account));
            }
        };
        if !is_right {
            return Ok(None);
        }
        self.write(account).await.map(Some)
    }

    async fn rehash(
        &self,
        mut account: FullAccount,
        hash: String,
    ) -> Result<FullAccount, AccountsError> {
        if let Some(private) = account.private.as_mut() {
            private.password = Some(hash);
        }
        self.write(account).await
    }

    /// Commits the account and reads it again. Of two uses of one code at once, one fails here.
    async fn write(&self, account: FullAccount) -> Result<FullAccount, AccountsError> {
        let changes = ChangeSet::by(&account.actor()?, self.store.clock.now());
        let changes = self.store.replace(changes, &account)?;
        self.store.catalog.commit(changes).await?;
        let again = self.store.read(&account.public.id).await?;
        again.ok_or(AccountsError::NotValid)
    }

    /// The second factor of a pending session is counted by itself.
    async fn count(
        &self,
        attempt: Attempt<'_>,
        begun: impl Future<Output = Result<(Secret, Session), AccountsError>>,
    ) -> Result<(Secret, Session), AccountsError> {
        let outcome_of = |begun: &Result<(Secret, Session), AccountsError>| match begun {
            Ok((_, session)) if !session.is_pending => Outcome::Succeeded,
            Err(AccountsError::WrongCredentials) => Outcome::Failed,
            Ok(_) | Err(_) => Outcome::Undecided,
        };
        self.throttle
            .count(attempt, &self.store.clock, begun, outcome_of)
            .await
    }

    fn now(&self) -> Timestamp {
        self.store.clock.now()
    }

    /// Writes a failure to the audit trail when an account has the name. That is not waited for: the time of the
    /// answer would tell that the name exists.
    fn failed(&self, account: Option<String>, network: Network) -> AccountsError {
        let now = self.now();
        if let Some(account) = account {
            let trail = self.store.trail.clone();
            let entry = NewEntry::new(&Actor::Anonymous, Act::SignInFailed, account)
                .with("network", name_of(network));
            tokio::spawn(async move {
                let changes = ChangeSet::by(&Actor::Anonymous, now);
                if let Err(error) = trail.commit(changes, &entry).await {
                    tracing::warn!(
                        error = error_chain(&error),
                        "a failure to sign in is not in the audit trail"
                    );
                }
            });
        }
        AccountsError::WrongCredentials
    }
}

fn entry(account: &FullAccount, network: Network) -> Result<NewEntry, AccountsError> {
    let actor = account.actor()?;
    let entry = NewEntry::new(&actor, Act::SignedIn, &account.public.id);
    Ok(entry.with("network", name_of(network)))
}

/// The name of a network in the audit trail.
pub(super) fn name_of(network: Network) -> String {
    network.map_or_else(|| "local".to_owned(), |network| network.to_string())
}
