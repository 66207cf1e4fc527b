//! What the forms of the page do.

use crate::app::Archive;
use crate::domain::Rule;
use crate::domain::Violations;
use crate::domain::access::{Permission, Permissions, TokenId};
use crate::domain::account::AccountLanguage;
use crate::domain::asset::Revision;
use crate::interfaces::http::authentication::CallerNetwork;
use crate::interfaces::http::extract::guard::Read;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::portal::form::{FormFields, PostedForm};
use crate::services::accounts::{
    AccountsError, CodesRenewal, DEFAULT_OVERLAP_SECONDS, NewOwnToken, PreferencesChange, Proof,
    Secret, Session,
};

use super::outcome::SecretsShownOnce;

/// What a form of the page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Display,
    Language,
    Password,
    Prove,
    BeginTotp,
    ConfirmTotp,
    RemoveTotp,
    RenewCodes,
    RemovePasskey,
    EndSession,
    EndOthers,
    CreateToken,
    RotateToken,
    RevokeToken,
}

/// What came of it.
pub(super) enum Done {
    /// It is written; the page leads to this section.
    Written(&'static str),
    /// The holder proved who it is: its session has a new secret.
    Proven(Secret, Session),
    /// There is something to show, this once.
    Shown(SecretsShownOnce),
}

impl Act {
    const NAMES: [(&'static str, Self); 14] = [
        ("display", Self::Display),
        ("language", Self::Language),
        ("password", Self::Password),
        ("prove", Self::Prove),
        ("begin-totp", Self::BeginTotp),
        ("confirm-totp", Self::ConfirmTotp),
        ("remove-totp", Self::RemoveTotp),
        ("renew-codes", Self::RenewCodes),
        ("remove-passkey", Self::RemovePasskey),
        ("end-session", Self::EndSession),
        ("end-others", Self::EndOthers),
        ("create-token", Self::CreateToken),
        ("rotate-token", Self::RotateToken),
        ("revoke-token", Self::RevokeToken),
    ];

    /// The act with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, act)| *act)
    }

    /// As `RecentSession` in the HTTP interface.
    const fn needs_recent_proof(self) -> bool {
        matches!(
            self,
            Self::BeginTotp
                | Self::ConfirmTotp
                | Self::RemoveTotp
                | Self::RenewCodes
                | Self::RemovePasskey
                | Self::CreateToken
                | Self::RotateToken
        )
    }

    /// Does it.
    ///
    /// # Errors
    /// Those of the accounts.
    pub(super) async fn make(
        self,
        form: &PostedForm<Read>,
        network: CallerNetwork,
        archive: &Archive,
    ) -> Result<Done, Problem> {
        let (session, fields) = (&form.session, &form.fields);
        if self.needs_recent_proof() && !session.is_recent(archive.clock.now()) {
            return Err(Problem::ReauthenticationRequired);
        }
        match self {
            Self::Display | Self::Language | Self::Password | Self::Prove => {
                self.change_profile(session, fields, network, archive).await
            }
            Self::BeginTotp | Self::ConfirmTotp | Self::RemoveTotp | Self::RenewCodes => {
                self.change_second_factor(session, fields, archive).await
            }
            Self::RemovePasskey | Self::EndSession | Self::EndOthers => {
                self.end(session, fields, archive).await
            }
            Self::CreateToken | Self::RotateToken | Self::RevokeToken => {
                self.change_tokens(session, fields, archive).await
            }
        }
    }

    async fn change_profile(
        self,
        session: &Session,
        fields: &FormFields,
        network: CallerNetwork,
        archive: &Archive,
    ) -> Result<Done, Problem> {
        let accounts = &archive.accounts;
        match self {
            Self::Display => {
                let display = fields.text("display");
                accounts.own.rename(session, display).await?;
            }
            Self::Language => {
                let language = AccountLanguage::of_tag(fields.text("language"));
                let change = PreferencesChange {
                    language: Some(language.ok_or(Problem::MalformedRequest)?),
                    ..PreferencesChange::default()
                };
                accounts.preferences.change(session, change).await?;
            }
            Self::Password => {
                let (current, new) = (fields.password("current"), fields.password("password"));
                if new != fields.password("again") {
                    return Err(broken("/again", Rule::NotValid));
                }
                let own = &accounts.own;
                own.change_password(session, current, new, network.0)
                    .await?;
            }
            _ => {
                let proof = proof(fields);
                let (secret, session) = accounts.sign_in.again(session, &proof, network.0).await?;
                return Ok(Done::Proven(secret, session));
            }
        }
        Ok(Done::Written("ho-so"))
    }

    async fn change_second_factor(
        self,
        session: &Session,
        fields: &FormFields,
        archive: &Archive,
    ) -> Result<Done, Problem> {
        let own = &archive.accounts.own;
        let codes = match self {
            Self::BeginTotp => {
                let new = own.begin_totp(session).await?;
                return Ok(Done::Shown(SecretsShownOnce::totp(&new)));
            }
            Self::RemoveTotp => {
                own.remove_totp(session).await?;
                return Ok(Done::Written("lop-hai"));
            }
            Self::ConfirmTotp => own.confirm_totp(session, fields.text("code")).await?,
            _ => {
                let renewal = CodesRenewal {
                    request: fields.repeatable_request(&["act"]),
                    expected: revision(fields)?,
                };
                own.renew_recovery_codes(session, Some(&renewal)).await?
            }
        };
        Ok(Done::Shown(SecretsShownOnce::codes(&codes)))
    }

    async fn end(
        self,
        session: &Session,
        fields: &FormFields,
        archive: &Archive,
    ) -> Result<Done, Problem> {
        let (own, id) = (&archive.accounts.own, fields.text("id"));
        match self {
            Self::RemovePasskey => {
                archive.accounts.passkeys.remove(session, id).await?;
                return Ok(Done::Written("khoa"));
            }
            Self::EndSession => end_session(session, id, archive).await?,
            _ => {
                let others = own.sessions(session).await?;
                for other in others.iter().filter(|other| other.id != session.id) {
                    end_session(session, &other.id, archive).await?;
                }
            }
        }
        Ok(Done::Written("phien"))
    }

    async fn change_tokens(
        self,
        session: &Session,
        fields: &FormFields,
        archive: &Archive,
    ) -> Result<Done, Problem> {
        let (tokens, id) = (&archive.tokens, TokenId(fields.text("id").to_owned()));
        let secret = match self {
            Self::CreateToken => {
                let once = fields.repeatable_request(&["act", "label", "scope"]);
                let created = tokens.create_own(session, wanted(fields), Some(&once));
                created.await?.0
            }
            Self::RotateToken => {
                let once = fields.repeatable_request(&["act", "id"]);
                let overlap = DEFAULT_OVERLAP_SECONDS;
                let rotated = tokens.rotate_own(session, &id, overlap, Some(&once));
                rotated.await?.0
            }
            _ => {
                tokens.revoke_own(session, &id).await?;
                return Ok(Done::Written("ma-truy-cap"));
            }
        };
        Ok(Done::Shown(SecretsShownOnce::token(&secret)))
    }
}

/// Ends a session; one that has ended is no failure.
async fn end_session(session: &Session, id: &str, archive: &Archive) -> Result<(), Problem> {
    match archive.accounts.own.end_session(session, id).await {
        Err(AccountsError::NoSuchSession) => Ok(()),
        ended => Ok(ended?),
    }
}

/// What the holder of an account with a second factor proves itself with, or of one without.
fn proof(fields: &FormFields) -> Proof {
    match fields.text("code") {
        "" => Proof::Password(fields.password("password").to_owned()),
        code => Proof::of_text(code),
    }
}

/// The revision of the account that the page showed.
fn revision(fields: &FormFields) -> Result<Revision, Problem> {
    let revision = fields.text("revision").parse().map(Revision);
    revision.map_err(|_| Problem::MalformedRequest)
}

fn wanted(fields: &FormFields) -> NewOwnToken {
    let chosen: Vec<&str> = fields.all("scope").collect();
    let scopes = Permission::NAMES.into_iter();
    let scopes = scopes.filter(|(name, _)| chosen.contains(name));
    let scopes: Vec<Permission> = scopes.map(|(_, permission)| permission).collect();
    NewOwnToken {
        label: fields.text("label").to_owned(),
        expires_at: None,
        permissions: (!scopes.is_empty()).then(|| Permissions::new(scopes)),
    }
}

fn broken(pointer: &str, rule: Rule) -> Problem {
    let mut broken = Violations::default();
    broken.push(pointer, rule);
    Problem::Invalid(broken)
}
