//! A load generator with low overhead: requests are serialised beforehand, each client has one
//! connection, responses are read to their end and discarded.
//!
//! A response of the archive that exceeded its time budget has `"partial":true` near its end; it is
//! counted as incomplete. HTTP/1.1 with keep-alive where the server supports it; PostgreSQL's simple query protocol
//! over a Unix socket.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use serde_json::Value;

use crate::closed_loop::Loop;

/// Bytes at the end of a response that are inspected.
const TAIL: usize = 512;

/// Sends requests to a server in a closed loop: paths for `http`, statements for `postgres`.
pub(crate) fn measure(
    protocol: &str,
    address: &str,
    requests: &[String],
    pid: u32,
    run: Loop,
) -> Value {
    match protocol {
        "http" => {
            let requests: Vec<Vec<u8>> = requests.iter().map(|path| get(address, path)).collect();
            run.run(requests.len(), pid, || {
                let mut connection = Http::new(address);
                let requests = &requests;
                move |number| connection.ask(&requests[number])
            })
        }
        "postgres" => {
            let requests: Vec<Vec<u8>> = requests.iter().map(|sql| message(b'Q', sql)).collect();
            run.run(requests.len(), pid, || {
                let mut connection = Postgres::connect(address);
                let requests = &requests;
                move |number| connection.ask(&requests[number])
            })
        }
        other => panic!("{other} is neither http nor postgres"),
    }
}

fn get(address: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: */*\r\n\r\n").into_bytes()
}

struct Http<'a> {
    address: &'a str,
    open: Option<BufReader<TcpStream>>,
    line: String,
    waste: Vec<u8>,
}

/// How the end of a body is known.
enum Body {
    Length(usize),
    Chunked,
    UntilClosed,
}

impl<'a> Http<'a> {
    fn new(address: &'a str) -> Self {
        Self {
            address,
            open: None,
            line: String::new(),
            waste: vec![0; 1 << 16],
        }
    }

    /// Whether the response was complete.
    fn ask(&mut self, request: &[u8]) -> bool {
        let mut stream = self.open.take().unwrap_or_else(|| {
            let stream = TcpStream::connect(self.address).unwrap();
            stream.set_nodelay(true).unwrap();
            BufReader::with_capacity(1 << 16, stream)
        });
        stream.get_mut().write_all(request).unwrap();
        let (body, is_kept) = self.read_head(&mut stream);
        let mut is_whole = true;
        match body {
            Body::Length(length) => {
                let last = self.skip(&mut stream, length);
                let tail = &self.waste[last.saturating_sub(TAIL)..last];
                let partial = br#""partial":true"#;
                is_whole = !tail.windows(partial.len()).any(|bytes| bytes == partial);
            }
            Body::Chunked => loop {
                let length = usize::from_str_radix(self.read_line(&mut stream), 16).unwrap();
                self.skip(&mut stream, length + 2);
                if length == 0 {
                    break;
                }
            },
            Body::UntilClosed => while stream.read(&mut self.waste).unwrap() > 0 {},
        }
        self.open = is_kept.then_some(stream);
        is_whole
    }

    /// Reads the status, which must be 200, and the fields that matter here.
    fn read_head(&mut self, stream: &mut BufReader<TcpStream>) -> (Body, bool) {
        let status = self.read_line(stream);
        assert!(status.starts_with("HTTP/1.1 200"), "answered: {status}");
        let (mut body, mut is_kept) = (Body::UntilClosed, true);
        loop {
            let line = self.read_line(stream).to_ascii_lowercase();
            if line.is_empty() {
                let is_bounded = !matches!(body, Body::UntilClosed);
                return (body, is_kept && is_bounded);
            }
            match line.split_once(": ") {
                Some(("content-length", length)) => body = Body::Length(length.parse().unwrap()),
                Some(("transfer-encoding", "chunked")) => body = Body::Chunked,
                Some(("connection", "close")) => is_kept = false,
                _ => {}
            }
        }
    }

    fn read_line(&mut self, stream: &mut BufReader<TcpStream>) -> &str {
        self.line.clear();
        let read = stream.read_line(&mut self.line).unwrap();
        assert!(read > 0, "the server closed the connection");
        self.line.trim_end()
    }

    /// Reads this many bytes; returns how many of the last are in the buffer.
    fn skip(&mut self, stream: &mut impl Read, mut length: usize) -> usize {
        let mut last = 0;
        while length > 0 {
            last = length.min(self.waste.len());
            stream.read_exact(&mut self.waste[..last]).unwrap();
            length -= last;
        }
        last
    }
}

struct Postgres {
    stream: BufReader<UnixStream>,
    content: Vec<u8>,
}

/// A message of the protocol: its kind, its length with itself, a text with its end.
fn message(kind: u8, text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len() + 5).unwrap();
    let mut bytes = vec![kind];
    bytes.extend(length.to_be_bytes());
    bytes.extend(text.as_bytes());
    bytes.push(0);
    bytes
}

impl Postgres {
    /// Opens a session as user and database `bench` at a server that trusts its socket.
    fn connect(socket: &str) -> Self {
        let stream = UnixStream::connect(socket).unwrap();
        let mut session = Self {
            stream: BufReader::with_capacity(1 << 16, stream),
            content: Vec::new(),
        };
        // Version 3.0 and the names; the only message without a kind.
        let hello = b"\0\x03\0\0user\0bench\0database\0bench\0\0";
        let length = u32::try_from(hello.len() + 4).unwrap().to_be_bytes();
        let stream = session.stream.get_mut();
        stream
            .write_all(&[&length, hello.as_slice()].concat())
            .unwrap();
        session.read_answer();
        session
    }

    fn ask(&mut self, request: &[u8]) -> bool {
        self.stream.get_mut().write_all(request).unwrap();
        self.read_answer();
        true
    }

    /// Reads messages up to the one that says that the server is ready.
    fn read_answer(&mut self) {
        loop {
            let mut head = [0; 5];
            self.stream.read_exact(&mut head).unwrap();
            let [kind, length @ ..] = head;
            self.content
                .resize(u32::from_be_bytes(length) as usize - 4, 0);
            self.stream.read_exact(&mut self.content).unwrap();
            match kind {
                b'Z' => return,
                b'E' => panic!("answered: {}", String::from_utf8_lossy(&self.content)),
                _ => {}
            }
        }
    }
}
