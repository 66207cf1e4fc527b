//! Whether mail works: a finding of `check`, and the message of `mail test`.

use std::path::Path;

use super::super::args::{Folder, MailCommand};
use super::super::output::print;
use super::super::{Failure, runtime, settings};
use super::Finding;
use crate::app::mail;
use crate::clock::{Clock, new_request_id};
use crate::config::Config;
use crate::domain::account::AccountLanguage;
use crate::interfaces::messages::{Language, mail as texts};
use crate::services::mail::{Envelope, Letter, MailError};
use crate::telemetry::error_chain;

/// Carries out a command about mail. It needs the settings, and no archive.
///
/// # Errors
/// The message was not sent.
pub(crate) fn run(
    file: Option<&Path>,
    command: MailCommand,
    language: Language,
) -> Result<(), Failure> {
    let MailCommand::Test { address } = command;
    let config = settings::for_folder(file, &Folder { data: None })?;
    let mail = mail::service(&config, texts::compose).map_err(|error| failed(&error, language))?;
    let envelope = Envelope {
        to: address.clone(),
        language: AccountLanguage::of_tag(language.tag()).unwrap_or_default(),
        id: new_request_id(),
        at: Clock::system().now(),
        unsubscribe: None,
    };
    let sent = runtime::start()?.block_on(mail.send(&envelope, &Letter::Test));
    sent.map_err(|error| failed(&error, language))?;
    let text = language.pick(
        "Máy chủ thư đã nhận thư gửi",
        "The mail server took the message for",
    );
    print(&format!("{text} {address}."));
    Ok(())
}

/// Connects to the mail server and signs in; sends nothing.
pub(super) fn check(config: &Config, language: Language) -> Finding {
    let [subject, none, remedy] = language.pick(
        [
            "thư điện tử",
            "không gửi thư: người quản trị trao liên kết một lần",
            "sửa các thiết lập mail.*, rồi thử `khochung mail test ĐỊA_CHỈ`",
        ],
        [
            "mail",
            "none is sent: administrators hand one-time links over",
            "mend the settings mail.*, then try `khochung mail test ADDRESS`",
        ],
    );
    if !config.mail.is_configured() {
        return Finding::ok(subject, none);
    }
    let server = format!("{}:{}", config.mail.host, config.mail.port);
    let failed = |why: String| Finding::fail(subject, format!("{server}: {why}"), remedy);
    let mailer = match mail::mailer(&config.mail) {
        Ok(mailer) => mailer,
        Err(error) => return failed(error_chain(&error)),
    };
    match runtime::start().map(|runtime| runtime.block_on(mailer.check())) {
        Ok(Ok(())) => Finding::ok(subject, server),
        Ok(Err(error)) => failed(error_chain(&error)),
        Err(error) => failed(error.to_string()),
    }
}

fn failed(error: &MailError, language: Language) -> Failure {
    let what = language.pick("không gửi được thư", "the message was not sent");
    Failure::Refused(format!("{what}: {}", error_chain(error)))
}
