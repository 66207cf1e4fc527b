//! Schemas of closed lists that several resources use, made from the lists themselves.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::access::{Permission, Role};
use crate::domain::asset::{FileRole, StateName};
use crate::domain::vocabulary::Direction;
use crate::services::access_requests::RequestState;
use crate::services::curation::bulk::{Act, Phase};
use crate::services::search::{Facet, Order};
use crate::services::successions;
use crate::services::table_imports;
use crate::storage::catalog::EventKind;

/// Types that exist only as schemas: a text out of a closed list.
macro_rules! closed_lists {
    ($($(#[$doc:meta])* $name:ident = $values:expr;)+) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some($values))
                    .into()
            }
        }

        impl ToSchema for $name {}
    )+ };
}

closed_lists! {
    /// A state of a work.
    WorkStateName = StateName::NAMES.map(|(name, _)| name);
    /// What happened to a work.
    EventKindName = EventKind::NAMES.map(|(name, _)| name);
    /// What is done to many works.
    BulkActName = Act::NAMES;
    /// How far an act on many works is.
    BulkPhaseName = Phase::NAMES.map(|(name, _)| name);
    /// What an act would do to a work.
    BulkPreviewOutcome = ["changed", "unchanged", "refused"];
    /// What came of a work.
    BulkOutcome = ["pending", "changed", "unchanged", "refused"];
    /// What came of changing a work back.
    BulkUndoOutcome = ["undone", "refused"];
    /// How far the import of a table is.
    TableImportPhase = table_imports::Phase::NAMES.map(|(name, _)| name);
    /// What comes of a row of a table.
    TableRowOutcome = table_imports::RowOutcome::NAMES.map(|(name, _)| name);
    /// The format of a table.
    TableFormat = ["csv", "xlsx"];
    /// What can be asked for.
    RequestedRole = ["station", "partner"];
    /// What an administrator decides on a request for access.
    AccessDecision = ["granted", "refused"];
    /// Where a request for access is.
    AccessRequestStateName = RequestState::NAMES.map(|(name, _)| name);
    /// How far a succession of bodies is.
    SuccessionPhaseName = successions::Phase::NAMES.map(|(name, _)| name);
    /// A permission.
    PermissionName = Permission::NAMES.map(|(name, _)| name);
    /// A role to which a work can be assigned.
    AssigneeRole = Role::NAMES.map(|(name, _)| name);
    /// What a file is to its work.
    FileRoleName = FileRole::NAMES.map(|(name, _)| name);
    /// Media or a text of a work.
    MediaKindName = Facet::MEDIA_KINDS;
    /// A language in which labels exist.
    LabelLanguage = ["vi", "en"];
    /// An order of hits.
    OrderName = Order::NAMES.map(|(name, _)| name);
    /// A facet to count, or `none`.
    FacetName = Facet::ALL.into_iter().map(|(_, name, _)| name).chain(["none"]);
    /// What can be added to the words.
    ExpansionName = ["none", "narrower", "succession"];
    /// A form of a vocabulary.
    VocabularyForm = ["json", "jsonld"];
    /// A direction from one concept to others.
    DirectionName = Direction::NAMES.iter().map(|(name, _)| *name);
    /// What a record can include.
    RecordInclusion = ["labels", "licence", "citation"];
    /// What a list of works can include.
    ListInclusion = ["body", "labels", "licence", "citation"];
    /// What a change can include.
    ChangeInclusion = ["asset", "labels", "licence", "citation"];
    /// How hits match the words.
    MatchingName = ["all-words", "some-words"];
    /// Where a snippet is from.
    SnippetField = ["title", "description", "body", "transcript", "document", "credit"];
    /// Why a name was added.
    ExpansionReasonName = ["same-concept", "narrower", "succession", "translation"];
}
