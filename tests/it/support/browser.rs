//! A browser: keeps the cookie of its session and sends the token for changes.

use serde_json::{Value, json};

use super::{Answer, Client};

/// A browser with at most one session.
#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    /// `name=value`, as it is sent.
    pub(crate) cookie: Option<String>,
    pub(crate) csrf_token: String,
}

impl Browser {
    pub(crate) fn new(client: Client) -> Self {
        Self {
            client,
            cookie: None,
            csrf_token: String::new(),
        }
    }

    /// Signs in with a password and expects it to work.
    pub(crate) fn signed_in(client: Client, login: &str, password: &str) -> Self {
        let mut browser = Self::new(client);
        let answer = browser.sign_in(login, password);
        assert_eq!(answer.status, 200, "{}", answer.text());
        browser
    }

    pub(crate) fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        let body = json!({ "login": login, "password": password });
        self.send("POST", "/api/v1/session", &body)
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &Value::Null)
    }

    /// Sends as a page of the archive does, and takes over the cookie and the token of the answer.
    pub(crate) fn send(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        self.send_with(method, path, body, &[])
    }

    pub(crate) fn send_with(
        &mut self,
        method: &str,
        path: &str,
        body: &Value,
        more: &[(&str, &str)],
    ) -> Answer {
        let token = self.csrf_token.clone();
        let mut headers = vec![("content-type", "application/json")];
        if method != "GET" {
            headers.push(("sec-fetch-site", "same-origin"));
            headers.push(("x-csrf-token", &token));
        }
        headers.extend(more);
        let answer = self.send_raw(method, path, &headers, body);
        if let Some(token) = self.token_in(&answer) {
            self.csrf_token = token;
        }
        answer
    }

    /// Sends exactly these headers and the cookie.
    pub(crate) fn send_raw(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let cookie = self.cookie.clone().unwrap_or_default();
        let mut headers = headers.to_vec();
        if self.cookie.is_some() {
            headers.push(("cookie", &cookie));
        }
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let answer = self.client.send(method, path, &headers, body.as_bytes());
        let set = answer.header("set-cookie").to_owned();
        if let Some((pair, attributes)) = set.split_once(';') {
            let is_removal = attributes.contains("Max-Age=0");
            self.cookie = (!is_removal).then(|| pair.to_owned());
        }
        answer
    }

    fn token_in(&self, answer: &Answer) -> Option<String> {
        let body: Value = serde_json::from_slice(&answer.body).ok()?;
        Some(body["csrf_token"].as_str()?.to_owned())
    }
}
