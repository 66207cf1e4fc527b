//! Who gets which bytes of a work: the original, a copy made anew, or nothing.

use std::sync::Arc;
use std::time::SystemTime;

use khochung::clock::Clock;
use khochung::domain::access::{Actor, Credential, Role, TokenId};
use khochung::domain::asset::{
    Access, Asset, AssetId, AudienceLevel, File, FileRole, MediaFacts, Review, Revision, State,
    Tombstone, Work,
};
use khochung::domain::{LanguageMap, Sha256, Slug, Timestamp};
use khochung::services::audit::AuditTrail;
use khochung::services::delivery::{Cacheability, Delivery, DeliveryError, Presentation};
use khochung::services::works::FindError;
use khochung::storage::blobs::sweep::{Grace, Swept, sweep};
use khochung::storage::blobs::{BlobStore, LocalBlobs, Staging};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, EventKind, Rendition, Write};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

struct House {
    _data: tempfile::TempDir,
    catalog: Arc<EmbeddedCatalog>,
    blobs: LocalBlobs,
    staging: Staging,
    delivery: Delivery,
}

impl House {
    fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("catalog");
        let catalog = Arc::new(EmbeddedCatalog::open(&folder, Options::default()).unwrap());
        let blobs = LocalBlobs::open(data.path()).unwrap();
        let shared: Arc<dyn BlobStore> = Arc::new(blobs.clone());
        let port: Arc<dyn Catalog> = Arc::clone(&catalog) as Arc<dyn Catalog>;
        Self {
            staging: Staging::open(data.path(), SystemTime::now()).unwrap(),
            delivery: Delivery::new(
                port.clone(),
                shared,
                AuditTrail::new(port, Clock::standing(NOW)),
                Clock::standing(NOW),
            ),
            catalog,
            blobs,
            _data: data,
        }
    }

    async fn keep(&self, bytes: &[u8]) -> Sha256 {
        let staged = self.staging.stage(bytes.to_vec()).await.unwrap();
        let key = staged.key;
        self.blobs.put(staged).await.unwrap();
        key
    }

    async fn commit(&self, write: Write) {
        let changes = ChangeSet::by(&Actor::System, NOW).write(write);
        self.catalog.commit(changes).await.unwrap();
    }

    async fn put(&self, asset: &Asset) {
        let write = Write::Asset(Box::new(asset.clone()), EventKind::Created);
        self.commit(write).await;
    }

    /// What this actor gets of a work's first file.
    async fn get(&self, actor: &Actor, asset: &Asset) -> Result<(Sha256, String), DeliveryError> {
        let sha256 = asset.files[0].sha256;
        let got = self.delivery.file(actor, asset.id, sha256).await?;
        Ok((got.key, got.file_name))
    }

    /// Keeps a copy of an image of this width and says where its bytes are.
    async fn keep_copy(&self, photo: &Asset, of: Sha256, width_px: u32) -> Sha256 {
        let recipe = format!("preview-{width_px}/1");
        self.keep_rendition(photo, of, &recipe, width_px).await
    }

    /// Stores a rendition of this recipe and width and returns the address of its bytes.
    async fn keep_rendition(
        &self,
        photo: &Asset,
        of: Sha256,
        recipe: &str,
        width_px: u32,
    ) -> Sha256 {
        let blob = self.keep(recipe.as_bytes()).await;
        let copy = Rendition {
            of,
            blob,
            size: recipe.len() as u64,
            recipe: recipe.to_owned(),
            media_type: "image/webp".to_owned(),
            width_px: Some(width_px),
            height_px: Some(width_px),
        };
        self.commit(Write::Rendition(copy, photo.id)).await;
        blob
    }
}

fn holder(role: Role, organisation: Option<&str>) -> Actor {
    Actor::Holder {
        credential: Credential::Token(TokenId("t".to_owned())),
        role,
        organisation: organisation.map(|slug| Slug::parse(slug).unwrap()),
        subordinates: [].into(),
        narrowed_to: None,
    }
}

/// A published public work of `dic` with one file.
fn work_with(number: u8, sha256: Sha256, media_type: &str) -> Asset {
    Asset {
        id: AssetId::from_bytes([number; 16]),
        revision: Revision::FIRST,
        state: State::Published,
        widest_audience: AudienceLevel::Public,
        work: Work {
            organisation: Slug::parse("dic").ok(),
            access: Access::Public,
            ..Work::default()
        },
        issuer: None,
        files: vec![File {
            sha256,
            role: FileRole::Original,
            media_type: media_type.to_owned(),
            size: 8,
            name: "IMG by Nguyen Van A.jpg".to_owned(),
            title: LanguageMap::default(),
            alt: LanguageMap::default(),
            language: None,
            facts: MediaFacts::default(),
            redacted: Vec::new(),
            text_correction: None,
            attached_at: NOW,
        }],
        created_at: NOW,
        updated_at: NOW,
        published_at: Some(NOW),
        review: Review::default(),
        corrections: Vec::new(),
        sealed: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_gets_images_made_anew_and_those_entitled_the_original() {
    let house = House::open();
    let original = house.keep(b"original").await;
    let photo = work_with(1, original, "image/jpeg");
    house.put(&photo).await;
    let anybody = Actor::Anonymous;
    let unready = house.get(&anybody, &photo).await;
    assert!(
        matches!(unready, Err(DeliveryError::NoSuchFile)),
        "never the original"
    );

    let mut copies = Vec::new();
    for width in [400, 1600, 800] {
        copies.push(house.keep_copy(&photo, original, width).await);
    }
    // Wider, but not for the public: its recipe is for staff, or unknown.
    for recipe in ["staff-4000/1", "watermark-4000/1"] {
        house.keep_rendition(&photo, original, recipe, 4000).await;
    }
    for actor in [
        Actor::Anonymous,
        holder(Role::Station, None),
        holder(Role::Contributor, Some("ubnd")),
    ] {
        let got = house
            .delivery
            .file(&actor, photo.id, original)
            .await
            .unwrap();
        assert_eq!(got.key, copies[1], "the widest copy");
        assert_eq!(got.media_type, "image/webp");
        assert!(got.file_name.ends_with(".webp"), "{}", got.file_name);
        assert!(!got.file_name.contains("Nguyen"), "{}", got.file_name);
        assert_eq!(got.presentation, Presentation::Inline);
        let public = actor == Actor::Anonymous;
        assert_eq!(got.cacheability == Cacheability::Public, public);
        let small = house
            .delivery
            .preview(&actor, photo.id, original, 400)
            .await
            .unwrap();
        assert_eq!(small.key, copies[0]);
        let odd = house.delivery.preview(&actor, photo.id, original, 40).await;
        assert!(matches!(odd, Err(DeliveryError::NoSuchFile)));
    }
    for actor in [
        holder(Role::Editor, None),
        holder(Role::Contributor, Some("dic")),
    ] {
        let got = house.get(&actor, &photo).await.unwrap();
        assert_eq!(got, (original, "IMG by Nguyen Van A.jpg".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_that_went_away_is_gone_for_those_who_could_see_it_and_unknown_to_others() {
    let house = House::open();
    let text = house.keep(b"the text").await;
    let anybody = Actor::Anonymous;
    let mut asset = work_with(1, text, "text/plain");
    house.put(&asset).await;
    assert_eq!(house.get(&anybody, &asset).await.unwrap().0, text);

    asset.revision = asset.revision.next();
    asset.state = State::Withdrawn {
        reason: "sai".to_owned(),
    };
    house.put(&asset).await;
    let gone = house.get(&anybody, &asset).await.unwrap_err();
    assert!(
        matches!(gone, DeliveryError::Work(FindError::Gone { reason: Some(why) }) if why == "sai")
    );

    let tombstone = |widest_audience| Tombstone {
        id: asset.id,
        revision: asset.revision.next(),
        widest_audience,
        deleted_at: NOW,
    };
    house
        .commit(Write::Tombstone(tombstone(AudienceLevel::Public)))
        .await;
    let gone = house.get(&anybody, &asset).await.unwrap_err();
    assert!(matches!(
        gone,
        DeliveryError::Work(FindError::Gone { reason: None })
    ));

    let mut inner = work_with(2, text, "text/plain");
    inner.widest_audience = AudienceLevel::StateInternal;
    inner.work.access = Access::StateInternal;
    house.put(&inner).await;
    let colleague = holder(Role::Contributor, Some("ubnd"));
    assert!(house.get(&colleague, &inner).await.is_ok());
    for stranger in [Actor::Anonymous, holder(Role::Partner, None)] {
        let unknown = house.get(&stranger, &inner).await.unwrap_err();
        assert!(matches!(unknown, DeliveryError::Work(FindError::NotFound)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_that_may_only_be_linked_to_hands_out_no_files() {
    let house = House::open();
    let text = house.keep(b"the text").await;
    let mut asset = work_with(1, text, "application/pdf");
    asset.work.reuse_terms = Slug::parse(Work::LINK_ONLY).unwrap();
    house.put(&asset).await;
    let refused = house.get(&Actor::Anonymous, &asset).await.unwrap_err();
    assert!(matches!(refused, DeliveryError::NoSuchFile));
    assert!(house.get(&holder(Role::Editor, None), &asset).await.is_ok());
    let works = std::slice::from_ref(&asset);
    for (reader, gets_it) in [
        (Actor::Anonymous, false),
        (holder(Role::Editor, None), true),
    ] {
        let files = house.delivery.file_access(&reader, works).await.unwrap();
        assert_eq!(files[0][0].deliverable.is_some(), gets_it, "{reader}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_takes_only_what_nothing_refers_to() {
    let house = House::open();
    let used = house.keep(b"used").await;
    let copy = house.keep(b"copy").await;
    let orphan = house.keep(b"orphan").await;
    let asset = work_with(1, used, "image/jpeg");
    house.put(&asset).await;
    let rendition = Rendition {
        of: used,
        recipe: "preview-400/1".to_owned(),
        blob: copy,
        size: 4,
        media_type: "image/jpeg".to_owned(),
        width_px: None,
        height_px: None,
    };
    house.commit(Write::Rendition(rendition, asset.id)).await;

    const DAY: i64 = 24 * 60 * 60;
    let round = async |day: i64| {
        let now = NOW.plus_seconds(day * DAY);
        sweep(&house.blobs, &*house.catalog, now, Grace::default())
            .await
            .unwrap()
    };
    let nothing = Swept::default();
    assert_eq!(
        round(0).await,
        Swept {
            marked: 1,
            ..nothing
        }
    );
    assert_eq!(round(6).await, nothing);
    assert_eq!(
        round(7).await,
        Swept {
            trashed: 1,
            ..nothing
        }
    );
    assert_eq!(round(36).await, nothing);
    assert_eq!(
        round(37).await,
        Swept {
            deleted: 1,
            ..nothing
        }
    );
    let mut left = vec![used, copy];
    left.sort_unstable();
    assert_eq!(house.blobs.list(None, 10).await.unwrap(), left);
    assert!(house.blobs.size(orphan).await.is_err());
}
