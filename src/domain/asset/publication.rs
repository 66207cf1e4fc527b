//! The conditions of publication, checked for one work: the gate is the checklist with nothing missing.
//!
//! A complete description, reviewed rights, a basis for showing people, a second approval where minors are
//! shown or the theme needs it, text alternatives, and files that fit and have public copies. Pointers are
//! into the wire form of the work. Most conditions hold as long as a work is published: a change that would
//! break one is refused ([`must_hold_while_published`]).

use super::checklist::{Checklist, Status};
use super::review::Requirement;
use super::{
    Access, Asset, Consent, File, FileRole, PeopleShown, Processing, ProcessingStates, Work, kind,
    secrecy,
};
use crate::domain::vocabulary::details::{DcmiType, ReuseAudience, ReuseTerms};
use crate::domain::vocabulary::{Direction, Vocabularies};
use crate::domain::{Rule, Timestamp};

/// What the conditions are checked against.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The vocabularies.
    pub vocabularies: &'a Vocabularies,
    /// The states of the files of the work.
    pub processing: &'a ProcessingStates,
    /// The present moment.
    pub now: Timestamp,
}

/// Every condition of publication of this work.
pub fn checklist(asset: &Asset, evidence: Evidence<'_>) -> Checklist {
    let mut list = Checklist::default();
    description_is_complete(&asset.work, &mut list);
    rights_allow_it(asset, evidence.vocabularies, &mut list);
    people_may_be_shown(asset, &mut list);
    consent_covers_it(&asset.work, evidence, &mut list);
    somebody_else_approved(asset, evidence, &mut list);
    content_is_there(asset, evidence.vocabularies, &mut list);
    files_can_be_delivered(asset, evidence.processing, &mut list);
    nothing_is_secret(&asset.work, &mut list);
    list
}

/// Whether a condition is also required of changes of a published work. A file attached to a published work is
/// delivered as soon as its public copy is made. A second approval is required again when what it was given
/// for changes: `content_changed`.
pub fn must_hold_while_published(requirement: Requirement, content_changed: bool) -> bool {
    match requirement {
        Requirement::PublicCopy => false,
        Requirement::SecondApproval => content_changed,
        _ => true,
    }
}

/// Whether a revision differs from the one before it in what approvals are given for: texts, files, who is shown
/// and with how much consent, the themes, and who may see it.
pub fn differ_in_content(before: &Asset, after: &Asset) -> bool {
    let parts = |asset: &Asset| {
        let hashes: Vec<_> = asset.files.iter().map(|file| file.sha256).collect();
        (hashes, asset.work.access, asset.work.minors_shown)
    };
    parts(before) != parts(after)
        || after.reveals_more_than(before)
        || before.work.titles != after.work.titles
        || before.work.descriptions != after.work.descriptions
        || before.work.body != after.work.body
        || before.work.themes != after.work.themes
        || before.work.people_shown != after.work.people_shown
        || after.work.widens_consent(&before.work)
}

fn description_is_complete(work: &Work, list: &mut Checklist) {
    for (requirement, pointer, is_there) in [
        (Requirement::Title, "/titles", !work.titles.is_empty()),
        (Requirement::Kind, "/kind", work.kind.is_some()),
        (
            Requirement::Organisation,
            "/organisation",
            work.organisation.is_some(),
        ),
        (
            Requirement::Languages,
            "/languages",
            !work.languages.is_empty(),
        ),
        (Requirement::Strand, "/strand", work.strand.is_some()),
        (Requirement::Theme, "/themes", !work.themes.is_empty()),
        (
            Requirement::CreditLine,
            "/credit_line",
            work.credit_line.is_some(),
        ),
    ] {
        list.push(
            requirement,
            pointer,
            Status::met_or(is_there, Rule::Required),
        );
    }
}

fn rights_allow_it(asset: &Asset, vocabularies: &Vocabularies, list: &mut Checklist) {
    let terms = terms_of(&asset.work, vocabularies);
    let is_reviewed = terms.is_some_and(|terms| !terms.blocks_publication);
    list.push_decided(
        Requirement::RightsReviewed,
        "/reuse_terms",
        Status::met_or(is_reviewed, Rule::RightsNotReviewed),
        asset.review.rights.as_ref().filter(|_| is_reviewed),
    );
    let files = match terms {
        Some(terms) if terms.link_only => {
            Status::met_or(asset.files.is_empty(), Rule::LinkOnlyWithFiles)
        }
        _ => Status::NotApplicable,
    };
    list.push(Requirement::TermsAllowFiles, "/files", files);
    // Terms say who may reuse a work; only works for state bodies are hidden from others.
    let access = match terms {
        Some(terms) if terms.audience == ReuseAudience::StateBodies => Status::met_or(
            asset.work.access == Access::StateInternal,
            Rule::NotOneOf {
                allowed: &["state-internal"],
            },
        ),
        _ => Status::NotApplicable,
    };
    list.push(Requirement::TermsAllowAccess, "/access", access);
}

fn people_may_be_shown(asset: &Asset, list: &mut Checklist) {
    let work = &asset.work;
    let is_assessed = work.people_shown != PeopleShown::NotAssessed;
    let withdrawn = asset.review.consent_withdrawn.as_ref();
    let rule = match withdrawn {
        Some(_) => Rule::ConsentWithdrawn,
        None => Rule::PeopleNotAssessed,
    };
    list.push_decided(
        Requirement::PeopleAssessed,
        "/people_shown",
        Status::met_or(is_assessed, rule),
        withdrawn.filter(|_| !is_assessed),
    );
    let consent = if work.minors_shown && is_assessed {
        let is_given = work.people_shown == PeopleShown::MinorWithGuardianConsent;
        Status::met_or(is_given, Rule::MinorWithoutGuardianConsent)
    } else {
        Status::NotApplicable
    };
    list.push(Requirement::GuardianConsent, "/people_shown", consent);
}

fn consent_covers_it(work: &Work, evidence: Evidence<'_>, list: &mut Checklist) {
    let consent = work.limited_consent();
    let status = |is_met: &dyn Fn(&Consent) -> bool, rule| match consent {
        Some(consent) => Status::met_or(is_met(consent), rule),
        None => Status::NotApplicable,
    };
    list.push(
        Requirement::ConsentHolds,
        "/consent/ends_on",
        status(
            &|consent| !consent.has_ended(evidence.now),
            Rule::ConsentEnded,
        ),
    );
    list.push(
        Requirement::ConsentAllowsLanguages,
        "/languages",
        status(
            &|consent| consent.covers_languages(&work.languages),
            Rule::OutsideConsent,
        ),
    );
    list.push(
        Requirement::ConsentAllowsAccess,
        "/access",
        status(
            &|consent| work.consent_covers_access(consent, evidence.vocabularies),
            Rule::OutsideConsent,
        ),
    );
}

/// Two posts release what shows minors, and works on unlawful abuse of rights, whose publication is also
/// looked at again on a day that is set.
fn somebody_else_approved(asset: &Asset, evidence: Evidence<'_>, list: &mut Checklist) {
    let is_sensitive = has_sensitive_theme(&asset.work, evidence.vocabularies);
    let shows_minors =
        asset.work.minors_shown || asset.work.people_shown == PeopleShown::MinorWithGuardianConsent;
    let approved = asset.review.approved.as_ref();
    let approval = if is_sensitive || shows_minors {
        Status::met_or(approved.is_some(), Rule::SecondApprovalMissing)
    } else {
        Status::NotApplicable
    };
    let pointer = if is_sensitive {
        "/themes"
    } else {
        "/minors_shown"
    };
    list.push_decided(Requirement::SecondApproval, pointer, approval, approved);
    let today = evidence.now.day().first_day();
    let review = match asset.work.review_on {
        _ if !is_sensitive => Status::NotApplicable,
        None => Status::Missing(Rule::Required),
        Some(day) => Status::met_or(day.last_day() >= today, Rule::ReviewIsDue),
    };
    list.push(Requirement::ReviewDate, "/review_on", review);
}

fn content_is_there(asset: &Asset, vocabularies: &Vocabularies, list: &mut Checklist) {
    let types = dcmi_types(&asset.work, vocabularies);
    let link_only = terms_of(&asset.work, vocabularies).is_some_and(|terms| terms.link_only);
    let content = if link_only || kind::holds_other_works(types) {
        Status::NotApplicable
    } else {
        let has_content = asset.work.body.is_some() || asset.files.iter().any(is_original);
        Status::met_or(has_content, Rule::NothingToPublish)
    };
    list.push(Requirement::Content, "/files", content);
    let originals = asset.files.iter().enumerate();
    for (index, file) in originals.filter(|(_, file)| is_original(file)) {
        let fits = types.is_empty() || kind::takes_original(types, file.essence());
        list.push(
            Requirement::FileFitsKind,
            format!("/files/{index}"),
            Status::met_or(fits, Rule::FileDoesNotFitKind),
        );
        if file.media_type.starts_with("image/") {
            list.push(
                Requirement::TextAlternative,
                format!("/files/{index}/alt"),
                Status::met_or(!file.alt.is_empty(), Rule::MissingAltText),
            );
        }
    }
}

fn files_can_be_delivered(asset: &Asset, processing: &ProcessingStates, list: &mut Checklist) {
    if asset.files.is_empty() {
        list.push(Requirement::PublicCopy, "/files", Status::NotApplicable);
    }
    for (index, file) in asset.files.iter().enumerate() {
        let status = match processing.of(file.sha256) {
            Processing::Ready => Status::Met,
            Processing::Working => Status::Missing(Rule::FileInProcessing),
            Processing::Failed(failure) => Status::Missing(Rule::NoPublicCopy(failure)),
        };
        list.push(Requirement::PublicCopy, format!("/files/{index}"), status);
    }
}

/// Text files were looked at when they were attached.
fn nothing_is_secret(work: &Work, list: &mut Checklist) {
    let mut has_mark = false;
    let named = [
        ("/titles", &work.titles),
        ("/descriptions", &work.descriptions),
    ];
    for (pointer, texts) in named {
        for (language, _) in texts.iter().filter(|(_, text)| secrecy::is_marked(text)) {
            has_mark = true;
            let pointer = format!("{pointer}/{language}");
            let status = Status::Missing(Rule::SecrecyMark);
            list.push(Requirement::NoSecrecyMark, pointer, status);
        }
    }
    if work.body.as_deref().is_some_and(secrecy::is_marked) {
        has_mark = true;
        let status = Status::Missing(Rule::SecrecyMark);
        list.push(Requirement::NoSecrecyMark, "/body", status);
    }
    if !has_mark {
        list.push(Requirement::NoSecrecyMark, "", Status::Met);
    }
}

fn has_sensitive_theme(work: &Work, vocabularies: &Vocabularies) -> bool {
    let Some(scheme) = vocabularies.scheme("theme") else {
        return false;
    };
    work.themes.iter().any(|theme| {
        let own = scheme.find(theme.as_str());
        let broader = scheme.expand(theme.as_str(), Direction::Broader, None);
        own.into_iter()
            .chain(broader)
            .any(|concept| concept.sensitive)
    })
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
