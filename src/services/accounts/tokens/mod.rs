//! Tokens: what programs call with.
//!
//! A token is 256 random bits; the archive stores their hash and shows the secret once. A token of a service
//! has a role and a body of its own. A token of an account acts as that account, so that nobody approves as a program what the
//! same post decided with a browser; it ends with the account, its role and its body ([`own`]). Either can be
//! narrowed to some permissions of its role and gets new secrets with an overlap ([`rotation`]). Of its use
//! the archive keeps the last day and nothing else ([`last_use`]).

mod authenticate;
mod cache;
mod last_use;
mod own;
mod rotation;
mod service;
mod succession;
mod token;

pub use cache::CACHE_SECONDS;
pub use own::{MAX_OWN_TOKENS, NewOwnToken};
pub use rotation::{DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS};
pub use service::{NewToken, Tokens};
pub use token::Token;
