//! The archive as its users meet it: the real binary on a free port with a folder of its own, and
//! a client that holds every answer to the rules that are true for all of them.

pub(crate) mod atom;
pub(crate) mod browser;
pub(crate) mod client;
mod contract;
pub(crate) mod index_files;
pub(crate) mod reader;
pub(crate) mod signal;
pub(crate) mod smtp;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) use client::{Answer, Client};

/// A running archive; killed and removed when dropped.
pub(crate) struct Archive {
    child: Child,
    data: TempDir,
    base: String,
    operator: String,
}

impl Archive {
    /// Starts an empty archive.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts an empty archive with settings in its environment.
    pub(crate) fn start_with(environment: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        Self::start_in(data, environment)
    }

    /// Starts an archive in a folder that may have been used before.
    pub(crate) fn start_in(data: TempDir, environment: &[(&str, &str)]) -> Self {
        let mut command = command();
        command.envs(environment.iter().copied());
        Self::start_by(command, data)
    }

    /// Starts an archive by a command to which only the arguments are missing.
    pub(crate) fn start_by(mut command: Command, data: TempDir) -> Self {
        let mut child = command
            .args(["serve", "--bind", "127.0.0.1:0", "--data"])
            .arg(data.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // The first line is written when the port is bound.
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let control = std::fs::read(data.path().join("run/control.json")).unwrap();
        let control: Value = serde_json::from_slice(&control).unwrap();
        Self {
            child,
            data,
            base: format!("http://{}", control["address"].as_str().unwrap()),
            operator: control["secret"].as_str().unwrap().to_owned(),
        }
    }

    /// Its data folder.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// The text of its journal.
    pub(crate) fn journal(&self) -> String {
        let mut text = String::new();
        for file in std::fs::read_dir(self.data().join("catalog/journal")).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
        text
    }

    /// Its address.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A client without a token.
    pub(crate) fn anybody(&self) -> Client {
        Client::new(&self.base, None)
    }

    /// A client with the rights of whoever runs the archive.
    pub(crate) fn operator(&self) -> Client {
        Client::new(&self.base, Some(self.operator.clone()))
    }

    /// A client with a new token of this role; contributors are of the organisation `dic`.
    pub(crate) fn holder(&self, role: &str) -> Client {
        let organisation = (role == "contributor").then_some("dic");
        self.holder_of(role, organisation)
    }

    /// A client with a new token of this role and organisation.
    pub(crate) fn holder_of(&self, role: &str, organisation: Option<&str>) -> Client {
        let mut wanted = json!({ "role": role });
        if let Some(organisation) = organisation {
            wanted["organisation"] = organisation.into();
        }
        let made = self.operator().post_json("/api/v1/tokens", &wanted);
        assert_eq!(made.status, 201, "{made:?}");
        let secret = made.json()["secret"].as_str().unwrap().to_owned();
        Client::new(&self.base, Some(secret))
    }

    /// Kills the process as a power cut would and gives back its folder.
    pub(crate) fn kill(mut self) -> TempDir {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::mem::replace(&mut self.data, tempfile::tempdir().unwrap())
    }

    /// Asks the process to stop, as a service manager does, and gives back its folder.
    pub(crate) fn stop(mut self) -> TempDir {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(status.success());
        assert!(self.child.wait().unwrap().success(), "a clean stop");
        std::mem::replace(&mut self.data, tempfile::tempdir().unwrap())
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The `khochung` command, speaking English, without settings from the tester's environment.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_khochung"));
    command.env_clear().env("LC_ALL", "en_US.UTF-8");
    command.env("KHOCHUNG__LOG__FILTER", "error");
    command
}

/// The address of a work.
pub(crate) fn path_of(work: &Value) -> String {
    format!("/api/v1/assets/{}", work["id"].as_str().unwrap())
}

/// Waits until the search index has all works.
pub(crate) fn becomes_ready(client: &Client) {
    eventually("the search index is built", || {
        let ready = client.get("/readyz").json();
        (ready["status"] == "ready" && ready["index"] == "current").then_some(())
    });
}

/// Asks until there is an answer; fails when there is none after a minute.
pub(crate) fn eventually<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    eventually_within(Duration::from_secs(60), what, ask)
}

/// Asks until there is an answer; fails when there is none after this time.
pub(crate) fn eventually_within<T>(
    time: Duration,
    what: &str,
    mut ask: impl FnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + time;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::yield_now();
    }
}
