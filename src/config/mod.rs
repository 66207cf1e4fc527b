//! The configuration: typed, with the default of every setting.
//!
//! Values have layers, of which later ones win: defaults, the TOML file, the environment
//! (`KHOCHUNG__SECTION__KEY`), command-line flags ([`layers`]). Unknown keys, wrong types and
//! impossible values are all reported at once ([`Problems`]). Old names of settings are accepted with a
//! warning ([`renamed`]).
//!
//! The data folder (`storage.data_dir`) holds all data of the archive:
//!
//! ```text
//! catalog/     lock of the whole folder, journal (the truth), its sled index
//! blobs/       originals and renditions, each under the SHA-256 of its bytes
//! staging/     uploads under way
//! partial/     what has arrived of resumable uploads
//! trash/       files that no work refers to any more, for a month
//! quarantine/  damaged files, set aside
//! index/       the search index; may be deleted while the archive is stopped
//! secrets/     keys of accounts, mode 0700
//! programs/    private folders of programs that are running, mode 0700
//! run/         control.json (address and secret of the running server), mode 0700
//! ```

pub mod check;
pub mod layers;
pub mod mail;
pub mod network;
pub mod problem;
pub mod programs;
pub mod renamed;
pub mod source;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use layers::Effective;
pub use mail::{Mail, MailSecurity};
pub use network::Network;
pub use problem::{ConfigProblem, Problems};
pub use programs::Programs;
pub use renamed::RenamedSetting;
pub use source::Source;

/// Every setting of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Config {
    /// The HTTP server.
    pub server: Server,
    /// Where data is stored.
    pub storage: Storage,
    /// Which files and imports are accepted.
    pub intake: Intake,
    /// What a body may use, unless an administrator sets a quota for it.
    pub quotas: DefaultQuota,
    /// How requests for access are decided.
    pub access_requests: AccessRequests,
    /// Limits of media work.
    pub media: Media,
    /// Programs of others that the archive uses.
    pub programs: Programs,
    /// The search index.
    pub search: Search,
    /// Background work.
    pub jobs: Jobs,
    /// The mail server that messages are sent through.
    pub mail: Mail,
    /// Sign-in through OpenID Connect.
    pub oidc: Oidc,
    /// Folders in which bodies drop files.
    pub drop_folders: DropFolders,
    /// What holders of accounts are told.
    pub notifications: Notifications,
    /// The vocabularies.
    pub vocabulary: Vocabulary,
    /// Logging.
    pub log: Log,
}

/// The HTTP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Address and port to listen on; `[::]:8080` takes IPv4 as well, port 0 picks a free one.
    pub bind: String,
    /// The address under which people reach it, `https://kho.example.vn`: links are built from
    /// it and never from the `Host` header. Empty: `http://` and the bound address.
    pub public_address: String,
    /// PEM file with the certificate and those between it and its authority. Empty: plain HTTP.
    /// Read again at SIGHUP.
    pub tls_certificate: PathBuf,
    /// PEM file with the key of the certificate.
    pub tls_key: PathBuf,
    /// Reverse proxies whose `X-Forwarded-For` is believed: addresses or networks (`10.0.0.0/8`).
    pub trusted_proxies: Vec<String>,
    /// Threads that answer requests; 0 means one for each processor.
    pub workers: usize,
    /// Seconds to wait for the head of a request.
    pub header_timeout_seconds: u64,
    /// Seconds to wait for the next chunk of a body.
    pub body_timeout_seconds: u64,
    /// Seconds before a connection ends whose client reads nothing of a response.
    pub write_timeout_seconds: u64,
    /// Seconds before an idle connection is closed.
    pub keep_alive_seconds: u64,
    /// Seconds that running requests have to finish when the archive stops.
    pub shutdown_seconds: u64,
    /// Largest JSON body, in bytes.
    pub max_json_bytes: u64,
    /// The bearer token for `/metrics`. Without one, `/metrics` answers only callers on this machine that no
    /// proxy passed on.
    pub metrics_token: String,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            bind: "127.0.0.1:8080".to_owned(),
            public_address: String::new(),
            tls_certificate: PathBuf::new(),
            tls_key: PathBuf::new(),
            trusted_proxies: ["127.0.0.1", "::1"].map(str::to_owned).to_vec(),
            workers: 0,
            header_timeout_seconds: 10,
            body_timeout_seconds: 30,
            write_timeout_seconds: 30,
            keep_alive_seconds: 75,
            shutdown_seconds: 20,
            max_json_bytes: 8 * 1024 * 1024,
            metrics_token: String::new(),
        }
    }
}

impl Server {
    /// How long to wait for the next chunk of a body.
    pub const fn body_timeout(&self) -> Duration {
        Duration::from_secs(self.body_timeout_seconds)
    }
}

/// Where data is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storage {
    /// The data folder; created when absent.
    pub data_dir: PathBuf,
    /// The engine of the catalogue.
    pub engine: Engine,
    /// Memory for the catalogue's index, in bytes.
    pub cache_bytes: u64,
    /// Length at which the journal starts its next segment, in bytes.
    pub segment_bytes: u64,
    /// Uploads are refused when less than this is free, in bytes.
    pub min_free_bytes: u64,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("khochung-data"),
            engine: Engine::default(),
            cache_bytes: 64 * 1024 * 1024,
            segment_bytes: 64 * 1024 * 1024,
            min_free_bytes: 64 * 1024 * 1024,
        }
    }
}

/// The engines of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Journal and sled inside the data folder; needs nothing else.
    #[default]
    Embedded,
}

/// Which files and imports are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intake {
    /// Largest file, in bytes.
    pub max_file_bytes: u64,
    /// Uploads that one caller may have under way.
    pub max_uploads_of_caller: usize,
    /// Resumable uploads of one caller that are neither files of works nor expired.
    pub max_open_uploads_of_caller: usize,
    /// Hours that a resumable upload lasts.
    pub keep_uploads_hours: u32,
    /// Accepted media types, as detected from the bytes; `image/*` is a whole family.
    pub allowed_types: Vec<String>,
    /// Longest line of an import, in bytes.
    pub max_line_bytes: u64,
}

impl Default for Intake {
    fn default() -> Self {
        let allowed = [
            "image/*",
            "audio/*",
            "video/*",
            "text/*",
            "application/pdf",
            "application/ogg",
            "application/mxf",
            "application/x-subrip",
            "application/ttml+xml",
            "application/xhtml+xml",
            "application/rtf",
            "application/json",
            "application/xml",
            "application/epub+zip",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.*",
            "application/vnd.oasis.opendocument.*",
        ];
        Self {
            max_file_bytes: 20 * 1024 * 1024 * 1024,
            max_uploads_of_caller: 8,
            max_open_uploads_of_caller: 100,
            keep_uploads_hours: 7 * 24,
            allowed_types: allowed.map(str::to_owned).to_vec(),
            max_line_bytes: 8 * 1024 * 1024,
        }
    }
}

/// Limits of media work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Largest image that is decoded, in pixels; checked before decoding.
    pub max_pixels: u64,
    /// Memory one decoding may take, in bytes.
    pub max_decode_bytes: u64,
    /// JSON file of the profiles of copies for stations. Empty: those that come with the archive.
    pub broadcast_profiles: PathBuf,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            max_pixels: 100_000_000,
            max_decode_bytes: 512 * 1024 * 1024,
            broadcast_profiles: PathBuf::new(),
        }
    }
}

/// The search index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// Memory for each thread of the index writer, in bytes.
    pub writer_memory_bytes: usize,
    /// Threads of the index writer.
    pub writer_threads: usize,
    /// Memory for cached document sets, in bytes.
    pub cache_bytes: usize,
    /// Longest time between a change and the commit that makes it searchable, in milliseconds.
    pub max_commit_delay_ms: u64,
    /// Milliseconds after which matching and ranking return what they have; making snippets may
    /// take the same time again.
    pub time_budget_ms: u64,
    /// Requests that wait for a search, of all callers together.
    pub max_waiting: usize,
    /// Requests of one caller that wait for a search.
    pub max_waiting_of_caller: usize,
    /// The longest time that a request waits for others, in milliseconds.
    pub max_wait_ms: u64,
    /// Processor time that one caller may use each second in the long run, in milliseconds; 0 means half
    /// of all cores. A caller is a token, or without one a network (/24 of IPv4, /56 of IPv6).
    pub caller_cpu_ms_per_second: u64,
    /// The seconds for which a caller may use that much at once.
    pub caller_window_seconds: u64,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            writer_memory_bytes: 64 * 1024 * 1024,
            writer_threads: 2,
            cache_bytes: 64 * 1024 * 1024,
            max_commit_delay_ms: 1000,
            time_budget_ms: 2000,
            max_waiting: 512,
            max_waiting_of_caller: 64,
            max_wait_ms: 5000,
            caller_cpu_ms_per_second: 0,
            caller_window_seconds: 300,
        }
    }
}

/// What a body may use, unless an administrator sets a quota for it. 0 is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DefaultQuota {
    /// Works of a body.
    pub works: u64,
    /// Bytes of files as deposited, of all works of a body.
    pub bytes: u64,
    /// Requests in a minute of all tokens and accounts of a body.
    pub requests_per_minute: u64,
}

/// How requests for access are decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRequests {
    /// Working days from receiving to deciding.
    pub decide_within_working_days: u32,
    /// Days after the decision for which the address of the asking office is kept.
    pub keep_contact_days: u32,
    /// JSON file with further holidays, in the form of `schema/calendar/viet-nam.json`. Empty: those built in.
    pub holidays_file: PathBuf,
}

impl Default for AccessRequests {
    fn default() -> Self {
        Self {
            decide_within_working_days: 2,
            keep_contact_days: 30,
            holidays_file: PathBuf::new(),
        }
    }
}

/// Background work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jobs {
    /// Jobs done at the same time; as many long ones (recognising words in scans, copies for stations) run beside them.
    pub workers: usize,
    /// Bytes that are read each second to check stored files against their names.
    pub audit_bytes_per_second: u64,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            workers: 2,
            audit_bytes_per_second: 20_000_000,
        }
    }
}

/// Sign-in through OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Oidc {
    /// TOML file with the providers and their rules. Empty: none.
    pub providers: PathBuf,
}

/// Folders in which bodies drop files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropFolders {
    /// TOML file with the folders, their bodies and defaults. Empty: none.
    pub folders: PathBuf,
    /// Seconds for which size and time of a file stay the same before it is taken.
    pub settle_seconds: u32,
}

impl Default for DropFolders {
    fn default() -> Self {
        Self {
            folders: PathBuf::new(),
            settle_seconds: 30,
        }
    }
}

/// What holders of accounts are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifications {
    /// Days after which notifications are deleted.
    pub keep_days: u32,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { keep_days: 180 }
    }
}

/// The vocabularies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Folder with vocabulary files that replace those built in. Empty: the built-in ones.
    pub folder: PathBuf,
}

/// Logging.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Which lines, in the syntax of tracing's `EnvFilter`: `info`, `khochung=debug,info`.
    pub filter: String,
    /// In which form.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            filter: "info,actix_server=warn,actix_http=off,tantivy=warn,lofty=error,symphonia=warn"
                .to_owned(),
            format: LogFormat::Auto,
        }
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// Text.
    Text,
    /// One JSON object a line.
    Json,
}
