//! What was typed into a form whose session had ended: the page for signing in carries it on, encrypted with the key of
//! the account for which it was typed. So nothing is stored for those who never come back, and no other account can
//! read it, not even in the source of that page.

use serde::{Deserialize, Serialize};

use super::super::private;
use super::super::secret::Secret;
use super::super::store::AccountStore;

/// Encrypts forms for their accounts.
pub struct CarriedForms {
    pub(in crate::services::accounts) store: AccountStore,
}

/// A form that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedForm {
    /// Where it was sent to.
    pub path: String,
    /// Its fields, in their order.
    pub fields: Vec<(String, String)>,
}

impl CarriedForms {
    /// Encrypts a form for an account; `None` when there is no such account.
    pub fn seal(&self, account: &str, form: &CarriedForm) -> Option<Secret> {
        let key = self.store.keys.of(account)?;
        let sealed = private::seal(form, &purpose(account), &key, &self.store.clock);
        sealed.ok().map(Secret::from_text)
    }

    /// Decrypts a form; `None` when it was typed for another account.
    pub fn open(&self, account: &str, sealed: &str) -> Option<CarriedForm> {
        let key = self.store.keys.of(account)?;
        private::open(sealed, &purpose(account), &key).ok()
    }
}

/// Authenticated with the text, so that nothing else of the account is taken for a form.
fn purpose(account: &str) -> String {
    format!("form of {account}")
}
