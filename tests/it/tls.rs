//! TLS of its own: a certificate and a key, changed while connections are open.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::{Archive, command, eventually};

type Stream = BufReader<StreamOwned<ClientConnection, TcpStream>>;

/// Files with a new certificate for `localhost`, and what a client has to trust.
struct Pair {
    certificate: PathBuf,
    key: PathBuf,
    trusted: CertificateDer<'static>,
}

fn write_pair(folder: &Path) -> Pair {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("kho.pem"), folder.join("kho.key"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    Pair {
        certificate,
        key,
        trusted: made.cert.der().clone(),
    }
}

fn start(pair: &Pair, data: &Path) -> (std::process::Child, String) {
    let mut serve = command();
    serve.env("KHOCHUNG__SERVER__TLS_CERTIFICATE", &pair.certificate);
    serve.env("KHOCHUNG__SERVER__TLS_KEY", &pair.key);
    serve
        .args(["serve", "--bind", "127.0.0.1:0", "--data"])
        .arg(data);
    let mut child = serve.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let address = line.split("https://").nth(1).unwrap();
    (child, address.split_whitespace().next().unwrap().to_owned())
}

/// A connection, if the server shows a certificate that is trusted.
fn connect(address: &str, trusted: &CertificateDer<'static>) -> Result<Stream, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    while client.is_handshaking() {
        client.complete_io(&mut socket).map_err(|error| {
            let cause = error.into_inner().unwrap();
            cause.downcast_ref::<rustls::Error>().unwrap().clone()
        })?;
    }
    Ok(BufReader::new(StreamOwned::new(client, socket)))
}

/// Asks on an open connection and gives the status line; the connection stays open.
fn ask(stream: &mut Stream, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.get_mut().write_all(request.as_bytes()).unwrap();
    let mut status = String::new();
    stream.read_line(&mut status).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    status.trim_end().to_owned()
}

#[test]
fn a_certificate_changes_at_sighup_and_open_connections_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = write_pair(folder.path());
    let (mut child, address) = start(&first, &folder.path().join("kho"));
    let mut open = connect(&address, &first.trusted).unwrap();
    assert_eq!(ask(&mut open, "/healthz"), "HTTP/1.1 200 OK");

    let second = write_pair(folder.path());
    connect(&address, &second.trusted).expect_err("the first certificate is still in use");
    let pid = child.id().to_string();
    let hang_up = || {
        assert!(
            Command::new("kill")
                .args(["-HUP", &pid])
                .status()
                .unwrap()
                .success()
        )
    };
    hang_up();
    eventually("the second certificate", || {
        connect(&address, &second.trusted).ok()
    });
    connect(&address, &first.trusted).expect_err("the first certificate is out of use");
    assert_eq!(ask(&mut open, "/healthz"), "HTTP/1.1 200 OK");

    // A key that is not that of the certificate changes nothing.
    let stranger = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&second.key, stranger.signing_key.serialize_pem()).unwrap();
    hang_up();
    assert_eq!(ask(&mut open, "/healthz"), "HTTP/1.1 200 OK");
    connect(&address, &second.trusted).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn commands_reach_an_archive_that_speaks_tls() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("kho");
    let (mut child, address) = start(&write_pair(folder.path()), &data);
    let made = command()
        .args(["token", "create", "--role", "editor", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    assert!(String::from_utf8(made.stdout).unwrap().starts_with("kc_"));
    // Plain HTTP gets no answer on the port of TLS.
    let mut plain = TcpStream::connect(address).unwrap();
    plain
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    drop(plain.read_to_end(&mut answer));
    assert!(!answer.starts_with(b"HTTP/"), "{answer:?}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_certificate_that_cannot_be_used_is_reported_by_start_and_check() {
    let folder = tempfile::tempdir().unwrap();
    let pair = write_pair(folder.path());
    let missing = folder.path().join("missing.pem");
    fs::write(folder.path().join("empty.pem"), "").unwrap();
    let stranger = folder.path().join("stranger.key");
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&stranger, other.signing_key.serialize_pem()).unwrap();
    for (certificate, key) in [
        (&missing, &pair.key),
        (&folder.path().join("empty.pem"), &pair.key),
        (&pair.certificate, &stranger),
        (&pair.certificate, &pair.certificate),
        (&pair.certificate, &PathBuf::new()),
    ] {
        for (name, code) in [("serve", 64), ("check", 1)] {
            let mut process = command();
            process.env("KHOCHUNG__SERVER__TLS_CERTIFICATE", certificate);
            process.env("KHOCHUNG__SERVER__TLS_KEY", key);
            process.args([name, "--bind", "127.0.0.1:0", "--data"]);
            let output = process.arg(folder.path().join("kho")).output().unwrap();
            assert_eq!(output.status.code(), Some(code), "{name}: {output:?}");
        }
    }
}

#[test]
fn plain_http_stays_the_default() {
    let archive = Archive::start();
    assert!(archive.base().starts_with("http://"));
    assert_eq!(archive.anybody().get("/healthz").status, 200);
}
