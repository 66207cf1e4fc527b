//! A command's way to the archive: to the one that runs on the data folder, or to one started
//! for as long as the command lasts.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{Request, StatusCode};

use super::serving::Serving;
use super::{Failure, control};
use crate::config::Config;
use crate::interfaces::http::server::Listening;
use crate::interfaces::messages::Language;

/// An open way to an archive, with the rights of its operator.
pub(crate) struct Connection {
    agent: Agent,
    base: String,
    secret: String,
    language: Language,
    /// Stops with the connection; its drop closes the archive.
    #[expect(dead_code, reason = "held for its drop")]
    own: Option<Serving>,
}

/// An answer: its status and its JSON, which is null when there was none.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: StatusCode,
    /// The body.
    pub(crate) body: Value,
}

impl Connection {
    /// Finds the running archive, or starts one.
    ///
    /// # Errors
    /// The data folder cannot be opened.
    pub(crate) fn open(config: Config, language: Language) -> Result<Self, Failure> {
        if let Some(control) = control::read(&config.storage.data_dir) {
            let running = Self::to(&control, language, None);
            if running.answers() {
                return Ok(running);
            }
        }
        let mut private = config;
        private.server.bind = "127.0.0.1:0".to_owned();
        private.server.public_address.clear();
        private.server.tls_certificate = PathBuf::new();
        private.server.tls_key = PathBuf::new();
        let serving = Serving::start(private, Listening::default())?;
        let control = serving.control().clone();
        Ok(Self::to(&control, language, Some(serving)))
    }

    /// A way to the archive that `control` tells of.
    pub(crate) fn to(control: &control::Control, language: Language, own: Option<Serving>) -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(5)))
            .timeout_recv_response(Some(Duration::from_secs(600)))
            .build();
        Self {
            agent: config.into(),
            base: format!("http://{}", control.address),
            secret: control.secret.clone(),
            language,
            own,
        }
    }

    /// Whether an archive that knows our secret answers there: not one that was killed, and not
    /// another program on the same port.
    pub(crate) fn answers(&self) -> bool {
        self.call("GET", "/api/v1/tokens", &[], Vec::new())
            .is_ok_and(|answer| answer.status == StatusCode::OK)
    }

    /// Sends a request and reads the JSON of the answer, whatever its status.
    ///
    /// # Errors
    /// The connection fails.
    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl ureq::AsSendBody,
    ) -> Result<Answer, Failure> {
        let (status, mut body) = self.send(method, path, headers, body)?;
        let text = body
            .with_config()
            .limit(64 * 1024 * 1024)
            .read_to_vec()
            .map_err(Failure::inside)?;
        Ok(Answer {
            status,
            body: serde_json::from_slice(&text).unwrap_or(Value::Null),
        })
    }

    /// Like [`Connection::call`], with the body of the answer still to be read.
    ///
    /// # Errors
    /// The connection fails.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl ureq::AsSendBody,
    ) -> Result<(StatusCode, ureq::Body), Failure> {
        let (head, body) = self.run(method, path, headers, body)?.into_parts();
        Ok((head.status, body))
    }

    /// Creates something; gives its `Location`.
    ///
    /// # Errors
    /// The archive refuses: its own words.
    pub(crate) fn create(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl ureq::AsSendBody,
    ) -> Result<String, Failure> {
        let (head, mut body) = self.run("POST", path, headers, body)?.into_parts();
        let status = head.status;
        if status.is_success() {
            let location = head.headers.get("location");
            let location = location.and_then(|location| location.to_str().ok());
            return Ok(location.unwrap_or_default().to_owned());
        }
        let body = body.read_json().unwrap_or(Value::Null);
        Answer { status, body }
            .into_success()
            .map(|_| String::new())
    }

    fn run(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl ureq::AsSendBody,
    ) -> Result<ureq::http::Response<ureq::Body>, Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.secret))
            .header("accept-language", self.language.tag());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).map_err(Failure::inside)?;
        self.agent.run(request).map_err(Failure::inside)
    }

    /// The text at an address.
    ///
    /// # Errors
    /// The archive refuses: its own words.
    pub(crate) fn text(&self, path: &str) -> Result<String, Failure> {
        let (status, mut body) = self.send("GET", path, &[], ())?;
        let text = body
            .with_config()
            .limit(64 * 1024 * 1024)
            .read_to_string()
            .map_err(Failure::inside)?;
        if status.is_success() {
            return Ok(text);
        }
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, body }.into_success().map(|_| text)
    }

    /// Sends JSON and gives the JSON of a successful answer.
    ///
    /// # Errors
    /// The archive refuses: its own words.
    pub(crate) fn json(&self, method: &str, path: &str, body: &Value) -> Result<Value, Failure> {
        let kind = [("content-type", "application/json")];
        let answer = if body.is_null() {
            self.call(method, path, &[], Vec::new())?
        } else {
            self.call(method, path, &kind, body.to_string())?
        };
        answer.into_success()
    }
}

impl Answer {
    /// The body of a success; the words of a refusal as an error.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the title, detail and broken rules of the problem document.
    pub(crate) fn into_success(self) -> Result<Value, Failure> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        Err(Failure::Refused(refusal(&self.body, self.status)))
    }
}

/// A problem document in one line.
pub(crate) fn refusal(document: &Value, status: StatusCode) -> String {
    let text = |name: &str| {
        document
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    if text("title").is_empty() {
        return format!("HTTP {status}");
    }
    let parts = [text("title"), text("detail")];
    let texts = parts.into_iter().filter(|part| !part.is_empty());
    let mut line = texts.collect::<Vec<_>>().join(": ");
    for error in document
        .get("errors")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let part = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        line.push_str(&format!(" [{}] {}", part("pointer"), part("detail")));
    }
    line
}
