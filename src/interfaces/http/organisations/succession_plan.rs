//! The body with which a succession is planned.

use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::access::TokenId;
use crate::domain::{Rule, Slug, Violations};
use crate::interfaces::http::extract::fields::Fields;
use crate::services::successions::{NewSuccession, Part};

/// A succession to plan.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NewSuccessionBody {
    /// The bodies before: slugs of the scheme `organisation`.
    #[schema(min_items = 1, max_items = 20)]
    from: Vec<String>,
    /// The successor; of a body that is split, the one that gets what no part names.
    to: String,
    /// What other successors get, when a body is split.
    #[schema(max_items = 20)]
    parts: Option<Vec<NewPartBody>>,
    /// The day at whose beginning, in Viet Nam, everything passes; an earlier one means at once.
    #[schema(format = Date)]
    on: String,
    /// The decision it rests on; it is kept with every revision.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// Only tell what it would do.
    dry_run: Option<bool>,
}

/// What another successor gets. A work goes to the part that lists it, else to the first part one of whose places it lies
/// in, else to the main successor.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NewPartBody {
    /// That successor.
    to: String,
    /// Works of these places (slugs of the scheme `place`) and of the places in them.
    #[schema(max_items = 5000)]
    places: Option<Vec<String>>,
    /// Ids of works.
    #[schema(max_items = 5000)]
    works: Option<Vec<String>>,
    /// Ids of accounts; their tokens go with them.
    #[schema(max_items = 5000)]
    accounts: Option<Vec<String>>,
    /// Ids of tokens of services.
    #[schema(max_items = 5000)]
    tokens: Option<Vec<String>>,
    /// Ids of requests for access that were granted and whose token was not fetched.
    #[schema(max_items = 5000)]
    access_requests: Option<Vec<String>>,
    /// Ids of saved searches.
    #[schema(max_items = 5000)]
    saved_searches: Option<Vec<String>>,
}

/// Reads the body: what is wanted, and whether only to tell what it would do.
///
/// # Errors
/// Every broken rule.
pub(super) fn parse(value: &Value) -> Result<(NewSuccession, bool), Violations> {
    let known = ["from", "to", "parts", "on", "reason", "dry_run"];
    let mut fields = Fields::new(value, &known);
    let from = fields.required_slugs("from");
    let bodies = (fields.required_slug("to"), fields.required_day("on"));
    let parts = parts(&mut fields);
    let reason = fields.optional("reason");
    let is_dry_run = fields.flag("dry_run");
    let wanted = match bodies {
        (Some(to), Some(on)) => Some(NewSuccession {
            from,
            to,
            parts,
            on,
            reason,
        }),
        _ => None,
    };
    let wanted = fields.finish(wanted)?;
    // What is missing was reported.
    wanted
        .map(|wanted| (wanted, is_dry_run))
        .ok_or_else(Violations::default)
}

fn parts(fields: &mut Fields<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    for (position, value) in fields.values("parts").iter().enumerate() {
        let mut inner = Fields::new(value, &PART);
        parts.extend(part(&mut inner));
        fields.take_over(&format!("parts/{position}"), inner);
    }
    parts
}

const PART: [&str; 7] = [
    "to",
    "places",
    "works",
    "accounts",
    "tokens",
    "access_requests",
    "saved_searches",
];

/// None when its successor is missing, which is reported.
fn part(fields: &mut Fields<'_>) -> Option<Part> {
    let to = fields.required_slug("to");
    let part = |to| Part {
        to,
        places: list(fields, "places", |text| Slug::parse(text).ok()),
        works: ids(fields, "works"),
        accounts: ids(fields, "accounts"),
        tokens: list(fields, "tokens", |text| Some(TokenId(text.to_owned()))),
        access_requests: list(fields, "access_requests", |text| Some(text.to_owned())),
        saved_searches: ids(fields, "saved_searches"),
    };
    to.map(part)
}

fn ids<T: FromStr>(fields: &mut Fields<'_>, name: &str) -> Vec<T> {
    list(fields, name, |text| text.parse().ok())
}

fn list<T>(fields: &mut Fields<'_>, name: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let mut found = Vec::new();
    for (position, value) in fields.values(name).iter().enumerate() {
        match value.as_str().and_then(&parse) {
            Some(one) => found.push(one),
            None => fields.refuse(&format!("{name}/{position}"), Rule::Malformed),
        }
    }
    found
}
