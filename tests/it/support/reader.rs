//! A person with a browser without scripts.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Answer, Archive, Client};
use crate::sign_in::PASSWORD;

/// A browser without scripts: keeps its cookie, and sends the fields of the forms it was shown.
pub(crate) struct Reader {
    client: Client,
    pub(crate) cookie: String,
    /// The page that was shown last.
    pub(crate) page: String,
}

impl Reader {
    pub(crate) fn new(archive: &Archive) -> Self {
        Self {
            client: archive.anybody(),
            cookie: String::new(),
            page: String::new(),
        }
    }

    pub(crate) fn signed_in(archive: &Archive, login: &str) -> Self {
        Self::signed_in_as(archive, login, PASSWORD, "/cua-toi")
    }

    pub(crate) fn signed_in_as(
        archive: &Archive,
        login: &str,
        password: &str,
        return_to: &str,
    ) -> Self {
        let mut reader = Self::new(archive);
        let fields = [
            ("login", login),
            ("password", password),
            ("return", return_to),
        ];
        let answer = reader.post("/dang-nhap", &fields);
        assert_eq!((answer.status, answer.header("location")), (303, return_to));
        reader
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], &[])
    }

    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from("same-origin", path, fields)
    }

    pub(crate) fn post_from(&mut self, site: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = encoded(fields);
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", site),
        ];
        self.send("POST", path, &headers, body.as_bytes())
    }

    /// Posts with the token and the revision of the page that was shown last.
    pub(crate) fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let (token, revision) = (self.field("csrf"), self.field("revision"));
        let mut all = vec![("csrf", token.as_str()), ("revision", revision.as_str())];
        all.extend(fields);
        self.post(path, &all)
    }

    pub(crate) fn post_files(&mut self, path: &str, files: &[(&str, &str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        let token = self.field("csrf");
        for (name, text) in [("csrf", token.as_str()), ("alt_text", "Trẻ em đi học")] {
            body.extend(
                format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
                    .bytes(),
            );
        }
        for (name, kind, bytes) in files {
            body.extend(format!("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: {kind}\r\n\r\n").bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--b--\r\n");
        let headers = [
            ("content-type", "multipart/form-data; boundary=b"),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send("POST", path, &headers, &body)
    }

    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let cookie = self.cookie.clone();
        let mut headers = headers.to_vec();
        if !headers.iter().any(|(name, _)| *name == "accept") {
            headers.push(("accept", "text/html"));
        }
        if !cookie.is_empty() {
            headers.push(("cookie", &cookie));
        }
        let answer = self.client.send(method, path, &headers, body);
        if let Some((pair, _)) = answer.header("set-cookie").split_once(';') {
            pair.clone_into(&mut self.cookie);
        }
        if answer.header("content-type").starts_with("text/html") {
            self.page = answer.text();
        }
        answer
    }

    /// The value of a hidden field of the last form of the page.
    pub(crate) fn field(&self, name: &str) -> String {
        let before = format!("name=\"{name}\" value=\"");
        let value = self.page.rsplit(&before).next().unwrap_or_default();
        value.split('"').next().unwrap().to_owned()
    }
}

/// Fields as the body of a form.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The address of a redirection, without its fragment.
pub(crate) fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let location = answer.header("location");
    location.split('#').next().unwrap().to_owned()
}
