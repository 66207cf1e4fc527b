//! What the holder of an account does with it: choose a password, a second factor, a display line, end sessions.

use std::sync::Arc;

use super::error::AccountsError;
use super::links::Links;
use super::password::{self, Passwords, Verified};
use super::repeatable::RepeatableRequest;
use super::second_factor::{self, NewTotp, RecoveryCodes};
use super::secret::Secret;
use super::sessions::{Session, Sessions};
use super::store::{AccountStore, FullAccount};
use super::stored::PrivateV1;
use super::throttle::{Attempt, Network, Outcome, Throttle};
use crate::domain::Rule;
use crate::domain::access::{Actor, Credential};
use crate::domain::account::{Account, display_line};
use crate::domain::asset::Revision;
use crate::services::audit::{Act, NewEntry};
use crate::storage::catalog::{CatalogError, ChangeSet};

/// An account for its holder.
pub struct OwnAccount {
    pub(super) store: AccountStore,
    pub(super) passwords: Passwords,
    pub(super) sessions: Arc<Sessions>,
    pub(super) links: Links,
    pub(super) throttle: Arc<Throttle>,
}

/// A request to replace the recovery codes that can be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodesRenewal {
    /// The request.
    pub request: RepeatableRequest,
    /// The revision of the account for which the form was shown.
    pub expected: Revision,
}

impl OwnAccount {
    /// Chooses a password with a one-time link, which is used up; earlier sessions end.
    ///
    /// # Errors
    /// [`AccountsError::LinkNotValid`]; [`AccountsError::Invalid`] for the password or the display line, and the
    /// link stays.
    pub async fn redeem(
        &self,
        link: &str,
        password: &str,
        display: Option<&str>,
    ) -> Result<Account, AccountsError> {
        let now = self.store.clock.now();
        let changes = ChangeSet::by(&Actor::System, now);
        let (id, _) = self.links.redeem(link, changes, now).await?;
        let account = self.store.read(&id).await?;
        let account = account.filter(|account| !account.is_closed());
        let mut account = account.ok_or(AccountsError::LinkNotValid)?;
        let actor = account.actor()?;
        let private = private_of(&mut account)?;
        check_password(password, private)?;
        if let Some(display) = display {
            private.display = checked_display(display)?;
        }
        private.password = Some(self.passwords.hash(password).await?);
        let (_, changes) = self
            .links
            .redeem(link, ChangeSet::by(&actor, now), now)
            .await?;
        let entry = NewEntry::new(&actor, Act::AccountOpened, &id);
        match self.store.commit(changes, &account, &entry).await {
            // Another request used the link at the same time.
            Err(AccountsError::Catalog(CatalogError::RecordConflict { .. })) => {
                return Err(AccountsError::LinkNotValid);
            }
            committed => committed?,
        }
        self.sessions.end_all(&id, None, &actor).await?;
        self.view(&id).await
    }

    /// The account of a session.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn read(&self, session: &Session) -> Result<Account, AccountsError> {
        self.view(&session.account).await
    }

    /// The account that this actor acts as, if it is one.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn of_actor(&self, actor: &Actor) -> Result<Option<Account>, AccountsError> {
        match actor {
            Actor::Holder {
                credential: Credential::Account(id),
                ..
            } => self.view(id.as_str()).await.map(Some),
            _ => Ok(None),
        }
    }

    /// Chooses the line to be shown as.
    ///
    /// # Errors
    /// [`AccountsError::Invalid`].
    pub async fn rename(&self, session: &Session, display: &str) -> Result<Account, AccountsError> {
        let display = checked_display(display)?;
        let mut account = self.of(session).await?;
        private_of(&mut account)?.display = display;
        let changes = ChangeSet::by(&session.actor, self.store.clock.now());
        let changes = self.store.replace(changes, &account)?;
        self.store.catalog.commit(changes).await?;
        self.read(session).await
    }

    /// Replaces the password. All other sessions end.
    ///
    /// # Errors
    /// [`AccountsError::Invalid`] with `/current` when that is another password, or with `/new`;
    /// [`AccountsError::TooManyAttempts`].
    pub async fn change_password(
        &self,
        session: &Session,
        current: &str,
        new: &str,
        network: Network,
    ) -> Result<(), AccountsError> {
        let attempt = Attempt::of_login(&session.account, network);
        let proven = self.with_password(session, current);
        let outcome_of = |proven: &Result<_, _>| match proven {
            Err(AccountsError::WrongCredentials) => Outcome::Failed,
            _ => Outcome::Undecided,
        };
        let proven = self
            .throttle
            .count(attempt, &self.store.clock, proven, outcome_of);
        let mut account = proven.await.map_err(|error| match error {
            AccountsError::WrongCredentials => AccountsError::broken("/current", Rule::NotValid),
            error => error,
        })?;
        let private = private_of(&mut account)?;
        check_new_password(new, private, "/new")?;
        private.password = Some(self.passwords.hash(new).await?);
        self.commit(session, &account, Act::PasswordChanged).await?;
        let ended = self
            .sessions
            .end_all(&session.account, Some(&session.id), &session.actor);
        ended.await
    }

    /// Begins with a one-time password generator, which counts once [`Self::confirm_totp`] had a code of it.
    ///
    /// # Errors
    /// [`AccountsError::SecondFactorExists`], [`AccountsError::OfProvider`].
    pub async fn begin_totp(&self, session: &Session) -> Result<NewTotp, AccountsError> {
        let mut account = self.of(session).await?;
        if account.provider.is_some() {
            return Err(AccountsError::OfProvider);
        }
        if account.has_second_factor() {
            return Err(AccountsError::SecondFactorExists);
        }
        let private = private_of(&mut account)?;
        let new = second_factor::begin(private, &self.store.clock);
        let new = new.ok_or_else(|| AccountsError::broken("", Rule::Malformed))?;
        let changes = ChangeSet::by(&session.actor, self.store.clock.now());
        let changes = self.store.replace(changes, &account)?;
        self.store.catalog.commit(changes).await?;
        Ok(new)
    }

    /// Confirms the generator with a code of it, and gives new recovery codes. All other sessions end.
    ///
    /// # Errors
    /// [`AccountsError::Invalid`] with `/code`.
    pub async fn confirm_totp(
        &self,
        session: &Session,
        code: &str,
    ) -> Result<Vec<Secret>, AccountsError> {
        let now = self.store.clock.now();
        let mut account = self.of(session).await?;
        if account.has_second_factor() {
            return Err(AccountsError::SecondFactorExists);
        }
        let private = private_of(&mut account)?;
        if !second_factor::accept_code(private, code, now) {
            return Err(AccountsError::broken("/code", Rule::NotValid));
        }
        if let Some(totp) = private.totp.as_mut() {
            totp.is_confirmed = true;
        }
        let codes = RecoveryCodes::random(&self.store.clock);
        codes.replace(private);
        self.commit(session, &account, Act::SecondFactorAdded)
            .await?;
        let ended = self
            .sessions
            .end_all(&session.account, Some(&session.id), &session.actor);
        ended.await?;
        Ok(codes.reveal())
    }

    /// Takes the generator and the recovery codes away.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn remove_totp(&self, session: &Session) -> Result<(), AccountsError> {
        let mut account = self.of(session).await?;
        let private = private_of(&mut account)?;
        private.totp = None;
        private.recovery_codes.clear();
        self.commit(session, &account, Act::SecondFactorRemoved)
            .await
    }

    /// Replaces the recovery codes; a request that is repeated gets those that it has made, while one of them is left.
    ///
    /// # Errors
    /// [`AccountsError::NoSecondFactor`]; [`AccountsError::Stale`] for a repeatable request when the account has changed
    /// since: it would bring codes back that were used.
    pub async fn renew_recovery_codes(
        &self,
        session: &Session,
        repeatable: Option<&CodesRenewal>,
    ) -> Result<Vec<Secret>, AccountsError> {
        let codes = match repeatable {
            None => RecoveryCodes::random(&self.store.clock),
            Some(renewal) => {
                let master = self.store.keys.master();
                RecoveryCodes::derived(&renewal.request, &session.account, &master)
            }
        };
        match self.replace_codes(session, &codes, repeatable).await {
            // An equal request was faster.
            Err(AccountsError::Catalog(CatalogError::RecordConflict { .. })) => {
                self.replace_codes(session, &codes, repeatable).await?;
            }
            replaced => replaced?,
        }
        Ok(codes.reveal())
    }

    async fn replace_codes(
        &self,
        session: &Session,
        codes: &RecoveryCodes,
        repeatable: Option<&CodesRenewal>,
    ) -> Result<(), AccountsError> {
        let mut account = self.of(session).await?;
        if !account.has_second_factor() {
            return Err(AccountsError::NoSecondFactor);
        }
        let current = account.view()?.revision;
        let private = private_of(&mut account)?;
        if codes.are_in(private) {
            return Ok(());
        }
        if repeatable.is_some_and(|renewal| renewal.expected != current) {
            return Err(AccountsError::Stale { current });
        }
        codes.replace(private);
        self.commit(session, &account, Act::RecoveryCodesRenewed)
            .await
    }

    /// The sessions of the holder, that used last first.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn sessions(&self, session: &Session) -> Result<Vec<Session>, AccountsError> {
        let account = self.of(session).await?;
        self.sessions.of_account(&account).await
    }

    /// Ends a session of the holder.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchSession`].
    pub async fn end_session(&self, session: &Session, id: &str) -> Result<(), AccountsError> {
        self.sessions
            .end(&session.account, id, &session.actor)
            .await
    }

    /// The account of a session whose holder knows the password.
    async fn with_password(
        &self,
        session: &Session,
        password: &str,
    ) -> Result<FullAccount, AccountsError> {
        let mut account = self.of(session).await?;
        let stored = private_of(&mut account)?.password.clone();
        match self.passwords.verify(password, stored).await? {
            Verified::Wrong => Err(AccountsError::WrongCredentials),
            Verified::Right | Verified::RightRehashed(_) => Ok(account),
        }
    }

    async fn commit(
        &self,
        session: &Session,
        account: &FullAccount,
        act: Act,
    ) -> Result<(), AccountsError> {
        let changes = ChangeSet::by(&session.actor, self.store.clock.now());
        let entry = NewEntry::new(&session.actor, act, &session.account);
        self.store.commit(changes, account, &entry).await
    }

    async fn of(&self, session: &Session) -> Result<FullAccount, AccountsError> {
        let account = self.store.read(&session.account).await?;
        account.ok_or(AccountsError::NotValid)
    }

    async fn view(&self, id: &str) -> Result<Account, AccountsError> {
        let account = self.store.read(id).await?;
        account.ok_or(AccountsError::NoSuchAccount)?.view()
    }
}

fn private_of(account: &mut FullAccount) -> Result<&mut PrivateV1, AccountsError> {
    account.private.as_mut().ok_or(AccountsError::NotValid)
}

fn check_password(password: &str, private: &PrivateV1) -> Result<(), AccountsError> {
    check_new_password(password, private, "/password")
}

fn check_new_password(
    password: &str,
    private: &PrivateV1,
    pointer: &str,
) -> Result<(), AccountsError> {
    let context = [private.login.as_str(), private.display.as_str()];
    password::check(password, &context).map_err(|rule| AccountsError::broken(pointer, rule))
}

fn checked_display(display: &str) -> Result<String, AccountsError> {
    display_line(display).map_err(|rule| AccountsError::broken("/display", rule))
}
