//! Invites: creates an account with the one-time link for its holder. A request can be repeated without a second account.

use super::{Administration, HandOver, HandedOver};
use crate::domain::access::{AccountId, Actor, Role};
use crate::domain::account::{Account, AccountLanguage, Login, display_line};
use crate::domain::hex;
use crate::domain::{Rule, Slug, Violations};
use crate::services::accounts::error::AccountsError;
use crate::services::accounts::post::check_post;
use crate::services::accounts::preferences::{self, Preferences};
use crate::services::accounts::private;
use crate::services::accounts::repeatable::RepeatableRequest;
use crate::services::accounts::scope::administers;
use crate::services::accounts::stored::{AccountV1, PrivateV1};
use crate::services::audit::{Act, NewEntry};
use crate::services::mail::LinkPurpose;
use crate::storage::catalog::{CatalogError, ChangeSet};

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
    pub repeatable: Option<RepeatableRequest>,
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
        let (changes, handed_over) = how
            .hand_over
            .apply(&self.mail, changes, link, purpose, &login, now);
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
            Some(_) if how.hand_over.is_by_mail(&self.mail, login) => {
                HandedOver::Mailed(login.clone())
            }
            Some(_) => HandedOver::Link(link),
        };
        Ok(Some(Invited {
            account,
            handed_over,
            is_replay: true,
        }))
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
        if let Err(rule) = check_post(
            wanted.role,
            wanted.organisation.as_ref(),
            &self.vocabularies,
        ) {
            broken.push("/organisation", rule);
        }
        match (login, display) {
            (Some(login), Some(display)) => broken.into_result((login, display)),
            _ => Err(broken),
        }
    }
}
