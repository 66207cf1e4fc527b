//! The conditions of publication; all unmet ones are reported at once.
//!
//! The conditions hold as long as a work is published: a change that would break one is refused. They
//! require a complete description, reviewed rights, a basis for showing people, text
//! alternatives, and files that fit. Pointers are into the wire form of the work.

use super::{Access, Asset, File, FileRole, PeopleShown, Processing, ProcessingStates, Work, kind};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::vocabulary::details::{DcmiType, ReuseAudience, ReuseTerms};
use crate::domain::{Rule, Violations};

/// The unmet conditions of publication of this work.
pub fn unmet_conditions(asset: &Asset, vocabularies: &Vocabularies) -> Violations {
    let mut unmet = Violations::default();
    description_is_complete(&asset.work, &mut unmet);
    rights_allow_it(asset, vocabularies, &mut unmet);
    people_may_be_shown(&asset.work, &mut unmet);
    content_is_there(asset, vocabularies, &mut unmet);
    unmet
}

/// Adds the files that the public would not get. Only publication itself requires their copies: a file
/// attached to a published work is delivered as soon as its copy is made.
pub fn public_copies_are_there(
    asset: &Asset,
    processing: &ProcessingStates,
    unmet: &mut Violations,
) {
    for (index, file) in asset.files.iter().enumerate() {
        let rule = match processing.of(file.sha256) {
            Processing::Ready => continue,
            Processing::Working => Rule::FileInProcessing,
            Processing::Failed(failure) => Rule::NoPublicCopy(failure),
        };
        unmet.push(format!("/files/{index}"), rule);
    }
}

fn description_is_complete(work: &Work, unmet: &mut Violations) {
    for (pointer, missing) in [
        ("/titles", work.titles.is_empty()),
        ("/kind", work.kind.is_none()),
        ("/organisation", work.organisation.is_none()),
        ("/languages", work.languages.is_empty()),
        ("/strand", work.strand.is_none()),
        ("/themes", work.themes.is_empty()),
        ("/credit_line", work.credit_line.is_none()),
    ] {
        if missing {
            unmet.push(pointer, Rule::Required);
        }
    }
}

fn rights_allow_it(asset: &Asset, vocabularies: &Vocabularies, unmet: &mut Violations) {
    let Some(terms) = terms_of(&asset.work, vocabularies) else {
        unmet.push("/reuse_terms", Rule::RightsNotReviewed);
        return;
    };
    if terms.blocks_publication {
        unmet.push("/reuse_terms", Rule::RightsNotReviewed);
    }
    if terms.link_only && !asset.files.is_empty() {
        unmet.push("/files", Rule::LinkOnlyWithFiles);
    }
    // Terms say who may reuse a work; only works for state bodies are hidden from others.
    if terms.audience == ReuseAudience::StateBodies && asset.work.access != Access::StateInternal {
        let allowed = &["state-internal"];
        unmet.push("/access", Rule::NotOneOf { allowed });
    }
}

fn people_may_be_shown(work: &Work, unmet: &mut Violations) {
    if work.people_shown == PeopleShown::NotAssessed {
        unmet.push("/people_shown", Rule::PeopleNotAssessed);
    } else if work.minors_shown && work.people_shown != PeopleShown::MinorWithGuardianConsent {
        unmet.push("/people_shown", Rule::MinorWithoutGuardianConsent);
    }
}

fn content_is_there(asset: &Asset, vocabularies: &Vocabularies, unmet: &mut Violations) {
    let types = dcmi_types(&asset.work, vocabularies);
    let link_only = terms_of(&asset.work, vocabularies).is_some_and(|terms| terms.link_only);
    let has_content = asset.work.body.is_some() || asset.files.iter().any(is_original);
    if !has_content && !link_only && !kind::holds_other_works(types) {
        unmet.push("/files", Rule::NothingToPublish);
    }
    for (index, file) in asset
        .files
        .iter()
        .enumerate()
        .filter(|(_, f)| is_original(f))
    {
        if !types.is_empty() && !kind::takes_original(types, file.essence()) {
            unmet.push(format!("/files/{index}"), Rule::FileDoesNotFitKind);
        }
        if file.media_type.starts_with("image/") && file.alt.is_empty() {
            unmet.push(format!("/files/{index}/alt"), Rule::MissingAltText);
        }
    }
}

fn is_original(file: &File) -> bool {
    file.role == FileRole::Original
}

fn terms_of<'a>(work: &Work, vocabularies: &'a Vocabularies) -> Option<&'a ReuseTerms> {
    vocabularies
        .find("reuse-terms", work.reuse_terms.as_str())?
        .terms()
}

fn dcmi_types<'a>(work: &Work, vocabularies: &'a Vocabularies) -> &'a [DcmiType] {
    work.kind
        .as_ref()
        .and_then(|slug| vocabularies.find("product-kind", slug.as_str())?.kind())
        .map_or(&[], |kind| &kind.dcmi_types)
}
