//! Who calls: tokens of machines, accounts of posts, and sessions of browsers.
//!
//! A token is 256 random bits for a program. An account is a key to a post: a login name, a display line,
//! a role and a body, and how its holder proves who it is; what is private in it is encrypted and can be forgotten
//! (ADR 18). A session is what a browser gets for signing in. All three end at the same [`Actor`], and nothing
//! behind it knows which it was.
//!
//! [`Actor`]: crate::domain::access::Actor

mod access;
mod administration;
mod all;
mod error;
mod housekeeping;
mod letters;
mod links;
pub mod oidc;
mod own_account;
pub mod passkeys;
mod password;
mod post;
mod preferences;
mod private;
mod recipients;
mod repeatable;
mod scope;
mod second_factor;
mod secret;
mod sessions;
mod sign_in;
mod store;
mod stored;
mod throttle;
mod tokens;

pub use administration::{
    AccountChange, Administration, FORGET_AFTER_DAYS, HandOver, HandedOver, Invite, Invited,
    NewAccount,
};
pub use all::Accounts;
pub use error::AccountsError;
pub use housekeeping::{HOUSEKEEPING, housekeeping};
pub use letters::{AnswerForgotten, ForgottenPasswords, MailAccountLink};
pub use links::LINK_SECONDS;
pub use own_account::{CodesRenewal, OwnAccount};
pub use password::{MIN_CHARACTERS, Overload, Passwords};
pub use post::check_post;
pub use preferences::{AccountPreferences, Preferences, PreferencesChange};
pub(in crate::services) use private::{open as unseal, seal};
pub use recipients::{Posts, Recipient, Recipients};
pub use repeatable::RepeatableRequest;
pub(in crate::services) use scope::subordinates;
pub use second_factor::NewTotp;
pub use secret::Secret;
pub use sessions::{CarriedForm, CarriedForms, Session, Sessions};
pub use sign_in::{Proof, SignIn};
pub use throttle::Network;
pub use tokens::{
    CACHE_SECONDS, DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS, MAX_OWN_TOKENS, NewOwnToken,
    NewToken, Token, Tokens,
};
