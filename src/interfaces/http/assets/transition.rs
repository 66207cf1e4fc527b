//! What every transition of a work has in its request, and its response.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};

use crate::domain::access::Actor;
use crate::domain::asset::{Asset, AssetId, Revision};
use crate::interfaces::http::extract::guard::{Allowed, RequiredPermission};
use crate::interfaces::http::extract::precondition::IfMatch;
use crate::interfaces::http::extract::query::WorkId;
use crate::interfaces::http::extract::reason::ChangeReason;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::records::Records;
use crate::services::curation::Curation;
use crate::services::works::ChangeError;

/// A transition of a work at an expected revision, by a caller with the permission `P`.
pub struct Transition<P> {
    pub(super) actor: Allowed<P>,
    pub(super) id: AssetId,
    pub(super) expected: Revision,
    curation: Curation,
    records: web::Data<Records>,
}

impl<P> Transition<P> {
    /// Makes the transition and responds with the work.
    ///
    /// # Errors
    /// Those of the transition.
    pub(super) async fn make(
        self,
        transition: impl AsyncFnOnce(
            &Curation,
            &Actor,
            AssetId,
            Option<Revision>,
        ) -> Result<Asset, ChangeError>,
    ) -> Result<HttpResponse, Problem> {
        let expected = Some(self.expected);
        let asset = transition(&self.curation, &self.actor, self.id, expected).await?;
        self.records
            .respond(HttpResponse::Ok(), &self.actor, asset)
            .await
    }
}

impl<P: RequiredPermission> Transition<P> {
    fn read(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem> {
        // The permission first, as in the signature of a handler.
        let actor = Allowed::from_request(request, payload).into_inner()?;
        let id = WorkId::from_request(request, payload).into_inner()?;
        let expected = IfMatch::from_request(request, payload).into_inner()?;
        let reason = ChangeReason::from_request(request, payload).into_inner()?;
        let curation = request.app_data::<web::Data<Curation>>();
        let records = request.app_data::<web::Data<Records>>();
        let (Some(curation), Some(records)) = (curation, records) else {
            let why = "the server was started without an archive";
            return Err(Problem::internal(why));
        };
        Ok(Self {
            actor,
            id: id.0,
            expected: expected.0,
            curation: curation.because(reason.text()),
            records: records.clone(),
        })
    }
}

impl<P: RequiredPermission> FromRequest for Transition<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Self::read(request, payload))
    }
}
