//! The services for accounts, built together because they share store, sessions and throttle.

use std::sync::Arc;

use super::administration::Administration;
use super::links::Links;
use super::own_account::OwnAccount;
use super::password::Passwords;
use super::sessions::Sessions;
use super::sign_in::SignIn;
use super::store::AccountStore;
use super::throttle::Throttle;
use super::tokens::Tokens;
use crate::clock::Clock;
use crate::domain::vocabulary::Vocabularies;
use crate::services::audit::AuditTrail;
use crate::storage::catalog::Catalog;
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
    /// Sessions of browsers.
    pub sessions: Arc<Sessions>,
}

impl Accounts {
    /// The accounts of this catalogue, whose private parts are encrypted with these keys.
    pub fn new(
        catalog: Arc<dyn Catalog>,
        trail: AuditTrail,
        keys: Arc<KeyStore>,
        vocabularies: Arc<Vocabularies>,
        passwords: Passwords,
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
                sessions: Arc::clone(&sessions),
                links: links.clone(),
                tokens,
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
}
