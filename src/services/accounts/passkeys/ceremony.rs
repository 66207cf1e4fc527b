//! The ceremonies: what a browser is asked for, and whether its answer is right.

use serde_json::Value;
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions,
    UserHandle, Username,
};
use webauthn_rp::request::{AsciiDomain, ExtensionInfo, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::auth::ser_relaxed::DiscoverableAuthenticationRelaxed;
use webauthn_rp::response::register::ser_relaxed::RegistrationRelaxed;
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions,
    RegistrationServerState,
};

/// The bytes of the id of an account, by which a passkey names it.
const HANDLE_BYTES: usize = 14;

/// The response of an authenticator is not valid.
#[derive(Debug, thiserror::Error)]
#[error("the response of the authenticator is not valid: {0}")]
pub(super) struct InvalidResponse(pub(super) String);

/// This archive, as passkeys know it.
pub(super) struct RelyingParty {
    id: RpId,
    origin: String,
}

/// A passkey that was registered.
pub(super) struct NewCredential {
    pub(super) id: Vec<u8>,
    pub(super) public_key: Vec<u8>,
    pub(super) state: [u8; 7],
}

/// Which passkey of which account a browser answers with.
pub(super) struct Claimed {
    pub(super) account: String,
    pub(super) id: Vec<u8>,
}

impl RelyingParty {
    /// The relying party at a public address; none when the address has no name.
    pub(super) fn at(address: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        let authority = rest.split('/').next()?;
        let host = authority
            .rsplit_once(':')
            .map_or(authority, |(host, _)| host);
        // Browsers know passkeys of names only.
        if host.is_empty() || host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[') {
            return None;
        }
        let domain = AsciiDomain::try_from(host.to_ascii_lowercase()).ok()?;
        Some(Self {
            id: RpId::Domain(domain),
            origin: format!("{scheme}://{}", authority.to_ascii_lowercase()),
        })
    }

    /// What to ask a browser for, and what to keep until it answers.
    pub(super) fn begin_registration(
        &self,
        account: &str,
        login: &str,
        display: &str,
        known: Vec<Vec<u8>>,
    ) -> Result<(Value, Vec<u8>), InvalidResponse> {
        let handle = handle(account)?;
        let user = PublicKeyCredentialUserEntity {
            name: Username::try_from(login).map_err(invalid)?,
            id: &handle,
            display_name: Nickname::try_from(display).ok(),
        };
        let known = known.into_iter().filter_map(|id| {
            Some(PublicKeyCredentialDescriptor {
                id: CredentialId::<Vec<u8>>::decode(id).ok()?,
                // None is remembered: the browser asks all.
                transports: AuthTransports::decode(0).ok()?,
            })
        });
        let known = known.collect();
        let mut options = PublicKeyCredentialCreationOptions::passkey(&self.id, user, known);
        // Authenticators without this extension make good passkeys, too: that their holder was verified is checked.
        let protect = CredProtect::UserVerificationRequired(ExtensionInfo::AllowDontEnforceValue);
        options.extensions.cred_protect = protect;
        let (server, client) = options.start_ceremony().map_err(invalid)?;
        let options = serde_json::to_value(&client).map_err(invalid)?;
        Ok((options, server.encode().map_err(invalid)?))
    }

    /// The passkey that a browser made.
    pub(super) fn finish_registration(
        &self,
        kept: &[u8],
        answer: &Value,
    ) -> Result<NewCredential, InvalidResponse> {
        let state = RegistrationServerState::<HANDLE_BYTES>::decode(kept).map_err(invalid)?;
        let answer: RegistrationRelaxed = read(answer)?;
        let options = RegistrationVerificationOptions {
            allowed_origins: &[self.origin.as_str()],
            allowed_top_origins: None::<&[&str]>,
            error_on_unsolicited_extensions: false,
            ..Default::default()
        };
        let made = state
            .verify(&self.id, &answer.0, &options)
            .map_err(invalid)?;
        let state = made.dynamic_state();
        if !state.user_verified {
            return Err(InvalidResponse(
                "the device did not recognise its holder".to_owned(),
            ));
        }
        Ok(NewCredential {
            id: made.id().as_ref().to_vec(),
            public_key: made.static_state().encode().map_err(invalid)?,
            state: state.encode().map_err(invalid)?,
        })
    }

    /// What to ask a browser for, and what to keep until it answers.
    pub(super) fn begin_sign_in(&self) -> Result<(Value, Vec<u8>), InvalidResponse> {
        let options = DiscoverableCredentialRequestOptions::passkey(&self.id);
        let (server, client) = options.start_ceremony().map_err(invalid)?;
        let options = serde_json::to_value(&client).map_err(invalid)?;
        Ok((options, server.encode().map_err(invalid)?))
    }

    /// Which passkey a browser answers with; whether it has that is not verified yet.
    pub(super) fn claimed(answer: &Value) -> Result<Claimed, InvalidResponse> {
        let answer: DiscoverableAuthenticationRelaxed<HANDLE_BYTES> = read(answer)?;
        let handle = answer
            .0
            .response()
            .user_handle()
            .encode()
            .map_err(invalid)?;
        Ok(Claimed {
            account: String::from_utf8(handle.to_vec()).map_err(invalid)?,
            id: answer.0.raw_id().as_ref().to_vec(),
        })
    }

    /// Verifies that the browser has the passkey and that the device recognised its holder. Gives the state to keep.
    pub(super) fn finish_sign_in(
        &self,
        kept: &[u8],
        answer: &Value,
        account: &str,
        id: &[u8],
        public_key: &[u8],
        state: [u8; 7],
    ) -> Result<[u8; 7], InvalidResponse> {
        let server = DiscoverableAuthenticationServerState::decode(kept).map_err(invalid)?;
        let answer: DiscoverableAuthenticationRelaxed<HANDLE_BYTES> = read(answer)?;
        let handle = handle(account)?;
        let key = StaticState::<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>::decode(
            public_key,
        );
        let mut credential = AuthenticatedCredential::new(
            CredentialId::<&[u8]>::decode(id).map_err(invalid)?,
            &handle,
            key.map_err(invalid)?,
            DynamicState::decode(state).map_err(invalid)?,
        )
        .map_err(invalid)?;
        let options = AuthenticationVerificationOptions {
            allowed_origins: &[self.origin.as_str()],
            allowed_top_origins: None::<&[&str]>,
            error_on_unsolicited_extensions: false,
            ..Default::default()
        };
        server
            .verify(&self.id, &answer.0, &mut credential, &options)
            .map_err(invalid)?;
        credential.dynamic_state().encode().map_err(invalid)
    }
}

fn handle(account: &str) -> Result<UserHandle<HANDLE_BYTES>, InvalidResponse> {
    let bytes = <[u8; HANDLE_BYTES]>::try_from(account.as_bytes()).map_err(invalid)?;
    UserHandle::decode(bytes).map_err(|_| InvalidResponse("no account".to_owned()))
}

fn read<T: serde::de::DeserializeOwned>(answer: &Value) -> Result<T, InvalidResponse> {
    // From text: the types borrow parts of it while they are read.
    serde_json::from_str(&answer.to_string()).map_err(invalid)
}

fn invalid(error: impl std::fmt::Display) -> InvalidResponse {
    InvalidResponse(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::RelyingParty;

    #[test]
    fn passkeys_belong_to_the_origin_of_the_public_address() {
        for (address, origin) in [
            ("https://kho.example.vn", Some("https://kho.example.vn")),
            (
                "https://Kho.example.vn:8443/a",
                Some("https://kho.example.vn:8443"),
            ),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://127.0.0.1:8080", None),
            ("http://[::1]:8080", None),
            ("", None),
        ] {
            let party = RelyingParty::at(address);
            assert_eq!(
                party.map(|party| party.origin).as_deref(),
                origin,
                "{address}"
            );
        }
    }
}
