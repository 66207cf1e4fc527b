//! Sign-in through OpenID Connect providers: authorisation code with PKCE, state and nonce
//! ([ADR 25](../../../../docs/adr/0025-openid-connect.md)).
//!
//! A provider says who signs in (`iss` and `sub`) and what is known of it (claims); [`provider`] has the rules that make
//! role and body of the claims. Only [`client`] names the crate `openidconnect`.

mod client;
mod flow;
pub mod provider;
mod sign_in;
mod stored;

pub use client::Unverified;
pub use provider::{ClaimRule, Provider};
pub use sign_in::{AuthorizationResponse, OidcError, OidcSignIn};
