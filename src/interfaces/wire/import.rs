//! Parses one line of an import: a work and its requested state.

use serde_json::Value;

use super::incoming::{devise_title, finish_work, work_property};
use super::names;
use super::pointer::Pointer;
use super::reader::JsonReader;
use crate::domain::asset::{State, limits};
use crate::domain::text::line;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Violations};
use crate::services::intake::ImportRecord;
use crate::services::works::Deposit;

/// Parses a line of an import: the properties of a work, `state` and `withdrawal_reason`.
///
/// # Errors
/// Every broken rule with its JSON pointer into the line.
pub fn parse_import_line(
    value: &Value,
    vocabularies: &Vocabularies,
) -> Result<ImportRecord, Violations> {
    let mut reader = JsonReader::new(vocabularies);
    let mut deposit = Deposit::default();
    let (mut state, mut reason) = (None, None);
    for (name, value) in reader.properties(&Pointer::Root, value) {
        let at = Pointer::Root.property(name);
        match name {
            "state" | "withdrawal_reason" if value.is_null() => {}
            "state" => state = state_name(&mut reader, &at, value),
            "withdrawal_reason" => reason = reader.text(&at, value, line, limits::LINE),
            _ if work_property(&mut reader, &mut deposit, &at, name, value) => {}
            _ => reader.refuse(&at, Rule::UnknownProperty),
        }
    }
    devise_title(&reader, &mut deposit);
    finish_work(&mut reader, &deposit);
    let state = requested_state(&mut reader, state, reason);
    reader.finish(ImportRecord { deposit, state })
}

/// A state that an import can ask for. To return or to accept a work is a decision on that work, which no
/// import makes.
#[derive(Debug, Clone, Copy)]
enum RequestedState {
    Draft,
    Submitted,
    Published,
    Withdrawn,
}

const REQUESTED_STATES: [(&str, RequestedState); 4] = [
    ("draft", RequestedState::Draft),
    ("submitted", RequestedState::Submitted),
    ("published", RequestedState::Published),
    ("withdrawn", RequestedState::Withdrawn),
];

fn state_name(
    reader: &mut JsonReader<'_>,
    at: &Pointer<'_>,
    value: &Value,
) -> Option<RequestedState> {
    const NAMES: &[&str] = &names::first(REQUESTED_STATES);
    reader.one_of(at, value, &REQUESTED_STATES, NAMES)
}

/// The state with its reason; a withdrawal needs one.
fn requested_state(
    reader: &mut JsonReader<'_>,
    name: Option<RequestedState>,
    reason: Option<String>,
) -> Option<State> {
    let pointer = "/withdrawal_reason";
    match name? {
        RequestedState::Draft => Some(State::Draft),
        RequestedState::Submitted => Some(State::Submitted),
        RequestedState::Published => Some(State::Published),
        RequestedState::Withdrawn => {
            if reason.is_none() && !reader.has_violation_below(pointer) {
                let at = Pointer::Root.property("withdrawal_reason");
                reader.refuse(&at, Rule::Required);
            }
            reason.map(|reason| State::Withdrawn { reason })
        }
    }
}
