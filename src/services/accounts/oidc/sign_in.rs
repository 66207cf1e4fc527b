//! Signs holders of accounts in whom a provider vouches for.

use std::sync::Arc;

use serde_json::Value;

use super::client::{AuthorizationFlow, Identity, ProviderClient, Unverified};
use super::flow::Flow;
use super::provider::{ClaimRule, Provider, login_in};
use super::stored::{SubjectRecord, SubjectV1, key};
use crate::domain::Slug;
use crate::domain::Timestamp;
use crate::domain::access::{AccountId, Actor};
use crate::domain::account::Login;
use crate::services::accounts::access::Access;
use crate::services::accounts::error::AccountsError;
use crate::services::accounts::secret::Secret;
use crate::services::accounts::sessions::Session;
use crate::services::accounts::sign_in::name_of;
use crate::services::accounts::store::{AccountStore, FullAccount};
use crate::services::accounts::stored::{AccountV1, PrivateV1};
use crate::services::accounts::throttle::{Attempt, Network, Outcome, Throttle, TooManyAttempts};
use crate::services::audit::{Act, NewEntry};
use crate::storage::catalog::typed_records::ReadKeyed as _;
use crate::storage::catalog::{CatalogError, ChangeSet};

/// By how much the clock of a provider may be behind.
const SKEW_SECONDS: i64 = 60;

/// How often an account is tried again that was not created because of another one.
const RETRIES: u8 = 2;

/// Signs in through providers.
pub struct OidcSignIn {
    store: AccountStore,
    access: Access,
    throttle: Throttle,
    clients: Vec<Arc<ProviderClient>>,
}

/// What a browser brings back from a provider.
#[derive(Debug, Clone, Default)]
pub struct AuthorizationResponse {
    /// The code to exchange.
    pub code: Option<String>,
    /// What the browser took along.
    pub state: Option<String>,
    /// Who answers (RFC 9207).
    pub issuer: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// No provider has this name.
    #[error("there is no such provider")]
    NoSuchProvider,
    /// The provider does not answer.
    #[error("the provider does not answer")]
    Unavailable(#[source] Unverified),
    /// The browser did not begin this sign-in here, or too long ago, or the provider refuses what it brings back.
    #[error("the sign-in was rejected: {0}")]
    Rejected(String),
    /// No rule gives this holder a role, or its account is closed.
    #[error("the holder has no role here")]
    NoRole,
    /// An account could not be read or written.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

impl From<TooManyAttempts> for OidcError {
    fn from(error: TooManyAttempts) -> Self {
        Self::Accounts(error.into())
    }
}

impl From<CatalogError> for OidcError {
    fn from(error: CatalogError) -> Self {
        Self::Accounts(error.into())
    }
}

impl From<Unverified> for OidcError {
    fn from(error: Unverified) -> Self {
        match error {
            Unverified::Unavailable(_) => Self::Unavailable(error),
            Unverified::Refused(why) => Self::Rejected(why),
        }
    }
}

impl OidcSignIn {
    pub(in crate::services::accounts) fn new(
        store: AccountStore,
        access: Access,
        providers: Vec<Provider>,
    ) -> Self {
        let clients = providers.into_iter().map(ProviderClient::new);
        Self {
            store,
            access,
            throttle: Throttle::new(),
            clients: clients.map(Arc::new).collect(),
        }
    }

    /// The providers.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.clients.iter().map(|client| &client.provider)
    }

    /// Begins a sign-in: the address that the browser is sent to, and what it keeps meanwhile. `is_fresh`: the holder must
    /// prove who it is anew.
    ///
    /// # Errors
    /// [`OidcError::NoSuchProvider`], [`OidcError::Unavailable`].
    pub async fn begin(
        &self,
        provider: &str,
        redirect: String,
        is_fresh: bool,
    ) -> Result<(String, Secret), OidcError> {
        let client = self.client(provider)?;
        let clock = &self.store.clock;
        let now = clock.now();
        let flow = Flow::new(provider, is_fresh, clock);
        let cookie = flow.seal(&self.store.keys.master(), clock);
        let cookie = cookie.map_err(AccountsError::from)?;
        let flow = authorization_flow(flow, redirect);
        let address = client.authorization_url(flow, now).await?;
        Ok((address, cookie))
    }

    /// Completes a sign-in with what the browser kept and brings back.
    ///
    /// # Errors
    /// [`OidcError`]; too many codes that the provider refuses make a network wait.
    pub async fn complete(
        &self,
        provider: &str,
        redirect: String,
        cookie: Option<&str>,
        response: AuthorizationResponse,
        network: Network,
    ) -> Result<(Secret, Session), OidcError> {
        let client = self.client(provider)?;
        let verified = self.verified(&client, redirect, cookie, response, network);
        match verified.await {
            Ok(identity) => self.admit(&client.provider, &identity, network).await,
            Err(error) => {
                if let OidcError::Rejected(why) = &error {
                    tracing::warn!(provider, %why, "a sign-in through a provider was rejected");
                }
                Err(error)
            }
        }
    }

    /// Who signs in. A browser that lost its cookie guesses nothing, so only what the provider refuses is counted.
    async fn verified(
        &self,
        client: &Arc<ProviderClient>,
        redirect: String,
        cookie: Option<&str>,
        response: AuthorizationResponse,
        network: Network,
    ) -> Result<Identity, OidcError> {
        let clock = &self.store.clock;
        let now = clock.now();
        let (flow, code) = self.begun(&client.provider, cookie, response, now)?;
        let (is_fresh, begun_at) = (flow.is_fresh, flow.begun_at());
        let verified = client.verify(code, authorization_flow(flow, redirect), now);
        let verified = async { Ok(verified.await?) };
        let attempt = Attempt::in_network(network);
        let identity = self.throttle.count(attempt, clock, verified, outcome_of);
        let identity = identity.await?;
        let earliest = begun_at.plus_seconds(-SKEW_SECONDS);
        if is_fresh && identity.authenticated_at.is_none_or(|at| at < earliest) {
            return Err(rejected("the proof of identity is not fresh"));
        }
        Ok(identity)
    }

    /// The sign-in that this browser began and the code that it brings back.
    fn begun(
        &self,
        provider: &Provider,
        cookie: Option<&str>,
        response: AuthorizationResponse,
        now: Timestamp,
    ) -> Result<(Flow, String), OidcError> {
        let master = self.store.keys.master();
        let flow = cookie.and_then(|cookie| Flow::open(cookie, &master, now));
        let flow = flow.ok_or_else(|| rejected("this browser did not begin it"))?;
        let is_same = flow.provider == provider.id.as_str()
            && response.state.as_deref() == Some(flow.state.as_str());
        if !is_same {
            return Err(rejected("the state is another one"));
        }
        if response
            .issuer
            .is_some_and(|issuer| issuer != provider.issuer)
        {
            return Err(rejected("another issuer answers"));
        }
        let code = response.code.filter(|_| response.error.is_none());
        let code = code.ok_or_else(|| rejected("the provider refused"))?;
        Ok((flow, code))
    }

    /// Begins a session for a verified identity, with the role that the rules give it now.
    async fn admit(
        &self,
        provider: &Provider,
        identity: &Identity,
        network: Network,
    ) -> Result<(Secret, Session), OidcError> {
        let rule = provider.rule_for(&identity.claims);
        let rule = rule.ok_or(OidcError::NoRole)?;
        let account = self.account_of(provider, identity, rule).await?;
        if account.is_closed() {
            return Err(OidcError::NoRole);
        }
        let account = self.with_post(account, rule).await?;
        let actor = account.actor()?;
        let entry = NewEntry::new(&actor, Act::SignedIn, &account.public.id)
            .with("network", name_of(network))
            .with("provider", provider.id.as_str());
        // A provider that does not say when the holder proved who it is proves nothing recent.
        let proven = identity
            .authenticated_at
            .unwrap_or(Timestamp::from_millis(0));
        let sessions = &self.access.sessions;
        Ok(sessions.begin_proven(&account, proven, entry).await?)
    }

    /// The account of the subject; a new one at its first sign-in.
    async fn account_of(
        &self,
        provider: &Provider,
        identity: &Identity,
        rule: &ClaimRule,
    ) -> Result<FullAccount, OidcError> {
        let key = key(
            &provider.issuer,
            &identity.subject,
            &self.store.keys.master(),
        );
        let mut retries = 0..RETRIES;
        loop {
            let found = self.store.catalog.keyed::<SubjectRecord>(&key).await?;
            if let Some(SubjectRecord::V1(found)) = found.map(|found| found.value) {
                let account = self.store.read(&found.account).await?;
                return account.ok_or(OidcError::NoRole);
            }
            match self.create(provider, identity, rule, &key).await {
                // The same subject signed in at the same time, or somebody got the login name.
                Err(OidcError::Accounts(AccountsError::Catalog(
                    CatalogError::RecordConflict { .. },
                ))) if retries.next().is_some() => {}
                created => created?,
            }
        }
    }

    async fn create(
        &self,
        provider: &Provider,
        identity: &Identity,
        rule: &ClaimRule,
        key: &str,
    ) -> Result<(), OidcError> {
        let now = self.store.clock.now();
        let id = AccountId::from_random(self.store.clock.random_bytes::<6>());
        let login = self.free_login(&identity.claims, &id).await?;
        let public = AccountV1 {
            id: id.to_string(),
            role: rule.role.name().to_owned(),
            organisation: rule.organisation.as_ref().map(Slug::to_string),
            created_at_ms: now.as_millis(),
            closed_at_ms: None,
            sealed: None,
        };
        let private = PrivateV1 {
            login: login.as_str().to_owned(),
            display: login.as_str().to_owned(),
            password: None,
            totp: None,
            recovery_codes: Vec::new(),
        };
        let changes = ChangeSet::by(&Actor::System, now);
        let provider_id = Some(provider.id.to_string());
        let changes = self
            .store
            .insert(changes, public, provider_id, &private, &login)
            .await?;
        let changes = changes.insert_keyed(&SubjectRecord::V1(SubjectV1 {
            key: key.to_owned(),
            account: id.to_string(),
        }))?;
        let entry = NewEntry::new(&Actor::System, Act::AccountOpened, &id)
            .with("role", rule.role.name())
            .with("provider", provider.id.as_str());
        self.store.trail.commit(changes, &entry).await?;
        Ok(())
    }

    /// A login name that nobody has: what the provider calls the holder, or the id. An account that has the name already
    /// stays who it is.
    async fn free_login(&self, claims: &Value, id: &AccountId) -> Result<Login, OidcError> {
        if let Some(login) = login_in(claims)
            && self.store.with_login(&login).await?.is_none()
        {
            return Ok(login);
        }
        let login = Login::parse(id.as_str());
        login.map_err(|rule| AccountsError::broken("/login", rule).into())
    }

    /// The account with the role and body of the rule. A change ends its sessions and tokens.
    async fn with_post(
        &self,
        account: FullAccount,
        rule: &ClaimRule,
    ) -> Result<FullAccount, OidcError> {
        let present = account.view()?;
        if (present.role, &present.organisation) == (rule.role, &rule.organisation) {
            return Ok(account);
        }
        let organisation = rule.organisation.as_ref();
        let changed = self
            .access
            .set_post(&Actor::System, account, rule.role, organisation);
        Ok(changed.await?)
    }

    fn client(&self, provider: &str) -> Result<Arc<ProviderClient>, OidcError> {
        let found = self
            .clients
            .iter()
            .find(|client| client.provider.id.as_str() == provider);
        found.cloned().ok_or(OidcError::NoSuchProvider)
    }
}

fn rejected(why: &str) -> OidcError {
    OidcError::Rejected(why.to_owned())
}

const fn outcome_of<T>(verified: &Result<T, OidcError>) -> Outcome {
    match verified {
        Err(OidcError::Rejected(_)) => Outcome::Failed,
        _ => Outcome::Undecided,
    }
}

fn authorization_flow(flow: Flow, redirect: String) -> AuthorizationFlow {
    AuthorizationFlow {
        redirect,
        state: flow.state,
        nonce: flow.nonce,
        verifier: flow.verifier,
        is_fresh: flow.is_fresh,
    }
}
