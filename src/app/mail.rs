//! Makes the mailer that the settings describe.

use std::time::Duration;

use crate::config::{self, Config, MailSecurity};
use crate::services::mail::{Compose, Mail, MailError, Mailer, Security, Settings};

/// Mail as the settings describe it. Reads the files that they name. Blocks.
///
/// # Errors
/// [`MailError`].
pub fn service(config: &Config, compose: Compose) -> Result<Mail, MailError> {
    let mailer = match config.mail.is_configured() {
        true => Some(mailer(&config.mail)?),
        false => None,
    };
    Ok(Mail::new(mailer, compose, &config.server.public_address))
}

/// The mailer of these settings.
///
/// # Errors
/// [`MailError`].
pub fn mailer(mail: &config::Mail) -> Result<Mailer, MailError> {
    if !mail.is_configured() {
        return Err(MailError::NotConfigured);
    }
    let authority = if mail.ca_certificate.as_os_str().is_empty() {
        None
    } else {
        let pem = std::fs::read(&mail.ca_certificate).map_err(MailError::Authority)?;
        Some(pem)
    };
    let password = if mail.password_file.as_os_str().is_empty() {
        mail.password.clone()
    } else {
        let text = std::fs::read_to_string(&mail.password_file);
        let text = text.map_err(MailError::PasswordFile)?;
        text.trim_end_matches(['\r', '\n']).to_owned()
    };
    Mailer::new(&Settings {
        host: mail.host.clone(),
        port: mail.port,
        security: match mail.security {
            MailSecurity::Starttls => Security::StartTls,
            MailSecurity::Tls => Security::Tls,
            MailSecurity::None => Security::Plain,
        },
        authority,
        credentials: (!mail.user.is_empty()).then(|| (mail.user.clone(), password)),
        from: mail.from.clone(),
        timeout: Duration::from_secs(mail.timeout_seconds),
    })
}
