//! A client that checks what must be true of every answer.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};

use super::contract::Exchange;

/// Speaks with one archive under one token.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    token: Option<String>,
}

/// An answer whose general rules have been checked.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(base: &str, token: Option<String>) -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(60)));
        Self {
            agent: config.build().into(),
            base: base.to_owned(),
            token,
        }
    }

    /// The same with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The token it speaks with.
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        self.try_send(method, path, headers, body).unwrap()
    }

    /// Like [`Self::send`], for an archive that may be killed meanwhile: the error is that the
    /// connection broke before the whole answer was there.
    pub(crate) fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body_sent = body;
        let request = request.body(body).unwrap();
        let (head, mut body) = self.agent.run(request)?.into_parts();
        let answer = Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.with_config().limit(u64::MAX).read_to_vec()?,
        };
        answer.check(method, path);
        Exchange {
            method,
            path,
            request_headers: headers,
            request_body: body_sent,
            status: answer.status,
            headers: &answer.headers,
            body: &answer.body,
        }
        .check();
        Ok(answer)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], &[])
    }

    pub(crate) fn post_json(&self, path: &str, body: &Value) -> Answer {
        let kind = [("content-type", "application/json")];
        self.send("POST", path, &kind, body.to_string().as_bytes())
    }

    pub(crate) fn put_json(&self, path: &str, etag: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("if-match", etag)];
        self.send("PUT", path, &headers, body.to_string().as_bytes())
    }

    pub(crate) fn patch(&self, path: &str, etag: &str, body: &Value) -> Answer {
        let kind = "application/merge-patch+json";
        let headers = [("content-type", kind), ("if-match", etag)];
        self.send("PATCH", path, &headers, body.to_string().as_bytes())
    }

    /// Creates a work and returns it.
    pub(crate) fn create(&self, work: &Value) -> Value {
        let made = self.post_json("/api/v1/assets", work);
        assert_eq!(made.status, 201, "{}", made.text());
        made.json()
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The JSON with addresses that have no port: an archive that is started again has another one.
    pub(crate) fn json_without_ports(&self) -> Value {
        let text = self.text();
        let mut parts = text.split("http://127.0.0.1:");
        let first = parts.next().unwrap_or_default().to_owned();
        let without_port = |part: &str| {
            part.trim_start_matches(|c: char| c.is_ascii_digit())
                .to_owned()
        };
        let text = parts.fold(first, |text, part| {
            text + "http://127.0.0.1" + &without_port(part)
        });
        serde_json::from_str(&text).unwrap()
    }

    /// The same without what jobs find out after a file was attached.
    pub(crate) fn json_as_recorded(&self) -> Value {
        let mut answer = self.json_without_ports();
        forget_findings(&mut answer);
        answer
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The name of the problem's type: the last part of its address.
    pub(crate) fn problem(&self) -> String {
        let kind = self.json()["type"].as_str().unwrap_or_default().to_owned();
        kind.rsplit('/').next().unwrap_or_default().to_owned()
    }

    fn check(&self, method: &str, path: &str) {
        let context = format!("{method} {path} {}: {}", self.status, self.text());
        assert!(!self.header("x-request-id").is_empty(), "{context}");
        assert_eq!(
            self.header("x-content-type-options"),
            "nosniff",
            "{context}"
        );
        assert!(
            !self.header("content-security-policy").is_empty(),
            "{context}"
        );
        assert!(!self.headers.contains_key("server"), "{context}");
        match self.status {
            401 => assert!(
                self.header("www-authenticate").starts_with("Bearer"),
                "{context}"
            ),
            405 => assert!(!self.header("allow").is_empty(), "{context}"),
            _ => {}
        }
        let kind = self.headers.get("content-type");
        let is_page = kind.is_some_and(|kind| kind == "text/html; charset=utf-8");
        if self.status >= 400 && method != "HEAD" && path != "/readyz" && !is_page {
            self.check_problem(&context);
        }
    }

    /// RFC 9457, and a page for each type.
    fn check_problem(&self, context: &str) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{context}"
        );
        let problem = self.json();
        let page = format!("docs/problems/{}.md", self.problem());
        assert!(
            problem["type"].as_str().unwrap().starts_with("http"),
            "{context}"
        );
        assert!(std::path::Path::new(&page).is_file(), "{page} {context}");
        assert_eq!(problem["status"], self.status, "{context}");
        assert_eq!(
            problem["request_id"],
            self.header("x-request-id"),
            "{context}"
        );
        for name in ["title", "detail", "instance"] {
            let text = problem[name].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{name}: {context}");
        }
        if self.status == 422 && self.problem() == "invalid" {
            let errors = problem["errors"].as_array().unwrap();
            assert!(!errors.is_empty(), "{context}");
            for error in errors {
                assert!(
                    error["pointer"].is_string() && error["detail"].is_string(),
                    "{context}"
                );
            }
        }
    }
}

fn forget_findings(value: &mut Value) {
    if let Some(files) = value.get_mut("files").and_then(Value::as_array_mut) {
        for file in files.iter_mut().filter_map(Value::as_object_mut) {
            file.remove("text");
            file.remove("sound");
        }
    }
    if let Some(asset) = value.get_mut("asset") {
        forget_findings(asset);
    }
    if let Some(items) = value.get_mut("items").and_then(Value::as_array_mut) {
        items.iter_mut().for_each(forget_findings);
    }
}
