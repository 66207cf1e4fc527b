//! The addresses of the pages and their handlers.

use actix_web::dev::Handler;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, Resource, Responder, Route, web};

use super::{
    account, admin, assets, bulk, deposit, embed, error, help, home, overview, photo, place,
    review, search, session, station, tables, text_correction, vocabularies, work,
};
use crate::interfaces::http::frame::Pages;
use crate::interfaces::messages::Language;

/// Registers all pages.
pub fn routes(config: &mut web::ServiceConfig) {
    config.app_data(web::Data::new(Pages {
        error: error::page,
        account_link: account::link_page,
        language: place::language_of,
    }));
    config.service(readable(assets::PATTERN, assets::serve));
    for language in [Language::Vietnamese, Language::English] {
        let at = |page| place::pattern(page, language);
        config
            .service(readable(&at(place::HOME), home::show))
            .service(readable(&at(place::SEARCH), search::show))
            .service(readable(&at(place::WORK), work::show))
            .service(readable(&at(place::PHOTO), photo::show))
            .service(readable(&at(place::EMBED), embed::show))
            .service(
                readable(&at(place::TEXT_CORRECTION), text_correction::show)
                    .route(posted(text_correction::act)),
            )
            .service(readable(&at(place::VOCABULARIES), vocabularies::show))
            .service(readable(&at(place::HELP), help::show))
            .service(readable(
                &at(place::ACCESSIBILITY),
                help::show_accessibility,
            ))
            .service(readable(&at(place::STATION), station::show))
            .service(readable(&at(place::SIGN_IN), session::show).route(posted(session::sign_in)))
            .service(form_only(&at(place::SECOND_FACTOR), session::second_factor))
            .service(form_only(&at(place::SIGNED_IN), session::go_on))
            .service(readable(&at(place::ACCOUNT), account::show).route(posted(account::act)))
            .service(
                readable(&at(place::FORGOTTEN), account::show_forgotten)
                    .route(posted(account::ask_for_link)),
            )
            .service(form_only(&at(place::SIGN_OUT), session::sign_out))
            .service(readable(&at(place::MINE), deposit::show_mine))
            .service(
                readable(&at(place::DEPOSIT), deposit::show_new).route(posted(deposit::create)),
            )
            .service(
                readable(&at(place::DRAFT), deposit::show_draft).route(posted(deposit::change)),
            )
            .service(readable(&at(place::TABLES), tables::show).route(posted(tables::check)))
            .service(
                readable(&at(place::TABLE_IMPORT), tables::show_import).route(posted(tables::act)),
            )
            .service(form_only(&at(place::DRAFT_FILES), deposit::add_files))
            .service(form_only(&at(place::DRAFT_SUBMISSION), deposit::submit))
            .service(readable(&at(place::ADMIN), admin::show).route(posted(admin::act)))
            .service(readable(&at(place::OVERVIEW), overview::show))
            .service(readable(&at(place::BULK), bulk::show).route(posted(bulk::send)))
            .service(readable(&at(place::BULK_RESULT), bulk::show_result).route(posted(bulk::undo)))
            .service(readable(&at(place::REVIEW), review::show))
            .service(
                readable(&at(place::REVIEW_WORK), review::show_work).route(posted(review::decide)),
            );
    }
}

/// An address that can be read.
fn readable<F, Args>(pattern: &str, handler: F) -> Resource
where
    F: Handler<Args> + Clone,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(pattern)
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
}

/// An address that takes a form. What was typed survives a session that has ended.
fn posted<F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let kept = from_fn(session::keep_typed);
    web::post().to(handler).wrap(kept)
}

/// An address that only takes a form.
fn form_only<F, Args>(pattern: &str, handler: F) -> Resource
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(pattern).route(posted(handler))
}
