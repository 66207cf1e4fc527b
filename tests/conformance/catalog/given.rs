//! What the cases put in.

use khochung::domain::access::Actor;
use khochung::domain::asset::{
    Access, Asset, AssetId, AudienceLevel, File, FileRole, Identifier, MediaFacts, PeopleShown,
    Review, Revision, SealedFile, State, Tombstone, Work,
};
use khochung::domain::{LanguageMap, LanguageTag, Sha256, Slug, Timestamp};
use khochung::storage::catalog::{BlobKey, ChangeSet};

/// A moment, in seconds after some first one.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_395_600_000).plus_seconds(seconds)
}

/// A change set made by the archive itself at the first moment.
pub(crate) fn changes() -> ChangeSet {
    changes_at(0)
}

pub(crate) fn changes_at(seconds: i64) -> ChangeSet {
    ChangeSet::by(&Actor::System, at(seconds))
}

pub(crate) fn id(number: u128) -> AssetId {
    AssetId::from_bytes(number.to_be_bytes())
}

pub(crate) fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

pub(crate) fn blob(number: u8) -> BlobKey {
    Sha256::from_bytes([number; 32])
}

pub(crate) fn identifier(scheme: &str, value: &str) -> Identifier {
    Identifier {
        scheme: slug(scheme),
        value: value.into(),
    }
}

/// A draft at its first revision.
pub(crate) fn asset(number: u128) -> Asset {
    let title = (
        LanguageTag::parse("vi").unwrap(),
        format!("Tác phẩm {number}"),
    );
    Asset {
        id: id(number),
        revision: Revision::FIRST,
        state: State::Draft,
        widest_audience: AudienceLevel::Staff,
        work: Work {
            titles: [title].into_iter().collect(),
            descriptions: LanguageMap::default(),
            kind: Some(slug("poster")),
            creators: Vec::new(),
            organisation: Some(slug("dic")),
            languages: Vec::new(),
            strand: None,
            themes: Vec::new(),
            instruments: Vec::new(),
            rights_groups: Vec::new(),
            udhr_articles: Vec::new(),
            audiences: Vec::new(),
            places: Vec::new(),
            made: None,
            body: None,
            credit_line: None,
            reuse_terms: slug(Work::RIGHTS_NOT_REVIEWED),
            people_shown: PeopleShown::NotAssessed,
            consent: None,
            minors_shown: false,
            access: Access::Public,
            embargo_until: None,
            review_on: None,
            relations: Vec::new(),
            identifiers: Vec::new(),
        },
        issuer: None,
        files: Vec::new(),
        created_at: at(0),
        updated_at: at(0),
        published_at: None,
        review: Review::default(),
        corrections: Vec::new(),
        sealed: Vec::new(),
    }
}

/// The next revision.
pub(crate) fn next(asset: &Asset) -> Asset {
    Asset {
        revision: asset.revision.next(),
        ..asset.clone()
    }
}

pub(crate) fn with_identifiers(asset: &Asset, identifiers: &[Identifier]) -> Asset {
    let mut asset = asset.clone();
    asset.work.identifiers = identifiers.to_vec();
    asset
}

pub(crate) fn with_files(asset: &Asset, blobs: &[BlobKey]) -> Asset {
    let file = |sha256: &BlobKey| File {
        sha256: *sha256,
        role: FileRole::Original,
        media_type: "image/jpeg".into(),
        size: 7,
        name: "áp phích.jpg".into(),
        title: LanguageMap::default(),
        alt: LanguageMap::default(),
        language: None,
        facts: MediaFacts::default(),
        redacted: Vec::new(),
        text_correction: None,
        attached_at: at(0),
    };
    Asset {
        files: blobs.iter().map(file).collect(),
        ..asset.clone()
    }
}

/// With these sealed files, as long as files with the same bytes.
pub(crate) fn with_sealed(asset: &Asset, blobs: &[BlobKey]) -> Asset {
    let file = |sha256: &BlobKey| SealedFile {
        sha256: *sha256,
        media_type: "application/pdf".into(),
        size: 7,
        added_at: at(0),
    };
    Asset {
        sealed: blobs.iter().map(file).collect(),
        ..asset.clone()
    }
}

/// What stays when the asset is deleted now.
pub(crate) fn tombstone(asset: &Asset) -> Tombstone {
    Tombstone {
        id: asset.id,
        revision: asset.revision.next(),
        widest_audience: asset.widest_audience,
        deleted_at: at(9),
    }
}
