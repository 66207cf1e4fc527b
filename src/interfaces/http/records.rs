//! Responses with works: the record with its links, what the caller gets of each file, and what `include`
//! adds.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use super::BaseAddress;
use super::extract::precondition;
use super::extract::query::listed;
use super::problem::Problem;
use crate::domain::Sha256;
use crate::domain::access::Actor;
use crate::domain::asset::Asset;
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::wire::{AssetDto, Inclusions, RecordContext};
use crate::services::delivery::{Delivery, FileAccess};
use crate::services::sharing::Addresses;

/// What `include` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Included {
    /// The parts of each record.
    pub parts: Inclusions,
    /// What only this operation can include.
    pub own: bool,
}

impl Included {
    /// Reads the parameter. `own`: what only this operation can include.
    ///
    /// # Errors
    /// [`Problem::InvalidParameter`] for an unknown name.
    pub fn parse(names: &Option<Vec<String>>, own: Option<&str>) -> Result<Self, Problem> {
        let mut included = Self {
            parts: Inclusions::default(),
            own: false,
        };
        for name in listed(names) {
            match name {
                "labels" => included.parts.labels = true,
                "licence" => included.parts.licence = true,
                "citation" => included.parts.citation = true,
                _ if own == Some(name) => included.own = true,
                _ => return Err(Problem::parameter("include")),
            }
        }
        Ok(included)
    }

    /// Whether it names anything.
    pub fn is_anything(&self) -> bool {
        self.own || self.parts != Inclusions::default()
    }
}

/// Renders visible works for a caller. Cheap to clone.
#[derive(Clone)]
pub struct Records {
    delivery: Delivery,
    vocabularies: Arc<Vocabularies>,
    base: BaseAddress,
}

impl Records {
    /// Records with addresses below `base`.
    pub fn new(delivery: Delivery, vocabularies: Arc<Vocabularies>, base: BaseAddress) -> Self {
        Self {
            delivery,
            vocabularies,
            base,
        }
    }

    /// Addresses below the public address of the archive.
    pub fn addresses(&self) -> Addresses<'_> {
        Addresses::below(self.base.as_str())
    }

    /// The records of works, in their order.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn render(
        &self,
        actor: &Actor,
        assets: Vec<Asset>,
        include: Inclusions,
    ) -> Result<Vec<AssetDto>, Problem> {
        let files = self.delivery.file_access(actor, &assets).await?;
        let context = self.context(actor, include);
        let records = assets.into_iter().zip(files);
        Ok(records
            .map(|(asset, files)| AssetDto::render(asset, files, &context))
            .collect())
    }

    /// The records of works without their full texts, which can have megabytes.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn render_without_bodies(
        &self,
        actor: &Actor,
        mut assets: Vec<Asset>,
        include: Inclusions,
    ) -> Result<Vec<AssetDto>, Problem> {
        for asset in &mut assets {
            asset.work.body = None;
        }
        self.render(actor, assets, include).await
    }

    /// The record of one work.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn render_one(&self, actor: &Actor, asset: Asset) -> Result<AssetDto, Problem> {
        let files = self.files_of(actor, &asset).await?;
        let context = self.context(actor, Inclusions::default());
        Ok(AssetDto::render(asset, files, &context))
    }

    /// The record of a work as it was, for those who may read its history. `missing`: files whose bytes are
    /// not kept any more.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn render_earlier(
        &self,
        actor: &Actor,
        earlier: Asset,
        missing: &[Sha256],
    ) -> Result<AssetDto, Problem> {
        let (id, revision) = (earlier.id, earlier.revision);
        let hashes: Vec<_> = earlier.files.iter().map(|file| file.sha256).collect();
        let files = self.delivery.earlier_file_access(actor, &earlier, missing);
        let files = files.await?;
        let context = self.context(actor, Inclusions::default());
        let mut record = AssetDto::render(earlier, files, &context);
        for (file, sha256) in record.files.iter_mut().zip(hashes) {
            file.captions = None;
            if let Some(available) = &mut file.available {
                available.address = self.addresses().earlier_file(id, revision, sha256);
            }
        }
        Ok(record)
    }

    /// A response with one work and the entity tag of this form.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn respond(
        &self,
        mut response: HttpResponseBuilder,
        actor: &Actor,
        asset: Asset,
    ) -> Result<HttpResponse, Problem> {
        let revision = asset.revision;
        let record = self.render_one(actor, asset).await?;
        let body = serde_json::to_vec(&record).map_err(Problem::internal)?;
        let etag = precondition::etag_of_form(revision, actor, &body);
        Ok(response
            .insert_header((header::ETAG, etag))
            .content_type("application/json")
            .body(body))
    }

    /// The response to a read; 304 when the entity tag matches. The end of processing creates no revision,
    /// so there is no 304 while a file is still processed.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub async fn respond_if_changed(
        &self,
        request: &HttpRequest,
        actor: &Actor,
        asset: Asset,
        include: Inclusions,
    ) -> Result<HttpResponse, Problem> {
        let revision = asset.revision;
        let files = self.files_of(actor, &asset).await?;
        let is_settled = files.iter().all(FileAccess::is_settled);
        let record = AssetDto::render(asset, files, &self.context(actor, include));
        let body = serde_json::to_vec(&record).map_err(Problem::internal)?;
        let etag = if include == Inclusions::default() {
            precondition::etag_of_form(revision, actor, &body)
        } else {
            // Labels can change without a revision of the work.
            precondition::etag_of_bytes(revision, &body)
        };
        if is_settled && precondition::matches_if_none_match(request, &etag) {
            let etag = (header::ETAG, etag);
            return Ok(HttpResponse::NotModified().insert_header(etag).finish());
        }
        Ok(HttpResponse::Ok()
            .insert_header((header::ETAG, etag))
            .content_type("application/json")
            .body(body))
    }

    async fn files_of(&self, actor: &Actor, asset: &Asset) -> Result<Vec<FileAccess>, Problem> {
        let assets = std::slice::from_ref(asset);
        let files = self.delivery.file_access(actor, assets).await?;
        Ok(files.into_iter().flatten().collect())
    }

    fn context<'a>(&'a self, actor: &'a Actor, include: Inclusions) -> RecordContext<'a> {
        RecordContext {
            actor,
            addresses: self.addresses(),
            vocabularies: &self.vocabularies,
            include,
        }
    }
}
