//! One line of an import: a work, and the state it is to reach.

use serde_json::Value;

use super::incoming::{devise_title, finish_work, work_property};
use super::place::Place;
use super::reading::Reading;
use crate::domain::asset::{State, limits};
use crate::domain::text::line;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Violations};
use crate::services::intake::{Deposit, ImportRecord};

/// Reads a line of an import: the properties of a work, `state` and `withdrawal_reason`.
///
/// # Errors
/// Every broken rule with its JSON pointer into the line.
pub fn parse_import_line(
    value: &Value,
    vocabularies: &Vocabularies,
) -> Result<ImportRecord, Violations> {
    let mut reading = Reading::new(vocabularies);
    let mut deposit = Deposit::default();
    let (mut state, mut reason) = (None, None);
    for (name, value) in reading.properties(&Place::Root, value) {
        let at = Place::Root.property(name);
        match name {
            "state" | "withdrawal_reason" if value.is_null() => {}
            "state" => state = state_name(&mut reading, &at, value),
            "withdrawal_reason" => reason = reading.text(&at, value, line, limits::LINE),
            _ if work_property(&mut reading, &mut deposit, &at, name, value) => {}
            _ => reading.refuse(&at, Rule::UnknownProperty),
        }
    }
    devise_title(&reading, &mut deposit);
    finish_work(&mut reading, &deposit);
    let state = wanted_state(&mut reading, state, reason);
    reading.finish(ImportRecord { deposit, state })
}

fn state_name<'j>(reading: &mut Reading<'_>, at: &Place<'_>, value: &'j Value) -> Option<&'j str> {
    let name = reading.string(at, value)?;
    if !State::NAMES.contains(&name) {
        let allowed = &State::NAMES;
        reading.refuse(at, Rule::NotOneOf { allowed });
    }
    Some(name)
}

/// The state with its reason; a withdrawal needs one.
fn wanted_state(
    reading: &mut Reading<'_>,
    name: Option<&str>,
    reason: Option<String>,
) -> Option<State> {
    let pointer = "/withdrawal_reason";
    match name? {
        "draft" => Some(State::Draft),
        "submitted" => Some(State::Submitted),
        "published" => Some(State::Published),
        "withdrawn" => {
            if reason.is_none() && !reading.has_noted_below(pointer) {
                let at = Place::Root.property("withdrawal_reason");
                reading.refuse(&at, Rule::Required);
            }
            reason.map(|reason| State::Withdrawn { reason })
        }
        _ => None,
    }
}
