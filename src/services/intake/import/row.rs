//! One row of a table: it creates a work or changes what it says of one, and adds files.
//!
//! A row says only some things of a work; what it leaves out stays. Its steps are those of an import ([`super::plan`]), so
//! that an interrupted row goes on where it ended.

use super::plan::{Plan, Planner};
use crate::domain::access::{Actor, Operation, policy};
use crate::domain::asset::{Asset, AssetId, File, ProcessingStates, State, Work};
use crate::domain::{LanguageMap, Rule};
use crate::services::intake::{FileDetails, Intake};
use crate::services::works::{ChangeError, FindError};
use crate::storage::blobs::Staged;
use crate::storage::catalog::{CatalogError, ChangeSet};

/// What a row asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRequest {
    /// The work by its id in the archive; else it is found by the first identifier of `work`.
    pub id: Option<AssetId>,
    /// What the row says of the work.
    pub work: Work,
    /// Names of the properties that it says something of; a work that is there keeps the others.
    pub said: Vec<String>,
    /// The requested state.
    pub state: Option<State>,
}

/// What a row comes to.
#[derive(Debug)]
pub(in crate::services) struct RowPlan(Plan);

impl RowPlan {
    /// The work as it is; `None` for a new one.
    pub(in crate::services) fn present(&self) -> Option<&Asset> {
        self.0.present.as_ref()
    }

    /// The work as it will be.
    pub(in crate::services) fn latest(&self) -> Option<&Asset> {
        let last = self.0.steps.last().map(|(asset, _)| asset);
        last.or(self.0.present.as_ref())
    }

    /// What is done with the work, and how it is afterwards.
    pub(in crate::services) const fn outcome(&self) -> &super::Imported {
        &self.0.outcome
    }

    /// The number of commits.
    pub(in crate::services) fn steps(&self) -> usize {
        self.0.steps.len()
    }
}

impl Intake {
    /// Plans a row with files whose bytes are stored.
    ///
    /// # Errors
    /// [`ChangeError::Invalid`] for a new work without a title; those of a change and of a deposit.
    pub(in crate::services) async fn plan_row(
        &self,
        actor: &Actor,
        row: &RowRequest,
        files: &[File],
    ) -> Result<RowPlan, ChangeError> {
        let now = self.works.now();
        let (present, others_with_key) = self.work_of_row(actor, row).await?;
        let work = match &present {
            Some(asset) => self.changed_work(actor, asset, row)?,
            None => self.new_work(actor, row)?,
        };
        let planner = Planner {
            actor,
            vocabularies: &self.works.vocabularies,
            now,
            processing: &ProcessingStates::default(),
        };
        let id = self.works.clock.new_asset_id();
        let create = |work| Asset::take_in_with(id, work, files, now).map_err(ChangeError::from);
        let mut plan = planner.plan_with_files(present, create, work, files, row.state.as_ref())?;
        plan.others_with_key = others_with_key;
        Ok(RowPlan(plan))
    }

    async fn work_of_row(
        &self,
        actor: &Actor,
        row: &RowRequest,
    ) -> Result<(Option<Asset>, Vec<AssetId>), ChangeError> {
        let Some(id) = row.id else {
            let deposited = self.works.with_depositor(actor, row.work.clone())?;
            let organisation = deposited.organisation.as_ref();
            let key = row.work.identifiers.first();
            return self.present(actor, organisation, key, None).await;
        };
        match self
            .works
            .find_for_change(actor, id, None, Operation::Edit)
            .await
        {
            Ok(asset) => Ok((Some(asset), Vec::new())),
            Err(ChangeError::Find(FindError::NotFound | FindError::Gone { .. })) => {
                Err(ChangeError::invalid("/id", Rule::UnknownTarget))
            }
            Err(error) => Err(error),
        }
    }

    fn new_work(&self, actor: &Actor, row: &RowRequest) -> Result<Work, ChangeError> {
        let mut work = self.works.with_depositor(actor, row.work.clone())?;
        work.devise_title();
        if work.titles.is_empty() {
            return Err(ChangeError::invalid("/titles", Rule::Required));
        }
        Ok(work)
    }

    fn changed_work(
        &self,
        actor: &Actor,
        asset: &Asset,
        row: &RowRequest,
    ) -> Result<Work, ChangeError> {
        let work = merged(&asset.work, &row.work, &row.said);
        let is_moved = work.organisation != asset.work.organisation;
        if is_moved && !policy::may_deposit_for(actor, work.organisation.as_ref()) {
            return Err(ChangeError::Forbidden);
        }
        Ok(work)
    }

    /// Describes and stores the bytes of a file of a row.
    ///
    /// # Errors
    /// [`ChangeError::UnsupportedType`], [`ChangeError::Invalid`], [`ChangeError::Blobs`].
    pub(in crate::services) async fn store_row_file(
        &self,
        staged: Staged,
        details: FileDetails,
    ) -> Result<File, ChangeError> {
        let file = self.describe_file(&staged, details).await?;
        self.blobs.put(staged).await?;
        Ok(file)
    }

    /// Commits one step of a plan, with what `complete` adds to the commit.
    ///
    /// # Errors
    /// Those of the commit.
    pub(in crate::services) async fn commit_row_step(
        &self,
        actor: &Actor,
        plan: &RowPlan,
        step: usize,
        complete: impl FnOnce(ChangeSet) -> Result<ChangeSet, CatalogError>,
    ) -> Result<(), CatalogError> {
        let changes = ChangeSet::by(actor, self.works.now());
        let changes = super::with_step(&self.works, changes, &plan.0, step);
        let changes = complete(changes)?;
        self.works.catalog.commit(changes).await.map(drop)
    }
}

/// The description with what the row says; texts are merged language by language.
fn merged(present: &Work, row: &Work, said: &[String]) -> Work {
    let mut work = present.clone();
    for name in said {
        match name.as_str() {
            "titles" => insert_all(&mut work.titles, &row.titles),
            "descriptions" => insert_all(&mut work.descriptions, &row.descriptions),
            "kind" => work.kind.clone_from(&row.kind),
            "creators" => work.creators.clone_from(&row.creators),
            "organisation" => work.organisation.clone_from(&row.organisation),
            "languages" => work.languages.clone_from(&row.languages),
            "strand" => work.strand.clone_from(&row.strand),
            "themes" => work.themes.clone_from(&row.themes),
            "instruments" => work.instruments.clone_from(&row.instruments),
            "rights_groups" => work.rights_groups.clone_from(&row.rights_groups),
            "audiences" => work.audiences.clone_from(&row.audiences),
            "places" => work.places.clone_from(&row.places),
            "made" => work.made.clone_from(&row.made),
            "body" => work.body.clone_from(&row.body),
            "credit_line" => work.credit_line.clone_from(&row.credit_line),
            "reuse_terms" => work.reuse_terms.clone_from(&row.reuse_terms),
            "people_shown" => work.people_shown = row.people_shown,
            "minors_shown" => work.minors_shown = row.minors_shown,
            "access" => work.access = row.access,
            "identifiers" => {
                let known = &mut work.identifiers;
                for own in &row.identifiers {
                    if !known.contains(own) {
                        known.retain(|other| other.scheme != own.scheme);
                        known.push(own.clone());
                    }
                }
            }
            _ => {}
        }
    }
    work
}

fn insert_all(present: &mut LanguageMap, row: &LanguageMap) {
    for (language, text) in row.iter() {
        present.insert(language.clone(), text.to_owned());
    }
}
