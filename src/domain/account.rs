//! Accounts: keys to a post, held by whoever holds the post. They say what a caller may do and nothing about
//! a person ([ADR 18](../../docs/adr/0018-accounts-are-keys-to-a-post.md)).

use std::fmt;

use super::credential::AccountId;
use super::role::Role;
use super::text::{self, Limit};
use super::{Rule, Slug, Timestamp};

/// The longest login name and display line, in characters.
const LONGEST: Limit = Limit::Characters(120);

/// A login name: the address of an office or post. Lower case, NFC, without white space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Login(String);

impl Login {
    /// Reads a login name as people type it.
    ///
    /// # Errors
    /// [`Rule::Required`], [`Rule::TooLong`], [`Rule::ForbiddenCharacters`]; [`Rule::Malformed`] for
    /// white space inside.
    pub fn parse(raw: &str) -> Result<Self, Rule> {
        let line = text::line(raw, LONGEST)?;
        if line.contains(char::is_whitespace) {
            return Err(Rule::Malformed);
        }
        Ok(Self(text::nfc(&line.to_lowercase()).into_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether mail can be sent to it, as far as its form tells.
    pub fn is_mail_address(&self) -> bool {
        self.0
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads the line under which the holder wants to be shown.
///
/// # Errors
/// As [`text::line`].
pub fn display_line(raw: &str) -> Result<String, Rule> {
    text::line(raw, LONGEST)
}

/// The language in which the holder of an account gets messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AccountLanguage {
    /// Vietnamese.
    #[default]
    Vietnamese,
    /// English.
    English,
}

impl AccountLanguage {
    /// Every value with its BCP 47 tag.
    pub const NAMES: [(&'static str, Self); 2] = [("vi", Self::Vietnamese), ("en", Self::English)];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }

    /// The language with this tag.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(name, _)| *name == tag);
        found.map(|(_, language)| *language)
    }
}

/// What an account can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Its holder has not followed the invitation yet.
    Invited,
    /// Its holder can sign in.
    Active,
    /// Nobody can sign in. Decisions stay attributed to the post; the rest is deleted later.
    Closed {
        /// Since when.
        at: Timestamp,
    },
}

impl AccountState {
    /// The wire name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Closed { .. } => "closed",
        }
    }
}

/// An account as its administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Counts its changes, for `If-Match`.
    pub revision: super::asset::Revision,
    /// Its login name; none once it was deleted after closing.
    pub login: Option<Login>,
    /// The line its holder chose to be shown as; none once it was deleted.
    pub display: Option<String>,
    /// What its holder may do.
    pub role: Role,
    /// The body it acts for.
    pub organisation: Option<Slug>,
    /// What it can be used for.
    pub state: AccountState,
    /// Since when it exists.
    pub created_at: Timestamp,
    /// Whether signing in needs a second factor.
    pub has_second_factor: bool,
}

#[cfg(test)]
mod tests {
    use super::Login;
    use crate::domain::Rule;

    #[test]
    fn a_login_name_is_one_word_in_one_spelling() {
        for (raw, expected) in [
            (" Phong.VH@GiaLai.example ", Ok("phong.vh@gialai.example")),
            ("Phòng-VH", Ok("phòng-vh")),
            ("Pho\u{300}ng-VH", Ok("phòng-vh")),
            ("hai từ", Err(Rule::Malformed)),
            ("", Err(Rule::Required)),
            ("a\u{202e}b", Err(Rule::ForbiddenCharacters)),
        ] {
            let login = Login::parse(raw);
            assert_eq!(
                login.as_ref().map(Login::as_str),
                expected.as_ref().map(|text| *text),
                "{raw}"
            );
        }
    }
}
