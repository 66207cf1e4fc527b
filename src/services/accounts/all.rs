//! The services for accounts, built together because they share store, sessions and throttle.

use std::sync::Arc;

use super::access::Access;
use super::administration::Administration;
use super::letters::{AnswerForgotten, ForgottenPasswords, MailAccountLink};
use super::links::Links;
use super::oidc::{OidcSignIn, Provider};
use super::own_account::OwnAccount;
use super::passkeys::Passkeys;
use super::password::Passwords;
use super::preferences::AccountPreferences;
use super::recipients::Recipients;
use super::sessions::{CarriedForms, Sessions};
use super::sign_in::SignIn;
use super::store::AccountStore;
use super::throttle::Throttle;
use super::tokens::Tokens;
use crate::clock::Clock;
use crate::domain::vocabulary::Vocabularies;
use crate::services::audit::AuditTrail;
use crate::services::mail::Mail;
use crate::storage::catalog::RecordStore;
use crate::storage::keys::KeyStore;

/// The services for accounts. Clones share them.
#[derive(Clone)]
pub struct Accounts {
    /// For administrators.
    pub administration: Arc<Administration>,
    /// For holders.
    pub own: Arc<OwnAccount>,
    /// Signing in.
    pub sign_in: Arc<SignIn>,
    /// What holders choose.
    pub preferences: Arc<AccountPreferences>,
    /// Accounts as recipients of messages.
    pub recipients: Arc<Recipients>,
    /// Requests for links by those who forgot their password.
    pub forgotten: Arc<ForgottenPasswords>,
    /// Forms that were posted without a session.
    pub carried_forms: Arc<CarriedForms>,
    /// Passkeys.
    pub passkeys: Arc<Passkeys>,
    /// Signing in through providers.
    pub oidc: Arc<OidcSignIn>,
    /// Sessions of browsers.
    pub sessions: Arc<Sessions>,
}

impl Accounts {
    /// The accounts of this catalogue, whose private parts are encrypted with these keys.
    #[expect(
        clippy::too_many_arguments,
        reason = "called once, where the archive is composed"
    )]
    pub fn new(
        catalog: Arc<dyn RecordStore>,
        trail: AuditTrail,
        keys: Arc<KeyStore>,
        vocabularies: Arc<Vocabularies>,
        passwords: Passwords,
        mail: Mail,
        address: &str,
        providers: Vec<Provider>,
        tokens: Arc<Tokens>,
        clock: Clock,
    ) -> Self {
        let store = AccountStore {
            catalog,
            trail,
            keys,
            vocabularies: Arc::clone(&vocabularies),
            clock,
        };
        let sessions = Sessions::new(store.clone());
        let links = Links {
            store: store.clone(),
        };
        let access = Access {
            store: store.clone(),
            sessions: Arc::clone(&sessions),
            tokens,
        };
        let throttle = Arc::new(Throttle::new());
        let sign_in = SignIn::new(
            store.clone(),
            passwords.clone(),
            Arc::clone(&sessions),
            Arc::clone(&throttle),
        );
        Self {
            administration: Arc::new(Administration {
                store: store.clone(),
                vocabularies,
                access: access.clone(),
                links: links.clone(),
                mail: mail.clone(),
            }),
            preferences: Arc::new(AccountPreferences {
                store: store.clone(),
            }),
            passkeys: Arc::new(Passkeys::new(store.clone(), Arc::clone(&sessions), address)),
            oidc: Arc::new(OidcSignIn::new(store.clone(), access, providers)),
            recipients: Arc::new(Recipients {
                store: store.clone(),
            }),
            carried_forms: Arc::new(CarriedForms {
                store: store.clone(),
            }),
            forgotten: Arc::new(ForgottenPasswords {
                store: store.clone(),
                mail,
                throttle: Arc::new(Throttle::new()),
            }),
            own: Arc::new(OwnAccount {
                store,
                passwords,
                sessions: Arc::clone(&sessions),
                links,
                throttle,
            }),
            sign_in: Arc::new(sign_in),
            sessions,
        }
    }

    /// The handler of jobs that mail one-time links.
    pub fn link_mails(&self) -> MailAccountLink {
        MailAccountLink {
            links: self.administration.links.clone(),
            mail: self.administration.mail.clone(),
        }
    }

    /// The handler of jobs that answer requests for links.
    pub fn forgotten_answers(&self) -> AnswerForgotten {
        AnswerForgotten {
            links: self.administration.links.clone(),
        }
    }
}
