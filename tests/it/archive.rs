//! An archive in a temporary folder, for tests that go through the services.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use khochung::clock::Clock;
use khochung::config::Config;
use khochung::domain::access::{Actor, Credential, Role, TokenId};
use khochung::domain::asset::{Asset, AssetId};
use khochung::domain::vocabulary::Vocabularies;
use khochung::domain::{Slug, Timestamp};
use khochung::interfaces::messages::mail;
use khochung::interfaces::wire::{
    AssetDto, Inclusions, RecordContext, parse_file_description, parse_import_line, parse_work,
};
use khochung::services::accounts::{Accounts, Passwords, Tokens};
use khochung::services::audit::AuditTrail;
use khochung::services::curation::Curation;
use khochung::services::delivery::Delivery;
use khochung::services::intake::{
    AcceptedTypes, Attached, FileDetails, ImportLine, Intake, Placement,
};
use khochung::services::mail::Mail;
use khochung::services::sharing::{Addresses, Sharing};
use khochung::services::works::{ChangeError, Deposit, IdempotentRequest, WorkAccess};
use khochung::storage::blobs::{BlobStore as _, LocalBlobs, Staging};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, Rendition, Write};
use khochung::storage::keys::KeyStore;
use khochung::storage::vocabulary;
use serde_json::{Value, json};
use tempfile::TempDir;

/// 2026-11-23T08:00:00+07:00.
pub(crate) const MORNING: Timestamp = Timestamp::from_millis(1_795_395_600_000);

/// A JPEG as far as its first bytes say (SOI, APP0, EOI).
pub(crate) const JPEG: &[u8] =
    b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xFF\xD9";

/// Everything a service test needs; the folder goes when it is dropped.
pub(crate) struct Archive {
    pub(crate) clock: Clock,
    pub(crate) vocabularies: Arc<Vocabularies>,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) blobs: Arc<LocalBlobs>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) accounts: Accounts,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) intake: Intake,
    pub(crate) curation: Curation,
    pub(crate) sharing: Sharing,
    staging: Staging,
    _folder: TempDir,
}

impl Archive {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Clock::standing(MORNING);
        let vocabularies = Arc::new(vocabulary::load(None).unwrap());
        let catalog: Arc<dyn Catalog> = Arc::new(open(&folder.path().join("catalog")));
        let blobs = Arc::new(LocalBlobs::open(folder.path()).unwrap());
        let staging = Staging::open(folder.path(), SystemTime::now()).unwrap();
        let keys = Arc::new(KeyStore::open(folder.path(), [1; 32]).unwrap());
        let trail = AuditTrail::new(catalog.clone(), clock.clone());
        let works = WorkAccess::new(
            catalog.clone(),
            trail.clone(),
            vocabularies.clone(),
            clock.clone(),
        );
        let tokens = Arc::new(Tokens::new(
            catalog.clone(),
            trail.clone(),
            vocabularies.clone(),
            keys.clone(),
            clock.clone(),
        ));
        Self {
            tokens: tokens.clone(),
            accounts: Accounts::new(
                catalog.clone(),
                trail,
                keys.clone(),
                vocabularies.clone(),
                Passwords::new(clock.clone()),
                Mail::new(None, mail::compose, ""),
                "",
                Vec::new(),
                tokens,
                clock.clone(),
            ),
            keys,
            intake: Intake::new(
                works.clone(),
                (blobs.clone(), staging.clone()),
                AcceptedTypes::new(Config::default().intake.allowed_types),
            ),
            curation: Curation::new(works.clone()),
            sharing: Sharing::new(works),
            staging,
            clock,
            vocabularies,
            catalog,
            blobs,
            _folder: folder,
        }
    }

    pub(crate) fn deposit(&self, work: &Value) -> Deposit {
        parse_work(work, &self.vocabularies).unwrap()
    }

    pub(crate) async fn create(&self, actor: &Actor, work: &Value) -> Asset {
        let deposit = self.deposit(work);
        let completed = self.intake.create(actor, deposit, None).await;
        completed.unwrap().result
    }

    /// A work that everybody can see.
    pub(crate) async fn published(&self, work: &Value) -> Asset {
        let draft = self.create(&editor(), work).await;
        self.curation
            .publish(&editor(), draft.id, None)
            .await
            .unwrap()
    }

    pub(crate) async fn attach(
        &self,
        actor: &Actor,
        asset: &Asset,
        bytes: &[u8],
        name: &str,
        words: &Value,
        repeat: Option<&IdempotentRequest>,
    ) -> Result<Attached, ChangeError> {
        let staged = self.staging.stage(bytes.to_vec()).await.unwrap();
        let words = parse_file_description(words, &self.vocabularies).unwrap();
        let details = FileDetails {
            placement: Placement::Last,
            name: name.to_owned(),
            declared_type: None,
            role: words.role,
            title: words.title,
            alt: words.alt,
            language: words.language,
        };
        let (id, revision) = (asset.id, Some(asset.revision));
        self.intake
            .attach(actor, id, revision, staged, details, repeat)
            .await
    }

    /// The record of a work as a reader gets it.
    pub(crate) async fn record(&self, reader: &Actor, id: AssetId) -> AssetDto {
        let asset = self.sharing.read(reader, id).await.unwrap();
        let delivery = Delivery::new(
            self.catalog.clone(),
            self.blobs.clone(),
            AuditTrail::new(self.catalog.clone(), self.clock.clone()),
            self.clock.clone(),
        );
        let works = std::slice::from_ref(&asset);
        let files = delivery.file_access(reader, works).await.unwrap().concat();
        let context = RecordContext {
            actor: reader,
            addresses: Addresses::below("https://kho.example.vn"),
            vocabularies: &self.vocabularies,
            include: Inclusions::default(),
        };
        AssetDto::render(asset, files, &context)
    }

    /// Stores a public copy of an attached file, as the job does.
    pub(crate) async fn make_public_copy(&self, attached: &Attached) {
        let copy = self.staging.stage(b"copy".to_vec()).await.unwrap();
        let rendition = Rendition {
            of: attached.file,
            recipe: "preview-1600/1".to_owned(),
            blob: copy.key,
            size: copy.size,
            media_type: "image/jpeg".to_owned(),
            width_px: None,
            height_px: None,
        };
        self.blobs.put(copy).await.unwrap();
        let write = Write::Rendition(rendition, attached.asset.id);
        let changes = ChangeSet::by(&Actor::System, self.clock.now()).write(write);
        self.catalog.commit(changes).await.unwrap();
    }

    pub(crate) fn line(&self, number: u64, record: &Value) -> ImportLine {
        ImportLine {
            number,
            record: parse_import_line(record, &self.vocabularies),
        }
    }

    pub(crate) async fn revision(&self, id: AssetId) -> u64 {
        self.sharing.read(&editor(), id).await.unwrap().revision.0
    }
}

/// Small: a test writes kilobytes, and several run at once.
fn open(folder: &Path) -> EmbeddedCatalog {
    let options = Options {
        segment_bytes: 1 << 20,
        reserve_bytes: 0,
        cache_bytes: 1 << 20,
        ..Options::default()
    };
    EmbeddedCatalog::open(folder, options).unwrap()
}

pub(crate) fn holder(token: &str, role: Role, organisation: Option<&str>) -> Actor {
    Actor::Holder {
        credential: Credential::Token(TokenId(token.to_owned())),
        role,
        organisation: organisation.map(|slug| Slug::parse(slug).unwrap()),
        subordinates: [].into(),
        narrowed_to: None,
    }
}

pub(crate) fn editor() -> Actor {
    holder("e1", Role::Editor, None)
}

pub(crate) fn reviewer() -> Actor {
    holder("r1", Role::Reviewer, None)
}

pub(crate) fn contributor() -> Actor {
    holder("c1", Role::Contributor, Some("dic"))
}

pub(crate) fn partner() -> Actor {
    holder("p1", Role::Partner, None)
}

/// A work that meets every condition of publication.
pub(crate) fn complete_work() -> Value {
    json!({
        "titles": {"vi": "Quyền học tập", "en": "The right to education"},
        "kind": "article",
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "body": "Mọi người đều có quyền được học tập.",
        "credit_line": "Sở Thông tin và Truyền thông",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable"
    })
}

/// The complete work with some properties changed; `null` takes one away.
pub(crate) fn complete_work_but(changes: &Value) -> Value {
    let mut work = complete_work();
    json_patch::merge(&mut work, changes);
    work
}
