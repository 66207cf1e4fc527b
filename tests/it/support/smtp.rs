//! A mail server (RFC 5321) that keeps what it is sent, plain or with STARTTLS.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use super::eventually;

/// A message as the server took it.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    /// The recipients of the envelope.
    pub(crate) to: Vec<String>,
    /// The message, with its dots as they were before the transfer.
    pub(crate) bytes: Vec<u8>,
    /// Whether it came over TLS.
    pub(crate) is_protected: bool,
    /// User and password, if the client signed in.
    pub(crate) credentials: Option<(String, String)>,
}

/// How the server behaves.
#[derive(Clone, Default)]
pub(crate) struct Behaviour {
    /// Offers STARTTLS with this certificate.
    pub(crate) tls: Option<Arc<ServerConfig>>,
    /// Answers `RCPT` with this line.
    pub(crate) refusal: Option<&'static str>,
    /// Takes messages and never says that it did.
    pub(crate) never_confirms: bool,
}

/// A running mail server; it ends with the process of the test.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    deliveries: Arc<Mutex<Vec<Delivery>>>,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl MailServer {
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        Self::start_at(0, behaviour)
    }

    pub(crate) fn start_at(port: u16, behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            deliveries: Arc::default(),
            behaviour: Arc::new(Mutex::new(behaviour)),
        };
        let (deliveries, behaviour) = (server.deliveries.clone(), server.behaviour.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let deliveries = deliveries.clone();
                let behaviour = behaviour.lock().unwrap().clone();
                // A client that goes away ends its connection.
                thread::spawn(move || drop(serve(stream, &behaviour, &deliveries)));
            }
        });
        server
    }

    /// How it behaves from the next connection on.
    pub(crate) fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }

    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.deliveries.lock().unwrap().clone()
    }

    /// Waits for so many messages.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Delivery> {
        eventually("messages", || {
            let deliveries = self.deliveries();
            (deliveries.len() >= count).then_some(deliveries)
        })
    }

    /// The settings of an archive that sends through it without protection.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        settings(self.port)
    }
}

/// The settings of an archive that sends through a plain server at this port.
pub(crate) fn settings(port: u16) -> Vec<(&'static str, String)> {
    vec![
        ("KHOCHUNG__MAIL__HOST", "127.0.0.1".to_owned()),
        ("KHOCHUNG__MAIL__PORT", port.to_string()),
        ("KHOCHUNG__MAIL__SECURITY", "none".to_owned()),
        (
            "KHOCHUNG__MAIL__FROM",
            "Kho Chung <kho@gialai.example>".to_owned(),
        ),
        (
            "KHOCHUNG__SERVER__PUBLIC_ADDRESS",
            "http://kho.example.vn".to_owned(),
        ),
    ]
}

impl Delivery {
    /// The message as Python's standard library reads it: `headers` (names in lower case, each a list) and `body`.
    pub(crate) fn read(&self) -> Value {
        let program = "
import email, email.policy, json, sys
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
headers = {}
for name, value in message.items():
    headers.setdefault(name.lower(), []).append(str(value))
print(json.dumps({'headers': headers, 'body': message.get_content(), 'type': message.get_content_type()}))";
        let mut child = std::process::Command::new("python3")
            .args(["-c", program])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&self.bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{self:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The only address of the archive in the text.
    pub(crate) fn address(&self) -> String {
        let body = self.read()["body"].as_str().unwrap().to_owned();
        let mut found = body
            .split_whitespace()
            .filter(|word| word.starts_with("http://"));
        let address = found.next().unwrap().to_owned();
        assert_eq!(found.next(), None, "{body}");
        address
    }
}

/// Plain or within TLS.
trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

fn serve(
    stream: TcpStream,
    behaviour: &Behaviour,
    deliveries: &Mutex<Vec<Delivery>>,
) -> std::io::Result<()> {
    let mut plain = BufReader::new(stream);
    plain.get_mut().write_all(b"220 mail.example ESMTP\r\n")?;
    let is_upgraded = talk(&mut plain, behaviour, deliveries, false)?;
    let Some(config) = behaviour.tls.clone().filter(|_| is_upgraded) else {
        return Ok(());
    };
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let stream = StreamOwned::new(connection, plain.into_inner());
    talk(&mut BufReader::new(stream), behaviour, deliveries, true).map(drop)
}

/// Speaks until the end or, with true, until STARTTLS.
fn talk<S: Stream>(
    stream: &mut BufReader<S>,
    behaviour: &Behaviour,
    deliveries: &Mutex<Vec<Delivery>>,
    is_protected: bool,
) -> std::io::Result<bool> {
    let mut to = Vec::new();
    let mut credentials = None;
    loop {
        let line = read_line(stream)?;
        let upper = line.to_uppercase();
        let answer = if upper.starts_with("EHLO") {
            let starttls = behaviour.tls.is_some() && !is_protected;
            let offer = if starttls { "250-STARTTLS\r\n" } else { "" };
            format!("250-mail.example\r\n{offer}250-8BITMIME\r\n250 AUTH PLAIN")
        } else if upper == "STARTTLS" {
            stream.get_mut().write_all(b"220 go on\r\n")?;
            return Ok(true);
        } else if let Some(plain) = line.strip_prefix("AUTH PLAIN ") {
            let bytes = STANDARD.decode(plain).unwrap_or_default();
            let text = String::from_utf8(bytes).unwrap_or_default();
            let mut parts = text.split('\0').skip(1).map(str::to_owned);
            credentials = parts.next().zip(parts.next());
            match &credentials {
                Some((_, password)) if password == "đúng" => "235 ok".to_owned(),
                _ => "535 wrong".to_owned(),
            }
        } else if upper.starts_with("RCPT TO:") {
            to.push(line["RCPT TO:".len()..].trim_matches(['<', '>']).to_owned());
            behaviour.refusal.unwrap_or("250 ok").to_owned()
        } else if upper == "DATA" {
            stream.get_mut().write_all(b"354 go on\r\n")?;
            let bytes = read_data(stream)?;
            deliveries.lock().unwrap().push(Delivery {
                to: std::mem::take(&mut to),
                bytes,
                is_protected,
                credentials: credentials.clone(),
            });
            if behaviour.never_confirms {
                // Until the client goes away.
                read_line(stream)?;
                return Ok(false);
            }
            "250 taken".to_owned()
        } else if upper == "QUIT" {
            stream.get_mut().write_all(b"221 bye\r\n")?;
            return Ok(false);
        } else {
            "250 ok".to_owned()
        };
        stream
            .get_mut()
            .write_all(format!("{answer}\r\n").as_bytes())?;
        stream.get_mut().flush()?;
    }
}

fn read_line(stream: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn read_data(stream: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(bytes);
        }
        let line = line.strip_prefix(b".").unwrap_or(&line);
        bytes.extend_from_slice(line);
    }
}

/// A certificate for `localhost`: what the server uses, and the PEM of its authority.
pub(crate) fn certificate() -> (Arc<ServerConfig>, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let chain = vec![CertificateDer::from(made.cert.der().to_vec())];
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    (Arc::new(config), made.cert.pem())
}
