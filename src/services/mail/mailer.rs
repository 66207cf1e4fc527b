//! The connection to the mail server (SMTP, RFC 5321; submission, RFC 6409).

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::letter::{Envelope, MessageText};
use crate::services::jobs::JobFailure;

/// How to reach the mail server.
#[derive(Clone)]
pub struct Settings {
    /// Its host name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// The authority of its certificate in PEM, when that is not a public one.
    pub authority: Option<Vec<u8>>,
    /// User and password.
    pub credentials: Option<(String, String)>,
    /// Who messages are from.
    pub from: String,
    /// How long to wait for an answer.
    pub timeout: Duration,
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS after STARTTLS; a server without it is refused.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None.
    Plain,
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// No mail server is named in the settings.
    #[error("no mail server is configured (mail.host)")]
    NotConfigured,
    /// The file with the password cannot be read.
    #[error("mail.password_file cannot be read")]
    PasswordFile(#[source] std::io::Error),
    /// The file with the authority cannot be read.
    #[error("mail.ca_certificate cannot be read")]
    Authority(#[source] std::io::Error),
    /// The sender is no mail address.
    #[error("mail.from is no mail address")]
    From(#[source] lettre::address::AddressError),
    /// The certificate of the authority cannot be used.
    #[error("mail.ca_certificate cannot be used")]
    Tls(#[source] lettre::transport::smtp::Error),
    /// The recipient is no mail address.
    #[error("the recipient is no mail address")]
    Recipient(#[source] lettre::address::AddressError),
    /// The message cannot be written.
    #[error("the message cannot be written")]
    Message(#[source] lettre::error::Error),
    /// The server refused the message for good.
    #[error("the mail server refused the message")]
    Refused(#[source] lettre::transport::smtp::Error),
    /// The server does not answer, or cannot take the message now.
    #[error("the mail server cannot take the message now")]
    Unavailable(#[source] lettre::transport::smtp::Error),
}

impl MailError {
    /// The failure of the job: another attempt helps when the server or the settings were the cause.
    pub fn into_failure(self) -> JobFailure {
        match self {
            Self::Recipient(_) | Self::Message(_) | Self::Refused(_) => JobFailure::give_up(self),
            other => JobFailure::retry(other),
        }
    }
}

/// Sends messages. Each gets a connection of its own.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// A mailer with these settings; it connects when it sends.
    ///
    /// # Errors
    /// [`MailError::From`], [`MailError::Tls`].
    pub fn new(settings: &Settings) -> Result<Self, MailError> {
        let from: Mailbox = settings.from.parse().map_err(MailError::From)?;
        let hello = ClientId::Domain(from.email.domain().to_owned());
        let tls = match settings.security {
            Security::Plain => Tls::None,
            Security::StartTls => Tls::Required(parameters(settings)?),
            Security::Tls => Tls::Wrapper(parameters(settings)?),
        };
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.clone())
                .port(settings.port)
                .tls(tls)
                .hello_name(hello)
                .timeout(Some(settings.timeout));
        if let Some((user, password)) = settings.credentials.clone() {
            transport = transport.credentials(Credentials::new(user, password));
        }
        Ok(Self {
            transport: transport.build(),
            from,
        })
    }

    /// Connects, signs in and sends nothing.
    ///
    /// # Errors
    /// [`MailError::Unavailable`].
    pub async fn check(&self) -> Result<(), MailError> {
        let answered = self.transport.test_connection().await;
        answered.map_err(MailError::Unavailable).map(drop)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`MailError`].
    pub(super) async fn send(
        &self,
        envelope: &Envelope,
        text: MessageText,
    ) -> Result<(), MailError> {
        let message = self.message(envelope, text)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if is_final(&error) => Err(MailError::Refused(error)),
            Err(error) => Err(MailError::Unavailable(error)),
        }
    }

    fn message(&self, envelope: &Envelope, text: MessageText) -> Result<Message, MailError> {
        let to: Address = envelope.to.parse().map_err(MailError::Recipient)?;
        let id = format!("<{}@{}>", envelope.id, self.from.email.domain());
        let millis = u64::try_from(envelope.at.as_millis()).unwrap_or_default();
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .date(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
            .message_id(Some(id))
            .subject(one_line(&text.subject))
            .header(ContentType::TEXT_PLAIN);
        // Nobody's holiday notice is to be answered to a program (RFC 3834).
        let mut more = vec![
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("Content-Language", envelope.language.tag().to_owned()),
        ];
        if let Some(address) = &envelope.unsubscribe {
            more.push(("List-Unsubscribe", format!("<{}>", one_line(address))));
            more.push((
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click".to_owned(),
            ));
        }
        let builder = more.into_iter().fold(builder, with_header);
        builder.body(text.body).map_err(MailError::Message)
    }
}

fn with_header(builder: MessageBuilder, (name, value): (&'static str, String)) -> MessageBuilder {
    let name = HeaderName::new_from_ascii_str(name);
    // An address must stay in one piece, so it is not folded.
    builder.raw_header(HeaderValue::dangerous_new_pre_encoded(
        name,
        value.clone(),
        value,
    ))
}

/// A line end in a header would begin another one.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Whether the server will never take the message. A refused sign-in (RFC 4954) is a matter of the settings.
fn is_final(error: &lettre::transport::smtp::Error) -> bool {
    let is_sign_in = error
        .status()
        .is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538));
    error.is_permanent() && !is_sign_in
}

fn parameters(settings: &Settings) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.authority {
        let authority = Certificate::from_pem(pem).map_err(MailError::Tls)?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build_rustls().map_err(MailError::Tls)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Envelope, MailError, Mailer, MessageText, Security, Settings};
    use crate::domain::Timestamp;
    use crate::domain::account::AccountLanguage;

    fn mailer() -> Mailer {
        let settings = Settings {
            host: "mail.example".into(),
            port: 25,
            security: Security::Plain,
            authority: None,
            credentials: None,
            from: "Kho Chung <kho@gialai.example>".into(),
            timeout: Duration::from_secs(1),
        };
        Mailer::new(&settings).unwrap()
    }

    fn envelope(to: &str) -> Envelope {
        Envelope {
            to: to.into(),
            language: AccountLanguage::English,
            id: "7f".into(),
            at: Timestamp::from_millis(1_795_395_600_000),
            unsubscribe: Some(
                "https://kho.example/unsubscribe/a-0123456789ab.x\r\nBcc: b@c.example".into(),
            ),
        }
    }

    fn text(subject: &str) -> String {
        let text = MessageText {
            subject: subject.into(),
            body: "Dòng một\n.\nBcc: a@b.example\n".into(),
        };
        let message = mailer().message(&envelope("a@b.example"), text).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn no_text_becomes_a_header_of_its_own() {
        for subject in [
            "Trả lại\r\nBcc: x@y.example",
            "Trả lại\nBcc: x@y.example",
            "plain\r\n\r\nBcc: x@y.example",
            "\u{2028}Bcc: x@y.example\u{85}Bcc: x@y.example",
        ] {
            let text = text(subject);
            let (head, _) = text.split_once("\r\n\r\n").unwrap();
            let names: Vec<String> = head
                .split("\r\n")
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split(':').next().unwrap_or_default().to_lowercase())
                .collect();
            assert!(!names.contains(&"bcc".to_owned()), "{head}");
            assert!(names.contains(&"auto-submitted".to_owned()), "{head}");
            assert!(head.contains("Message-ID: <7f@gialai.example>"), "{head}");
            // RFC 5322, 3.3, for 2026-11-23T01:00:00Z.
            assert!(
                head.contains("Date: Mon, 23 Nov 2026 01:00:00 +0000"),
                "{head}"
            );
            assert!(!head.contains("\nBcc") && !head.contains("\rBcc"), "{head}");
        }
    }

    #[test]
    fn what_is_no_address_is_no_recipient() {
        for to in [
            "",
            "a",
            "a@b\r\nRCPT TO:<x@y.example>",
            "a b@c.example",
            "a@b@c",
        ] {
            let text = MessageText {
                subject: "x".into(),
                body: "y".into(),
            };
            let refused = mailer().message(&envelope(to), text);
            assert!(matches!(refused, Err(MailError::Recipient(_))), "{to}");
        }
    }
}
