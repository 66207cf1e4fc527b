//! Speaks with a provider: discovery, keys, the exchange of a code, the verification of an ID token.
//!
//! The discovery of a provider is cached for a day. A token with an unknown key makes the keys be read again, at most once a
//! minute, so that a rotation is followed and a forger cannot make the archive ask without end. Whoever asks while a provider
//! is read waits without a thread, and a failure is remembered for a while, so a provider that is down holds one thread at most.

mod discovery;
mod error;
mod http;
mod provider_client;

pub use error::Unverified;
pub(super) use provider_client::{AuthorizationFlow, Identity, ProviderClient};
