//! Addresses for `href` and `src`. Templates escape them, but no escaping makes `javascript:` harmless: so the values
//! of these attributes are a type that only harmless addresses inhabit.

use std::fmt;

/// An address that a page may link to: own, `http`, `https` or `mailto`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Href(String);

impl Href {
    /// An address of this archive: an absolute path that begins with a single slash. Anything else leads home.
    pub fn own(path: impl Into<String>) -> Self {
        let path = path.into();
        let is_own = path.starts_with('/')
            && !path.starts_with("//")
            && !path.starts_with("/\\")
            && !path.chars().any(char::is_control);
        Self(if is_own { path } else { "/".to_owned() })
    }

    /// A place on the same page.
    pub fn anchor(id: &str) -> Self {
        Self(format!("#{id}"))
    }

    /// An address of another site; `None` unless its scheme is harmless.
    pub fn other(address: &str) -> Option<Self> {
        let (scheme, _) = address.split_once(':')?;
        let is_harmless = ["http", "https", "mailto"]
            .iter()
            .any(|harmless| scheme.eq_ignore_ascii_case(harmless));
        let is_clean = !address.chars().any(|c| c.is_control() || c.is_whitespace());
        (is_harmless && is_clean).then(|| Self(address.to_owned()))
    }

    /// The key of a one-time password generator, which only a program for that opens.
    pub fn authenticator(address: &str) -> Option<Self> {
        let is_clean = !address.chars().any(|c| c.is_control() || c.is_whitespace());
        let is_key = address.starts_with("otpauth://totp/");
        (is_key && is_clean).then(|| Self(address.to_owned()))
    }

    /// The same address at a place on its page.
    #[must_use]
    pub fn at(mut self, fragment: &str) -> Self {
        self.0.push('#');
        self.0.push_str(fragment);
        self
    }
}

impl fmt::Display for Href {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Href;

    #[test]
    fn only_harmless_addresses_become_links() {
        for harmful in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//evil.example",
            "evil.example",
            "http://evil.example/\u{1}",
        ] {
            assert_eq!(Href::other(harmful), None, "{harmful}");
        }
        for harmless in [
            "https://a.example/x",
            "HTTP://a.example",
            "mailto:a@b.example",
        ] {
            assert_eq!(Href::other(harmless).unwrap().to_string(), harmless);
        }
    }

    #[test]
    fn own_addresses_stay_on_this_site() {
        for (path, href) in [
            ("/tim?q=a", "/tim?q=a"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
        ] {
            assert_eq!(Href::own(path).to_string(), href);
        }
        assert_eq!(Href::own("/t/1").at("t4").to_string(), "/t/1#t4");
    }
}
