//! Providers and their rules, which are data.

use serde_json::{Number, Value};

use crate::domain::Slug;
use crate::domain::access::Role;
use crate::domain::account::Login;

/// A provider of sign-ins.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its name in addresses.
    pub id: Slug,
    /// Its name for people, in Vietnamese and in English.
    pub names: [String; 2],
    /// The issuer: its address, equal to the `iss` of its tokens.
    pub issuer: String,
    /// How it knows this archive.
    pub client_id: String,
    /// The secret that it shares with this archive; none for a public client.
    pub client_secret: Option<String>,
    /// What to ask for beside `openid`.
    pub scopes: Vec<String>,
    /// The authority of its certificate in PEM, when that is not a public one.
    pub authority: Option<Vec<u8>>,
    /// The first that fits decides; without one nobody gets in.
    pub rules: Vec<ClaimRule>,
}

/// Who has this value in this claim gets this role and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRule {
    /// The name of the claim; with dots for one inside another (`realm_access.roles`).
    pub claim: String,
    /// The value; of a list, one of its values.
    pub value: String,
    /// The role.
    pub role: Role,
    /// The body.
    pub organisation: Option<Slug>,
}

impl Provider {
    /// The first rule that fits.
    pub(super) fn rule_for(&self, claims: &Value) -> Option<&ClaimRule> {
        self.rules.iter().find(|rule| rule.fits(claims))
    }
}

impl ClaimRule {
    fn fits(&self, claims: &Value) -> bool {
        match find(claims, &self.claim) {
            Some(Value::Array(values)) => values.iter().any(|value| is_equal(value, &self.value)),
            Some(value) => is_equal(value, &self.value),
            None => false,
        }
    }
}

/// What a provider calls the holder. Messages are sent to a login name that is an address, so an address must be verified.
pub(super) fn login_in(claims: &Value) -> Option<Login> {
    let is_verified = claims["email_verified"] == Value::Bool(true);
    let login = |claim: &str| Login::parse(claims[claim].as_str()?).ok();
    login("email").filter(|_| is_verified).or_else(|| {
        let name = login("preferred_username");
        name.filter(|name| !name.is_mail_address())
    })
}

/// A claim by its whole name, as some have dots in it, or by the parts between the dots.
fn find<'a>(claims: &'a Value, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let (outer, inner) = name.split_once('.')?;
        find(claims.get(outer)?, inner)
    })
}

fn is_equal(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text == wanted,
        Value::Bool(flag) => wanted == if *flag { "true" } else { "false" },
        Value::Number(number) => wanted.parse().is_ok_and(|wanted: Number| wanted == *number),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ClaimRule, login_in};
    use crate::domain::access::Role;
    use crate::domain::account::Login;

    #[test]
    fn a_rule_fits_a_value_or_one_of_a_list_and_nothing_else() {
        let rule = |claim: &str, value: &str| ClaimRule {
            claim: claim.into(),
            value: value.into(),
            role: Role::Editor,
            organisation: None,
        };
        let claims = json!({
            "groups": ["a", "kho-bien-tap"], "dept": "dic", "staff": true,
            "realm_access": { "roles": ["x"] }, "https://x.example/role": "y", "empty": null,
        });
        for (claim, value, fits) in [
            ("groups", "kho-bien-tap", true),
            ("groups", "kho", false),
            ("groups", "[\"a\",\"kho-bien-tap\"]", false),
            ("dept", "dic", true),
            ("dept", "DIC", false),
            ("staff", "true", true),
            ("realm_access.roles", "x", true),
            ("realm_access", "x", false),
            ("https://x.example/role", "y", true),
            ("empty", "", false),
            ("empty", "null", false),
            ("missing", "", false),
        ] {
            assert_eq!(rule(claim, value).fits(&claims), fits, "{claim} {value}");
        }
    }

    #[test]
    fn only_a_verified_address_becomes_a_login_name() {
        for (claims, expected) in [
            (
                json!({ "email": "a@x.example", "email_verified": true }),
                Some("a@x.example"),
            ),
            (
                json!({ "email": "a@x.example", "email_verified": false }),
                None,
            ),
            (
                json!({ "email": "a@x.example", "email_verified": "true" }),
                None,
            ),
            (json!({ "email": "a@x.example" }), None),
            (
                json!({ "email": "a@x.example", "preferred_username": "an.nv" }),
                Some("an.nv"),
            ),
            (json!({ "preferred_username": "b@x.example" }), None),
            (
                json!({ "email": "a@x.example", "email_verified": true, "preferred_username": "b@x.example" }),
                Some("a@x.example"),
            ),
            (json!({}), None),
        ] {
            let login = login_in(&claims);
            assert_eq!(login.as_ref().map(Login::as_str), expected, "{claims}");
        }
    }
}
