//! Accounts for their administrators: invite, change, reset, close, forget.

use std::sync::Arc;

use super::error::AccountsError;
use super::letters::link_job;
use super::links::{IssuedLink, Links};
use super::passkeys::without_passkeys;
use super::preferences::{self, Preferences};
use super::private;
use super::scope::administers;
use super::secret::{Secret, hex};
use super::sessions::Sessions;
use super::store::{AccountStore, FullAccount};
use super::stored::{AccountV1, PrivateV1};
use super::tokens::Tokens;
use crate::domain::access::{AccountId, Actor, Role};
use crate::domain::account::{Account, AccountLanguage, AccountState, Login, display_line};
use crate::domain::asset::Revision;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Sha256, Slug, Timestamp, Violations};
use crate::services::audit::{Act, NewEntry};
use crate::services::mail::{LinkPurpose, Mail};
use crate::storage::catalog::{CatalogError, ChangeSet};

/// After so many days a closed account keeps nothing but its id, role and body.
pub const FORGET_AFTER_DAYS: i64 = 30;

/// Accounts for their administrators.
pub struct Administration {
    pub(super) store: AccountStore,
    pub(super) vocabularies: Arc<Vocabularies>,
    pub(super) sessions: Arc<Sessions>,
    pub(super) links: Links,
    pub(super) mail: Mail,
    pub(super) tokens: Arc<Tokens>,
}

/// An account to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The login name, as typed.
    pub login: String,
    /// The line to show; the login name if there is none.
    pub display: Option<String>,
    /// The role.
    pub role: Role,
    /// The body; contributors need one.
    pub organisation: Option<Slug>,
}

/// How an account is created.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Invite {
    /// How the holder gets its link.
    pub hand_over: HandOver,
    /// The language of messages for it.
    pub language: Option<AccountLanguage>,
    /// Makes the request one that can be repeated.
    pub repeatable: Option<RepeatableInvite>,
}

/// What makes a request to create an account one that can be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatableInvite {
    /// Chosen by the client: equal requests with it create one account.
    pub key: String,
    /// SHA-256 of the request.
    pub request: Sha256,
}

/// How a one-time link gets to the holder of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HandOver {
    /// By mail when mail is configured and the login name is an address, else by the administrator.
    #[default]
    Mail,
    /// By the administrator.
    Administrator,
}

/// How a one-time link got to the holder of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandedOver {
    /// The administrator hands it over.
    Link(Secret),
    /// A job mails it to this address.
    Mailed(Login),
    /// An earlier, equal request did it, and the link was used or replaced since.
    Before,
}

impl HandedOver {
    /// The link that the administrator hands over.
    pub const fn link(&self) -> Option<&Secret> {
        match self {
            Self::Link(link) => Some(link),
            Self::Mailed(_) | Self::Before => None,
        }
    }
}

/// A new account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// The account.
    pub account: Account,
    /// What became of its link.
    pub handed_over: HandedOver,
    /// Whether an earlier, equal request created it.
    pub is_replay: bool,
}

/// What changes in an account; none: stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountChange {
    /// The role.
    pub role: Option<Role>,
    /// The body; `Some(None)` takes it away.
    pub organisation: Option<Option<Slug>>,
}

impl Administration {
    /// Creates an account and the one-time link with which its holder chooses a password.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`]; [`AccountsError::Invalid`], also for a login name that is taken;
    /// [`AccountsError::KeyReused`].
    pub async fn invite(
        &self,
        actor: &Actor,
        wanted: NewAccount,
        how: &Invite,
    ) -> Result<Invited, AccountsError> {
        administers(actor)?;
        let (login, display) = self.checked(&wanted).map_err(AccountsError::Invalid)?;
        let (id, nonce) = self.new_names(actor, how);
        if let Some(earlier) = self.earlier(&id, &nonce, &login, &wanted, how).await? {
            return Ok(earlier);
        }
        let now = self.store.clock.now();
        let public = AccountV1 {
            id: id.to_string(),
            role: wanted.role.name().to_owned(),
            organisation: wanted.organisation.as_ref().map(Slug::to_string),
            created_at_ms: now.as_millis(),
            closed_at_ms: None,
            sealed: None,
        };
        let private = PrivateV1 {
            login: login.as_str().to_owned(),
            display,
            password: None,
            totp: None,
            recovery_codes: Vec::new(),
        };
        let mut changes = ChangeSet::by(actor, now);
        if let Some(language) = how.language {
            let chosen = Preferences {
                language,
                ..Preferences::default()
            };
            changes = preferences::write(changes, id.as_str(), None, &chosen)?;
        }
        let changes = self
            .store
            .insert(changes, public, None, &private, &login)
            .await?;
        let (changes, link) = self
            .links
            .issue(changes, id.as_str(), nonce.clone(), now)
            .await?;
        let purpose = LinkPurpose::Invitation;
        let (changes, handed_over) =
            self.hand_over(changes, link, purpose, &login, how.hand_over, now);
        let entry = NewEntry::new(actor, Act::AccountInvited, &id).with("role", wanted.role.name());
        match self.store.trail.commit(changes, &entry).await {
            Err(CatalogError::RecordConflict { .. }) => {
                // An equal request was faster, or another account has the name.
                let earlier = self.earlier(&id, &nonce, &login, &wanted, how).await?;
                return earlier.ok_or_else(|| AccountsError::broken("/login", Rule::LoginTaken));
            }
            committed => committed?,
        };
        Ok(Invited {
            account: self.find(id.as_str()).await?.view()?,
            handed_over,
            is_replay: false,
        })
    }

    /// Id and nonce of a new account: random, or the same for each equal request.
    fn new_names(&self, actor: &Actor, how: &Invite) -> (AccountId, String) {
        let Some(repeatable) = &how.repeatable else {
            let id = AccountId::from_random(self.store.clock.random_bytes::<6>());
            return (id, self.links.new_nonce());
        };
        let master = self.store.keys.master();
        let scope = format!("invite\n{actor}\n{}\n", repeatable.key);
        let hash = private::keyed_hash(&master, &scope);
        let mut id = [0; 6];
        id.copy_from_slice(&hash[..6]);
        let request = format!("{scope}{}", repeatable.request.to_hex());
        let nonce = hex(&private::keyed_hash(&master, &request)[..16]);
        (AccountId::from_random(id), nonce)
    }

    /// What an earlier request with the same key created.
    async fn earlier(
        &self,
        id: &AccountId,
        nonce: &str,
        login: &Login,
        wanted: &NewAccount,
        how: &Invite,
    ) -> Result<Option<Invited>, AccountsError> {
        let Some(account) = self.store.read(id.as_str()).await? else {
            return Ok(None);
        };
        let account = account.view()?;
        if how.repeatable.is_none()
            || account.login.as_ref() != Some(login)
            || (account.role, &account.organisation) != (wanted.role, &wanted.organisation)
        {
            return Err(AccountsError::KeyReused);
        }
        let link = self.links.secret(id.as_str(), nonce)?;
        let handed_over = match self.links.expiry(id.as_str(), &link).await? {
            None => HandedOver::Before,
            Some(_) if self.mails(login, how.hand_over) => HandedOver::Mailed(login.clone()),
            Some(_) => HandedOver::Link(link),
        };
        Ok(Some(Invited {
            account,
            handed_over,
            is_replay: true,
        }))
    }

    fn mails(&self, login: &Login, wanted: HandOver) -> bool {
        wanted == HandOver::Mail && self.mail.is_configured() && login.is_mail_address()
    }

    /// Mails a new link, or gives it to the administrator.
    fn hand_over(
        &self,
        changes: ChangeSet,
        link: IssuedLink,
        purpose: LinkPurpose,
        login: &Login,
        wanted: HandOver,
        now: Timestamp,
    ) -> (ChangeSet, HandedOver) {
        if self.mails(login, wanted) {
            let job = link_job(&link, purpose, now);
            return (changes.job(job), HandedOver::Mailed(login.clone()));
        }
        (changes, HandedOver::Link(link.secret))
    }

    /// Accounts with ids behind `after`, ascending, at most `limit`.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`].
    pub async fn list(
        &self,
        actor: &Actor,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Account>, AccountsError> {
        administers(actor)?;
        let after = after.map(|after| after.to_string());
        let found = self.store.list(after, limit).await?;
        found.iter().map(FullAccount::view).collect()
    }

    /// One account.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::NoSuchAccount`].
    pub async fn read(&self, actor: &Actor, id: &AccountId) -> Result<Account, AccountsError> {
        administers(actor)?;
        self.find(id.as_str()).await?.view()
    }

    /// Changes role or body. All sessions and tokens of the account end, so that none keeps earlier rights.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::NoSuchAccount`], [`AccountsError::Stale`],
    /// [`AccountsError::Invalid`]; [`AccountsError::LastAdministrator`].
    pub async fn change(
        &self,
        actor: &Actor,
        id: &AccountId,
        expected: Revision,
        change: AccountChange,
    ) -> Result<Account, AccountsError> {
        let mut account = self.open(actor, id, Some(expected)).await?;
        let present = account.view()?;
        let role = change.role.unwrap_or(present.role);
        let organisation = change.organisation.unwrap_or(present.organisation.clone());
        let mut broken = Violations::default();
        self.check_post(role, organisation.as_ref(), &mut broken);
        broken.into_result(()).map_err(AccountsError::Invalid)?;
        if present.role == Role::Admin && role != Role::Admin {
            self.check_not_last_administrator(actor, id).await?;
        }
        account.public.role = role.name().to_owned();
        account.public.organisation = organisation.as_ref().map(Slug::to_string);
        let changes = ChangeSet::by(actor, self.store.clock.now());
        let entry = NewEntry::new(actor, Act::AccountChanged, id)
            .with("from", present.role.name())
            .with("to", role.name());
        self.store.commit(changes, &account, &entry).await?;
        self.end_access(actor, id).await?;
        self.find(id.as_str()).await?.view()
    }

    /// Takes password, second factor and passkeys away and gives a one-time link to choose new ones. All sessions and
    /// tokens end.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::NoSuchAccount`]; [`AccountsError::OfProvider`].
    pub async fn reset(
        &self,
        actor: &Actor,
        id: &AccountId,
        wanted: HandOver,
    ) -> Result<HandedOver, AccountsError> {
        let mut account = self.open(actor, id, None).await?;
        if account.provider.is_some() {
            return Err(AccountsError::OfProvider);
        }
        let login = account.view()?.login.ok_or(AccountsError::NoSuchAccount)?;
        if let Some(private) = account.private.as_mut() {
            private.password = None;
            private.totp = None;
            private.recovery_codes.clear();
        }
        let now = self.store.clock.now();
        let changes = self.store.replace(ChangeSet::by(actor, now), &account)?;
        let changes = without_passkeys(&*self.store.catalog, changes, id.as_str()).await?;
        let nonce = self.links.new_nonce();
        let (changes, link) = self.links.issue(changes, id.as_str(), nonce, now).await?;
        let purpose = LinkPurpose::Reset;
        let (changes, handed_over) = self.hand_over(changes, link, purpose, &login, wanted, now);
        let entry = NewEntry::new(actor, Act::AccountReset, id);
        self.store.trail.commit(changes, &entry).await?;
        self.end_access(actor, id).await?;
        Ok(handed_over)
    }

    /// Closes an account at once. Its login name is free again. Closing it again changes nothing.
    ///
    /// # Errors
    /// [`AccountsError::Forbidden`], [`AccountsError::NoSuchAccount`];
    /// [`AccountsError::LastAdministrator`].
    pub async fn close(&self, actor: &Actor, id: &AccountId) -> Result<Account, AccountsError> {
        administers(actor)?;
        let mut account = self.find(id.as_str()).await?;
        if !account.is_closed() {
            self.check_not_last_administrator(actor, id).await?;
            let now = self.store.clock.now();
            account.public.closed_at_ms = Some(now.as_millis());
            let changes = self.store.replace(ChangeSet::by(actor, now), &account)?;
            let changes = self.links.revoke(changes, id.as_str()).await?;
            let changes = self.store.release_login(changes, &account).await?;
            let entry = NewEntry::new(actor, Act::AccountClosed, id);
            self.store.trail.commit(changes, &entry).await?;
        }
        self.end_access(actor, id).await?;
        self.find(id.as_str()).await?.view()
    }

    /// The accounts of these bodies that are not closed.
    ///
    /// # Errors
    /// The catalogue fails.
    pub(in crate::services) async fn of_bodies(
        &self,
        bodies: &[Slug],
    ) -> Result<Vec<AccountId>, AccountsError> {
        let accounts = self.list(&Actor::System, None, usize::MAX).await?;
        let is_theirs = |account: &Account| {
            let own = account.organisation.as_ref();
            !matches!(account.state, AccountState::Closed { .. })
                && own.is_some_and(|own| bodies.contains(own))
        };
        let theirs = accounts.into_iter().filter(is_theirs);
        Ok(theirs.map(|account| account.id).collect())
    }

    /// Gives an account another body, together with what else changes. Its tokens go on with it; its sessions end.
    ///
    /// # Errors
    /// It was changed meanwhile; the catalogue fails.
    pub(in crate::services) async fn pass_on(
        &self,
        id: &AccountId,
        to: &Slug,
        changes: ChangeSet,
    ) -> Result<(), AccountsError> {
        let mut account = self.open(&Actor::System, id, None).await?;
        account.public.organisation = Some(to.to_string());
        let entry = NewEntry::new(&Actor::System, Act::AccountChanged, id).with("organisation", to);
        let passed = self
            .tokens
            .pass_on_of_account(id, to, changes, async |changes| {
                self.store.commit(changes, &account, &entry).await
            });
        passed.await?;
        self.sessions
            .end_all(id.as_str(), None, &Actor::System)
            .await
    }

    /// Deletes what is private in accounts that were closed [`FORGET_AFTER_DAYS`] ago. Gives their number.
    ///
    /// # Errors
    /// The catalogue or the store of keys fails.
    pub async fn forget_closed(&self) -> Result<usize, AccountsError> {
        let now = self.store.clock.now();
        let (mut after, mut count) = (None, 0);
        loop {
            let page = self.store.list(after, 200).await?;
            let Some(last) = page.last() else {
                return Ok(count);
            };
            after = Some(last.public.id.clone());
            let is_due = |account: &&FullAccount| {
                let closed_at = account.public.closed_at_ms;
                let days_ms = FORGET_AFTER_DAYS * 86_400_000;
                account.public.sealed.is_some()
                    && closed_at.is_some_and(|at| at.saturating_add(days_ms) <= now.as_millis())
            };
            for account in page.iter().filter(is_due) {
                let changes = ChangeSet::by(&Actor::System, now);
                let id = account.public.id.as_str();
                let changes = self.store.without_preferences(changes, id).await?;
                let changes = without_passkeys(&*self.store.catalog, changes, id).await?;
                self.store.forget(changes, account).await?;
                count += 1;
            }
        }
    }

    /// Whether nobody can administer the archive with an account yet.
    ///
    /// # Errors
    /// The catalogue fails.
    pub async fn has_no_administrator(&self) -> Result<bool, AccountsError> {
        let accounts = self.list(&Actor::System, None, usize::MAX).await?;
        Ok(!accounts.iter().any(is_working_administrator))
    }

    /// An account that is not closed, at the expected revision.
    async fn open(
        &self,
        actor: &Actor,
        id: &AccountId,
        expected: Option<Revision>,
    ) -> Result<FullAccount, AccountsError> {
        administers(actor)?;
        let account = self.find(id.as_str()).await?;
        if account.is_closed() {
            return Err(AccountsError::Closed);
        }
        let current = account.view()?.revision;
        if expected.is_some_and(|expected| expected != current) {
            return Err(AccountsError::Stale { current });
        }
        Ok(account)
    }

    async fn end_access(&self, actor: &Actor, id: &AccountId) -> Result<(), AccountsError> {
        self.sessions.end_all(id.as_str(), None, actor).await?;
        self.tokens.end_of_account(actor, id).await
    }

    async fn find(&self, id: &str) -> Result<FullAccount, AccountsError> {
        let found = self.store.read(id).await?;
        found.ok_or(AccountsError::NoSuchAccount)
    }

    /// The operator of the machine can always make another one; an account cannot remove the last.
    async fn check_not_last_administrator(
        &self,
        actor: &Actor,
        id: &AccountId,
    ) -> Result<(), AccountsError> {
        let accounts = self.list(actor, None, usize::MAX).await?;
        let (own, others): (Vec<_>, Vec<_>) = accounts
            .iter()
            .filter(|account| is_working_administrator(account))
            .partition(|account| account.id == *id);
        if *actor != Actor::System && !own.is_empty() && others.is_empty() {
            return Err(AccountsError::LastAdministrator);
        }
        Ok(())
    }

    fn checked(&self, wanted: &NewAccount) -> Result<(Login, String), Violations> {
        let mut broken = Violations::default();
        let login = Login::parse(&wanted.login)
            .map_err(|rule| broken.push("/login", rule))
            .ok();
        let display = wanted.display.as_deref().unwrap_or(&wanted.login);
        let display = display_line(display)
            .map_err(|rule| broken.push("/display", rule))
            .ok();
        self.check_post(wanted.role, wanted.organisation.as_ref(), &mut broken);
        match (login, display) {
            (Some(login), Some(display)) => broken.into_result((login, display)),
            _ => Err(broken),
        }
    }

    fn check_post(&self, role: Role, organisation: Option<&Slug>, broken: &mut Violations) {
        match organisation {
            None if role == Role::Contributor => broken.push("/organisation", Rule::Required),
            Some(slug)
                if self
                    .vocabularies
                    .find("organisation", slug.as_str())
                    .is_none() =>
            {
                let rule = Rule::UnknownConcept {
                    scheme: "organisation",
                    slug: slug.to_string(),
                };
                broken.push("/organisation", rule);
            }
            _ => {}
        }
    }
}

fn is_working_administrator(account: &Account) -> bool {
    account.role == Role::Admin && account.state == AccountState::Active
}
