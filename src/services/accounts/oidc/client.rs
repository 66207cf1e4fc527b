//! Speaks with a provider: discovery, keys, the exchange of a code, the verification of an ID token.
//!
//! The discovery of a provider is cached for a day. A token with an unknown key makes the keys be read again, at most once a
//! minute, so that a rotation is followed and a forger cannot make the archive ask without end. Whoever asks while a provider
//! is read waits without a thread, and a failure is remembered for a while, so a provider that is down holds one thread at most.

use std::io::Read as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthPrompt, CoreClient, CoreErrorResponseType, CoreIdToken, CoreIdTokenClaims,
    CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
};
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, Scope, SignatureVerificationError, StandardErrorResponse,
    TokenResponse as _,
};
use serde_json::Value;
use tokio::sync::Mutex;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::provider::Provider;
use crate::domain::Timestamp;
use crate::storage::blocking;

/// How long what was read of a provider is kept.
const KEEP_SECONDS: i64 = 86_400;
/// After a failure, a provider is not read for so long.
const FAILURE_PAUSE_SECONDS: i64 = 30;
/// Keys are read again at most so often.
const KEYS_PAUSE_SECONDS: i64 = 60;
/// By how much the clocks may differ.
const SKEW_SECONDS: i64 = 60;
/// The largest answer of a provider.
const MAX_BYTES: u64 = 1 << 20;
const TIMEOUT: Duration = Duration::from_secs(10);

/// The algorithms that are accepted: signatures with keys that only the provider has.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why nobody was verified.
#[derive(Debug, thiserror::Error)]
pub enum Unverified {
    /// The provider does not answer as it should.
    #[error("the provider does not answer as it should: {0}")]
    Unavailable(String),
    /// The code or the token is not valid.
    #[error("the code or token is not valid: {0}")]
    Refused(String),
}

/// What a browser takes along to the provider.
pub(super) struct AuthorizationFlow {
    pub(super) redirect: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    /// The holder must prove who it is anew.
    pub(super) is_fresh: bool,
}

/// Who signed in, as a verified token says.
pub(super) struct Identity {
    pub(super) subject: String,
    pub(super) claims: Value,
    /// When the holder last proved who it is, if the provider says so.
    pub(super) authenticated_at: Option<Timestamp>,
}

/// A provider and what was read of it.
pub(super) struct ProviderClient {
    pub(super) provider: Provider,
    agent: Agent,
    /// Locked while the provider is read, also when who asked has gone.
    cached: Arc<Mutex<Cached>>,
}

/// What was read of a provider, and how the last attempt failed, if it did.
#[derive(Default)]
struct Cached {
    discovery: Option<Discovery>,
    failure: Option<(Timestamp, String)>,
}

#[derive(Clone)]
struct Discovery {
    metadata: CoreProviderMetadata,
    read_at: Timestamp,
    keys_read_at: Timestamp,
}

impl ProviderClient {
    pub(super) fn new(provider: Provider) -> Self {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = &provider.authority {
            let authorities: Vec<Certificate<'static>> = parse_pem(pem)
                .filter_map(Result::ok)
                .filter_map(|item| match item {
                    PemItem::Certificate(certificate) => Some(certificate),
                    _ => None,
                })
                .collect();
            tls = tls.root_certs(RootCerts::new_with_certs(&authorities));
        }
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            // A provider has no reason to send the archive elsewhere.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(TIMEOUT))
            .tls_config(tls.build());
        Self {
            provider,
            agent: config.build().into(),
            cached: Arc::default(),
        }
    }

    /// The address at the provider that a browser is sent to.
    pub(super) async fn authorization_url(
        self: &Arc<Self>,
        flow: AuthorizationFlow,
        now: Timestamp,
    ) -> Result<String, Unverified> {
        let discovery = self.discovery(now).await?;
        let client = CoreClient::from_provider_metadata(
            discovery.metadata,
            ClientId::new(self.provider.client_id.clone()),
            None,
        )
        .set_redirect_uri(redirect(flow.redirect)?);
        let verifier = PkceCodeVerifier::new(flow.verifier);
        let (state, nonce) = (flow.state, flow.nonce);
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for scope in &self.provider.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        if flow.is_fresh {
            request = request
                .add_prompt(CoreAuthPrompt::Login)
                .set_max_age(Duration::ZERO);
        }
        let (address, _, _) = request.url();
        Ok(address.to_string())
    }

    /// Exchanges a code and verifies the token that the provider gives for it.
    pub(super) async fn verify(
        self: &Arc<Self>,
        code: String,
        flow: AuthorizationFlow,
        now: Timestamp,
    ) -> Result<Identity, Unverified> {
        let discovery = self.discovery(now).await?;
        let nonce = Nonce::new(flow.nonce.clone());
        let (client, metadata) = (Arc::clone(self), discovery.metadata.clone());
        let token = blocking(move || client.exchange(code, flow, metadata)).await?;
        match self.verified(&token, &discovery, &nonce, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let discovery = self.with_new_keys(discovery, now).await?;
                let again = self.verified(&token, &discovery, &nonce, now);
                again.map_err(|error| refused(&error))
            }
            verified => verified.map_err(|error| refused(&error)),
        }
    }

    /// The token for a code. Blocks.
    fn exchange(
        &self,
        code: String,
        flow: AuthorizationFlow,
        metadata: CoreProviderMetadata,
    ) -> Result<CoreIdToken, Unverified> {
        let secret = self.provider.client_secret.clone().map(ClientSecret::new);
        let id = ClientId::new(self.provider.client_id.clone());
        let client = CoreClient::from_provider_metadata(metadata, id, secret)
            .set_redirect_uri(redirect(flow.redirect)?);
        let request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(unavailable)?
            .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier));
        let answer = request.request(&|request| self.call(request));
        let token = answer.map_err(no_token)?.id_token().cloned();
        token.ok_or_else(|| Unverified::Unavailable("it gives no ID token".to_owned()))
    }

    fn verified(
        &self,
        token: &CoreIdToken,
        discovery: &Discovery,
        nonce: &Nonce,
        now: Timestamp,
    ) -> Result<Identity, ClaimsVerificationError> {
        let moment = |at: Timestamp| {
            let millis = u64::try_from(at.as_millis()).unwrap_or_default();
            SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
        };
        let earlier = moment(now.plus_seconds(-SKEW_SECONDS));
        let latest_issue = moment(now.plus_seconds(SKEW_SECONDS));
        let verifier = openidconnect::core::CoreIdTokenVerifier::new_public_client(
            ClientId::new(self.provider.client_id.clone()),
            discovery.metadata.issuer().clone(),
            discovery.metadata.jwks().clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || earlier.into())
        .set_issue_time_verifier_fn(move |issued| {
            if SystemTime::from(issued) <= latest_issue {
                Ok(())
            } else {
                Err("it was issued in the future".to_owned())
            }
        });
        let claims: &CoreIdTokenClaims = token.claims(&verifier, nonce)?;
        let authenticated_at = claims.auth_time().map(|at| {
            let millis = at.timestamp_millis();
            Timestamp::from_millis(millis.min(now.as_millis()))
        });
        Ok(Identity {
            subject: claims.subject().to_string(),
            authenticated_at,
            claims: payload_of(token),
        })
    }

    async fn discovery(self: &Arc<Self>, now: Timestamp) -> Result<Discovery, Unverified> {
        let mut cached = Arc::clone(&self.cached).lock_owned().await;
        if let Some(known) = cached.known(now) {
            return known;
        }
        let client = Arc::clone(self);
        blocking(move || {
            let read = client.discover(now);
            cached.keep(read, now)
        })
        .await
    }

    /// Reads the provider. Blocks.
    fn discover(&self, now: Timestamp) -> Result<Discovery, Unverified> {
        let issuer = IssuerUrl::new(self.provider.issuer.clone()).map_err(unavailable)?;
        let read = CoreProviderMetadata::discover(&issuer, &|request| self.call(request));
        Ok(Discovery {
            metadata: read.map_err(unavailable)?,
            read_at: now,
            keys_read_at: now,
        })
    }

    /// The discovery with keys that were just read, unless they were read a moment ago.
    async fn with_new_keys(
        self: &Arc<Self>,
        mut read: Discovery,
        now: Timestamp,
    ) -> Result<Discovery, Unverified> {
        let mut cached = Arc::clone(&self.cached).lock_owned().await;
        if let Some(present) = &cached.discovery
            && now < present.keys_read_at.plus_seconds(KEYS_PAUSE_SECONDS)
        {
            return Ok(present.clone());
        }
        read.keys_read_at = now;
        // Counted even if it fails.
        cached.discovery = Some(read.clone());
        let client = Arc::clone(self);
        blocking(move || {
            let address = read.metadata.jwks_uri();
            let keys = CoreJsonWebKeySet::fetch(address, &|request| client.call(request));
            read.metadata = read.metadata.set_jwks(keys.map_err(unavailable)?);
            cached.discovery = Some(read.clone());
            Ok(read)
        })
        .await
    }

    fn call(&self, request: HttpRequest) -> Result<HttpResponse, std::io::Error> {
        let (head, body) = request.into_parts();
        let request = ureq::http::Request::from_parts(head, body);
        let answer = self.agent.run(request).map_err(std::io::Error::other)?;
        let (head, body) = answer.into_parts();
        let mut bytes = Vec::new();
        body.into_reader().take(MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(HttpResponse::from_parts(head, bytes))
    }
}

impl Cached {
    /// What is known without reading; none when the provider is to be read. Old metadata is better than none.
    fn known(&self, now: Timestamp) -> Option<Result<Discovery, Unverified>> {
        let found = self.discovery.as_ref();
        let is_fresh = |found: &&Discovery| now < found.read_at.plus_seconds(KEEP_SECONDS);
        if let Some(fresh) = found.filter(is_fresh) {
            return Some(Ok(fresh.clone()));
        }
        let (failed_at, why) = self.failure.as_ref()?;
        let is_pause = now < failed_at.plus_seconds(FAILURE_PAUSE_SECONDS);
        is_pause.then(|| {
            let unavailable = || Unverified::Unavailable(why.clone());
            found.cloned().ok_or_else(unavailable)
        })
    }

    /// Keeps what came of reading the provider, and gives what is known now.
    fn keep(
        &mut self,
        read: Result<Discovery, Unverified>,
        now: Timestamp,
    ) -> Result<Discovery, Unverified> {
        match read {
            Ok(read) => {
                self.failure = None;
                self.discovery = Some(read.clone());
                Ok(read)
            }
            Err(error) => {
                tracing::warn!(%error, "a provider could not be read");
                self.failure = Some((now, error.to_string()));
                self.discovery.clone().ok_or(error)
            }
        }
    }
}

/// The claims of a token that was verified, also those that the crate does not know.
fn payload_of(token: &CoreIdToken) -> Value {
    let text = token.to_string();
    let payload = text.split('.').nth(1).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn redirect(address: String) -> Result<RedirectUrl, Unverified> {
    RedirectUrl::new(address).map_err(unavailable)
}

fn unavailable(error: impl std::error::Error + 'static) -> Unverified {
    Unverified::Unavailable(crate::telemetry::error_chain(&error))
}

/// Why a code got no token. Only `invalid_grant` is about the code (RFC 6749, 5.2); the rest is between provider and archive.
fn no_token(
    error: RequestTokenError<std::io::Error, StandardErrorResponse<CoreErrorResponseType>>,
) -> Unverified {
    match error {
        RequestTokenError::ServerResponse(answer)
            if *answer.error() == CoreErrorResponseType::InvalidGrant =>
        {
            Unverified::Refused(answer.to_string())
        }
        error => unavailable(error),
    }
}

fn refused(error: &ClaimsVerificationError) -> Unverified {
    Unverified::Refused(error.to_string())
}

#[cfg(test)]
mod tests {
    use openidconnect::core::CoreProviderMetadata;
    use serde_json::json;

    use super::{Cached, Discovery, KEEP_SECONDS, Unverified};
    use crate::domain::Timestamp;

    fn read_at(at: Timestamp) -> Discovery {
        let metadata: CoreProviderMetadata = serde_json::from_value(json!({
            "issuer": "https://a.example", "authorization_endpoint": "https://a.example/a",
            "jwks_uri": "https://a.example/k", "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
        }))
        .unwrap();
        Discovery {
            metadata,
            read_at: at,
            keys_read_at: at,
        }
    }

    fn down() -> Result<Discovery, Unverified> {
        Err(Unverified::Unavailable("down".to_owned()))
    }

    #[test]
    fn a_failure_is_remembered_for_half_a_minute() {
        let start = Timestamp::from_millis(0);
        let mut cached = Cached::default();
        assert!(cached.known(start).is_none());
        assert!(cached.keep(down(), start).is_err());
        assert!(cached.known(start.plus_seconds(29)).unwrap().is_err());
        assert!(cached.known(start.plus_seconds(30)).is_none());
    }

    #[test]
    fn old_metadata_is_used_while_the_provider_is_down() {
        let start = Timestamp::from_millis(0);
        let late = start.plus_seconds(KEEP_SECONDS);
        let mut cached = Cached::default();
        cached.keep(Ok(read_at(start)), start).unwrap();
        assert!(cached.known(late.plus_seconds(-1)).unwrap().is_ok());
        assert!(cached.known(late).is_none());
        assert_eq!(cached.keep(down(), late).unwrap().read_at, start);
        let known = cached.known(late.plus_seconds(29)).unwrap();
        assert_eq!(known.unwrap().read_at, start);
        assert!(cached.known(late.plus_seconds(30)).is_none());
    }
}
