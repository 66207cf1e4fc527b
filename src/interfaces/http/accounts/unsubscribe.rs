//! `/unsubscribe/{token}`: ends messages of a kind, with one click in a mail program (RFC 8058) or on the page.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::Archive;
use crate::interfaces::http::extract::query;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::html::{Page, form_response};
use crate::interfaces::http::problem::Problem;

/// Shows the button. Opening the page ends nothing, since programs that check mail open links.
#[utoipa::path(
    get, path = "/unsubscribe/{token}", operation_id = "showUnsubscribe", tag = "accounts",
    summary = "Page on which messages of a kind are ended",
    params(("token" = String, Path, description = "From the message.")),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html"))
)]
pub async fn show(caller: web::ReqData<Caller>) -> HttpResponse {
    let [title, text, send] = caller.language.pick(
        [
            "Ngừng nhận thư",
            "Thông báo vẫn nằm trong hộp thông báo của tài khoản.",
            "Ngừng gửi những thư này",
        ],
        [
            "End these messages",
            "The notifications stay in the inbox of the account.",
            "Send no more of these messages",
        ],
    );
    let mut page = Page::new(title, caller.language);
    page.element("p", text);
    page.raw("<form method=\"post\">\n");
    page.button(send);
    page.raw("</form>\n");
    form_response(page, caller.language)
}

/// Ends the messages.
#[utoipa::path(
    post, path = "/unsubscribe/{token}", operation_id = "unsubscribe", tag = "accounts",
    summary = "End messages of a kind",
    description = "As RFC 8058 describes it: no session is needed, the body is ignored, and repeating it changes nothing.",
    params(("token" = String, Path, description = "From the message.")),
    responses((status = 200, description = "They are ended.", body = String, content_type = "text/html")),
    security(())
)]
pub async fn end(
    request: HttpRequest,
    caller: web::ReqData<Caller>,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let token: String = query::path_part(&request, "token")?;
    archive.unsubscribe.end(&token).await?;
    let [title, text] = caller.language.pick(
        ["Đã ngừng", "Những thư này không được gửi nữa."],
        ["Ended", "No more of these messages are sent."],
    );
    let mut page = Page::new(title, caller.language);
    page.element("p", text);
    Ok(form_response(page, caller.language))
}
