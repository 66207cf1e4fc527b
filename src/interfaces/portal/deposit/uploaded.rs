//! Files that a script uploaded while the form was filled in: the form names the uploads.

use serde_json::json;

use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::asset::AssetId;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::uploads::claimed;
use crate::interfaces::messages::portal::deposit as texts;
use crate::interfaces::portal::form::FormFields;
use crate::interfaces::portal::refusal::sentence;

/// The field with the id of an upload; there may be several.
const UPLOAD_FIELD: &str = "upload";

/// The most uploads of a form.
pub(super) const MAX_UPLOADS: usize = 50;

/// The fields about uploads, for a form that is shown again.
pub(super) fn uploads_of(sent: &FormFields) -> Vec<(String, String)> {
    let mut uploads = Vec::new();
    for id in sent.all(UPLOAD_FIELD) {
        uploads.push((UPLOAD_FIELD.to_owned(), id.to_owned()));
        for name in [format!("name-{id}"), format!("alt-{id}")] {
            let value = sent.text(&name).to_owned();
            uploads.push((name, value));
        }
    }
    uploads
}

/// Makes the uploads files of the draft. One that is refused stops no other; the reasons say which and why. A form that
/// is sent twice adds nothing twice.
pub(super) async fn claim(
    actor: &Actor,
    id: AssetId,
    fields: &FormFields,
    caller: &Caller,
    archive: &Archive,
) -> Vec<String> {
    let mut refused = Vec::new();
    for (position, upload) in fields.all(UPLOAD_FIELD).enumerate() {
        let alt = fields.text(&format!("alt-{upload}"));
        let why = if position < MAX_UPLOADS {
            let claimed = claim_one(actor, id, upload, alt, archive).await;
            claimed.err().map(|problem| sentence(caller, &problem))
        } else {
            Some(texts::file_limit(MAX_UPLOADS, caller.language))
        };
        if let Some(why) = why {
            let name = fields.text(&format!("name-{upload}"));
            refused.push(format!("{name}: {why}"));
        }
    }
    refused
}

async fn claim_one(
    actor: &Actor,
    id: AssetId,
    upload: &str,
    alt: &str,
    archive: &Archive,
) -> Result<(), Problem> {
    let upload = upload.parse().map_err(|_| Problem::NotFound)?;
    let claim = archive.uploads.claim(actor, upload).await?;
    let described = (!alt.is_empty()).then(|| ("alt".to_owned(), json!({ "vi": alt }).to_string()));
    let fields = described.into_iter().collect();
    let details = claimed::details(&claim.metadata, fields, &archive.vocabularies)?;
    let attached = archive
        .intake
        .attach_claimed(actor, id, None, claim, details, None);
    attached.await?;
    Ok(())
}
