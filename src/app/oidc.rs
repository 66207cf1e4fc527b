//! Reads the providers of sign-ins from the file that the settings name.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::domain::access::Role;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Slug};
use crate::services::accounts::check_post;
use crate::services::accounts::oidc::{ClaimRule, Provider};

/// Why the providers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProvidersError {
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The file is no TOML of this form.
    #[error("{} has another form: {why}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A provider cannot be used.
    #[error("the provider `{0}`: {1}")]
    Provider(String, &'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<ProviderEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderEntry {
    id: String,
    name_vi: String,
    name_en: String,
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    ca_certificate: Option<PathBuf>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    rule: Vec<RuleEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    claim: String,
    value: String,
    role: String,
    organisation: Option<String>,
}

/// The providers of a file; none without a file. Blocks.
///
/// # Errors
/// The first mistake.
pub(super) fn providers(
    path: &Path,
    vocabularies: &Vocabularies,
) -> Result<Vec<Provider>, ProvidersError> {
    if path.as_os_str().is_empty() {
        return Ok(Vec::new());
    }
    let file: File = toml::from_str(&read_text(path)?).map_err(|error| ProvidersError::Form {
        path: path.to_owned(),
        why: error.message().to_owned(),
    })?;
    let mut providers: Vec<Provider> = Vec::new();
    for entry in file.provider {
        let id = entry.id.clone();
        if providers.iter().any(|known| known.id.as_str() == id) {
            return Err(ProvidersError::Provider(id, "its id is there twice"));
        }
        providers.push(provider(entry, vocabularies)?);
    }
    Ok(providers)
}

fn provider(entry: ProviderEntry, vocabularies: &Vocabularies) -> Result<Provider, ProvidersError> {
    let fails = |why| ProvidersError::Provider(entry.id.clone(), why);
    let id = Slug::parse(&entry.id).map_err(|_| fails("its id is no slug"))?;
    if !is_protected(&entry.issuer) {
        return Err(fails("its issuer must be https"));
    }
    let client_secret = match &entry.client_secret_file {
        Some(path) => Some(read_text(path)?.trim_end_matches(['\r', '\n']).to_owned()),
        None => None,
    };
    let authority = match &entry.ca_certificate {
        Some(path) => Some(read_text(path)?.into_bytes()),
        None => None,
    };
    let rules = entry.rule.iter().map(|rule| {
        let role = Role::of_name(&rule.role).ok_or_else(|| fails("a rule has an unknown role"))?;
        let organisation = rule.organisation.as_deref().map(Slug::parse).transpose();
        let organisation = organisation.map_err(|_| fails("a rule has an unknown organisation"))?;
        check_post(role, organisation.as_ref(), vocabularies).map_err(|rule| match rule {
            Rule::Required => fails("a rule for contributors needs an organisation"),
            _ => fails("a rule has an unknown organisation"),
        })?;
        Ok(ClaimRule {
            claim: rule.claim.clone(),
            value: rule.value.clone(),
            role,
            organisation,
        })
    });
    let rules = rules.collect::<Result<Vec<_>, _>>()?;
    Ok(Provider {
        id,
        names: [entry.name_vi, entry.name_en],
        issuer: entry.issuer,
        client_id: entry.client_id,
        client_secret,
        scopes: entry.scopes,
        authority,
        rules,
    })
}

/// Whether nobody on the way can change what the provider says: TLS, or this machine.
fn is_protected(issuer: &str) -> bool {
    let local = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
    issuer.starts_with("https://") || local.iter().any(|start| issuer.starts_with(start))
}

fn read_text(path: &Path) -> Result<String, ProvidersError> {
    std::fs::read_to_string(path).map_err(|error| ProvidersError::Unreadable {
        path: path.to_owned(),
        error,
    })
}
