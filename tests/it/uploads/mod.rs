//! Uploads that can be resumed: the client of tus 1.0 that the tests use, and what they all ask.

mod claiming;
mod expiry;
mod kill;
mod limits;
mod protocol;
mod resuming;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::support::{Answer, Archive, Client};

const UPLOADS: &str = "/api/v1/uploads";
const TUS: (&str, &str) = ("tus-resumable", "1.0.0");
const BYTES: (&str, &str) = ("content-type", "application/offset+octet-stream");

/// `Upload-Metadata` with a file name.
fn named(name: &str) -> String {
    format!("filename {}", BASE64.encode(name))
}

fn announce(client: &Client, length: u64, more: &[(&str, &str)]) -> Answer {
    let length = length.to_string();
    let mut headers = vec![TUS, ("upload-length", &length)];
    headers.extend(more);
    client.send("POST", UPLOADS, &headers, &[])
}

/// The path of a new upload.
fn create(client: &Client, length: u64, metadata: &str) -> String {
    let more = [("upload-metadata", metadata)];
    let more = if metadata.is_empty() { &[][..] } else { &more };
    path_in(&announce(client, length, more))
}

fn path_in(created: &Answer) -> String {
    assert_eq!(created.status, 201, "{}", created.text());
    let location = created.header("location");
    let path = location.find("/api/").unwrap();
    location[path..].to_owned()
}

fn append(client: &Client, path: &str, offset: u64, bytes: &[u8]) -> Answer {
    append_with(client, path, offset, bytes, &[])
}

fn append_with(
    client: &Client,
    path: &str,
    offset: u64,
    bytes: &[u8],
    more: &[(&str, &str)],
) -> Answer {
    let offset = offset.to_string();
    let mut headers = vec![TUS, BYTES, ("upload-offset", &offset)];
    headers.extend(more);
    client.send("PATCH", path, &headers, bytes)
}

fn head(client: &Client, path: &str) -> Answer {
    client.send("HEAD", path, &[TUS], &[])
}

/// How much has arrived.
fn offset_of(client: &Client, path: &str) -> u64 {
    let head = head(client, path);
    assert_eq!(head.status, 200);
    head.header("upload-offset").parse().unwrap()
}

/// An upload of these bytes, finished.
fn uploaded(client: &Client, bytes: &[u8], name: &str) -> String {
    let path = create(client, bytes.len() as u64, &named(name));
    let appended = append(client, &path, 0, bytes);
    assert_eq!(appended.status, 204, "{}", appended.text());
    path
}

fn new_work(client: &Client) -> String {
    let work = json!({ "titles": { "vi": "Tệp" }, "organisation": "dic" });
    client.create(&work)["id"].as_str().unwrap().to_owned()
}

/// Where an upload becomes a file of a work.
fn claim_path(work: &str, upload: &str) -> String {
    let id = upload.rsplit('/').next().unwrap();
    format!("/api/v1/assets/{work}/uploads/{id}")
}

fn claim(client: &Client, work: &str, upload: &str) -> Answer {
    client.send("POST", &claim_path(work, upload), &[], &[])
}

fn files_of(client: &Client, work: &str) -> Vec<Value> {
    let work = client.get(&format!("/api/v1/assets/{work}")).json();
    work["files"].as_array().unwrap().clone()
}

/// The names in a folder of the data folder.
fn names_in(data: &Path, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(data.join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// A connection on which a request has begun; its body is the caller's.
fn begin(
    archive: &Archive,
    client: &Client,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
) -> TcpStream {
    let host = archive.base().trim_start_matches("http://").to_owned();
    let mut socket = TcpStream::connect(&host).unwrap();
    let token = client.token().unwrap();
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    socket.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    let timeout = Some(Duration::from_secs(30));
    socket.set_read_timeout(timeout).unwrap();
    socket
}

/// A part that has begun.
fn begin_part(archive: &Archive, client: &Client, path: &str, part: (u64, u64)) -> TcpStream {
    let (offset, length) = (part.0.to_string(), part.1.to_string());
    let headers = [
        TUS,
        BYTES,
        ("upload-offset", offset.as_str()),
        ("content-length", length.as_str()),
    ];
    begin(archive, client, ("PATCH", path), &headers)
}

/// Everything that the server says until it closes.
fn answer_of(mut socket: TcpStream) -> String {
    let mut answer = Vec::new();
    // It may reset the connection of which it did not read everything.
    let _ = socket.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Bytes that are different everywhere, beginning like text.
fn long_text(lines: usize) -> Vec<u8> {
    let line = |number| format!("Dòng số {number}: mọi trẻ em đều có quyền được học.\n");
    (0..lines).map(line).collect::<String>().into_bytes()
}

/// SHA-256 by coreutils.
fn sha256sum(bytes: &[u8]) -> String {
    use std::process::{Command, Stdio};
    let mut child = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout)[..64].to_owned()
}
