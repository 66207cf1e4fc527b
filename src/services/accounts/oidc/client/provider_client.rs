//! The client of one provider.

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
    CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, StandardErrorResponse,
    TokenResponse as _,
};
use serde_json::Value;
use tokio::sync::Mutex;

use super::discovery::{Cached, Discovery};
use super::error::{Unverified, unavailable};
use super::http::Http;
use crate::domain::Timestamp;
use crate::services::accounts::oidc::provider::Provider;
use crate::storage::blocking;

/// By how much the clocks may differ.
const SKEW_SECONDS: i64 = 60;

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

/// What a browser takes along to the provider.
pub(in crate::services::accounts::oidc) struct AuthorizationFlow {
    pub(in crate::services::accounts::oidc) redirect: String,
    pub(in crate::services::accounts::oidc) state: String,
    pub(in crate::services::accounts::oidc) nonce: String,
    pub(in crate::services::accounts::oidc) verifier: String,
    /// The holder must prove who it is anew.
    pub(in crate::services::accounts::oidc) is_fresh: bool,
}

/// Who signed in, as a verified token says.
pub(in crate::services::accounts::oidc) struct Identity {
    pub(in crate::services::accounts::oidc) subject: String,
    pub(in crate::services::accounts::oidc) claims: Value,
    /// When the holder last proved who it is, if the provider says so.
    pub(in crate::services::accounts::oidc) authenticated_at: Option<Timestamp>,
}

/// A provider and what was read of it.
pub(in crate::services::accounts::oidc) struct ProviderClient {
    pub(in crate::services::accounts::oidc) provider: Provider,
    http: Http,
    /// Locked while the provider is read, also when who asked has gone.
    cached: Arc<Mutex<Cached>>,
}

impl ProviderClient {
    pub(in crate::services::accounts::oidc) fn new(provider: Provider) -> Self {
        let http = Http::new(provider.authority.as_deref());
        Self {
            provider,
            http,
            cached: Arc::default(),
        }
    }

    /// The address at the provider that a browser is sent to.
    pub(in crate::services::accounts::oidc) async fn authorization_url(
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
    pub(in crate::services::accounts::oidc) async fn verify(
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
        let answer = request.request(&|request| self.http.call(request));
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
        let read = CoreProviderMetadata::discover(&issuer, &|request| self.http.call(request));
        Ok(Discovery::new(read.map_err(unavailable)?, now))
    }

    /// The discovery with keys that were just read, unless they were read a moment ago.
    async fn with_new_keys(
        self: &Arc<Self>,
        mut read: Discovery,
        now: Timestamp,
    ) -> Result<Discovery, Unverified> {
        let mut cached = Arc::clone(&self.cached).lock_owned().await;
        if let Some(present) = &cached.discovery
            && present.has_new_keys(now)
        {
            return Ok(present.clone());
        }
        read.keys_read_again_at = Some(now);
        // Counted even if it fails.
        cached.discovery = Some(read.clone());
        let client = Arc::clone(self);
        blocking(move || {
            let address = read.metadata.jwks_uri();
            let keys = CoreJsonWebKeySet::fetch(address, &|request| client.http.call(request));
            read.metadata = read.metadata.set_jwks(keys.map_err(unavailable)?);
            cached.discovery = Some(read.clone());
            Ok(read)
        })
        .await
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
