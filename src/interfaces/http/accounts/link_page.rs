//! `/account-links/{link}`: the page that a one-time link in a message leads to. It works without scripts.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::Archive;
use crate::domain::{Rule, Violations};
use crate::interfaces::http::extract::query;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::html::{Page, form_response};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::problem::document::ProblemDocument;

/// The form of the page.
#[derive(Deserialize, ToSchema)]
pub struct LinkForm {
    /// The password: ten characters or more, hard to guess.
    #[schema(format = Password)]
    password: String,
    /// The password again.
    #[schema(format = Password)]
    again: String,
}

/// Shows the form. The link is not used up by that.
#[utoipa::path(
    get, path = "/account-links/{link}", operation_id = "showAccountLink", tag = "accounts",
    summary = "Page on which the holder of an account chooses a password",
    params(("link" = String, Path, description = "The secret of the link.")),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html"))
)]
pub async fn show(caller: web::ReqData<Caller>) -> HttpResponse {
    let [title, password, again, rule, send] = caller.language.pick(
        [
            "Chọn mật khẩu",
            "Mật khẩu mới",
            "Mật khẩu mới, nhập lại",
            "Mật khẩu có ít nhất mười ký tự và khó đoán.",
            "Dùng mật khẩu này",
        ],
        [
            "Choose a password",
            "New password",
            "New password, again",
            "A password has ten characters or more and is hard to guess.",
            "Use this password",
        ],
    );
    let mut page = Page::new(title, caller.language);
    page.element("p", rule);
    page.raw("<form method=\"post\">\n");
    let attributes = "type=\"password\" autocomplete=\"new-password\" minlength=\"10\" required";
    page.field("password", password, attributes);
    page.field("again", again, attributes);
    page.button(send);
    page.raw("</form>\n");
    form_response(page, caller.language)
}

/// Takes the form.
#[utoipa::path(
    post, path = "/account-links/{link}", operation_id = "chooseByAccountLink", tag = "accounts",
    summary = "Choose a password on the page of a one-time link",
    params(("link" = String, Path, description = "The secret of the link.")),
    request_body(content = LinkForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The password holds.", body = String, content_type = "text/html"),
        (status = 410, description = "The link was used, replaced, or has expired.", body = ProblemDocument, content_type = "application/problem+json")
    ),
    security(())
)]
pub async fn choose(
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    archive: web::Data<Archive>,
    form: web::Form<LinkForm>,
) -> Result<HttpResponse, Problem> {
    let link: String = query::path_part(&request, "link")?;
    if form.password != form.again {
        let mut broken = Violations::default();
        broken.push("/again", Rule::NotValid);
        return Err(broken.into());
    }
    archive
        .accounts
        .own
        .redeem(&link, &form.password, None)
        .await?;
    let [title, text] = caller.language.pick(
        [
            "Đã chọn mật khẩu",
            "Bạn có thể đăng nhập bằng mật khẩu này.",
        ],
        [
            "The password is chosen",
            "You can sign in with this password.",
        ],
    );
    let mut page = Page::new(title, caller.language);
    page.element("p", text);
    Ok(form_response(page, caller.language))
}
