//! The schemas of fields with closed lists and language maps.

use utoipa::openapi::Schema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use super::names;
use crate::domain::asset::StateName;
use crate::domain::sound::Channels;
use crate::services::intake::ImportedAs;
use crate::services::sharing::Presence;
use crate::storage::catalog::EventKind;

fn one_of<'a>(values: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(values))
}

fn by_language(max_length: usize) -> ObjectBuilder {
    let text = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .min_length(Some(1))
        .max_length(Some(max_length));
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Object))
        .additional_properties(Some(Schema::Object(text.build())))
        .max_properties(Some(50))
}

pub(super) fn titles() -> Object {
    by_language(1_000)
        .description(Some(
            "Titles by BCP 47 language tag. A new work sent without any is called by the \
             beginning of its description or text.",
        ))
        .min_properties(Some(1))
        .build()
}

pub(super) fn descriptions() -> Object {
    by_language(20_000)
        .description(Some("Summaries or captions by BCP 47 language tag."))
        .build()
}

pub(super) fn people_shown() -> Object {
    one_of(names::PEOPLE_SHOWN.iter().copied())
        .description(Some(
            "Whether people can be recognised, and on what basis they are shown; `not-assessed` \
             blocks publication.",
        ))
        .build()
}

pub(super) fn access() -> Object {
    one_of(names::ACCESS.iter().copied())
        .description(Some("Who may see it once it is published."))
        .build()
}

pub(super) fn relation_type() -> Object {
    one_of(names::RELATION_TYPE.iter().copied())
        .description(Some("What this work is to the target."))
        .build()
}

pub(super) fn visibility() -> Object {
    one_of(names::VISIBILITY.iter().copied())
        .description(Some(
            "`public`: everybody may read it and follow its feed. `private`: tokens of the role \
             and body it was saved with.",
        ))
        .build()
}

pub(super) fn parameters() -> Object {
    let value = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .min_length(Some(1))
        .max_length(Some(4_000));
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Object))
        .additional_properties(Some(Schema::Object(value.build())))
        .description(Some(
            "The parameters of `/api/v1/search` by name, without `after` and `event`; several \
             values of one with commas.",
        ))
        .build()
}

pub(super) fn file_role() -> Object {
    one_of(names::FILE_ROLE.iter().copied())
        .description(Some("What the file is to the work."))
        .build()
}

pub(super) fn state() -> Object {
    one_of(StateName::NAMES.map(|(name, _)| name))
        .description(Some("The state of the work."))
        .build()
}

pub(super) fn role() -> Object {
    one_of(names::ROLE.iter().copied())
        .description(Some("A role."))
        .build()
}

pub(super) fn requirement() -> Object {
    one_of(names::REQUIREMENT.iter().copied())
        .description(Some("A condition of publication."))
        .build()
}

pub(super) fn condition_state() -> Object {
    one_of(["met", "missing", "not-applicable"])
        .description(Some("Whether the condition is met."))
        .build()
}

pub(super) fn processing() -> Object {
    one_of(["ready", "working", "failed"])
        .description(Some("Whether the public copy of the file is made."))
        .build()
}

pub(super) fn text_state() -> Object {
    one_of(["ready", "working", "waiting", "failed"])
        .description(Some("Whether the text of the file was read."))
        .build()
}

pub(super) fn sound_state() -> Object {
    one_of(["waiting", "measured", "failed"])
        .description(Some("Whether the sound was measured."))
        .build()
}

pub(super) fn copy_state() -> Object {
    one_of(["waiting", "made", "off-target", "failed"])
        .description(Some("Whether the copy is made."))
        .build()
}

pub(super) fn channels() -> Object {
    one_of(Channels::NAMES.map(|(name, _)| name))
        .description(Some(
            "What the channels are to each other; `anti-phase` ones cancel each other out on one loudspeaker.",
        ))
        .build()
}

pub(super) fn event_kind() -> Object {
    one_of(EventKind::NAMES.map(|(name, _)| name))
        .description(Some("What happened."))
        .build()
}

pub(super) fn presence() -> Object {
    one_of([Presence::Available.name(), Presence::Gone.name()])
        .description(Some("Whether the reader can read the work now."))
        .build()
}

pub(super) fn passage_kind() -> Object {
    one_of(["same", "omitted", "removed", "added", "respelled"])
        .description(Some("How the passage compares."))
        .build()
}

pub(super) fn imported_as() -> Object {
    one_of(ImportedAs::NAMES.map(|(name, _)| name))
        .description(Some("What was done with the record."))
        .build()
}
