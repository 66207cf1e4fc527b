//! The addresses of the pages and their handlers.

use actix_web::dev::Handler;
use actix_web::{FromRequest, Resource, Responder, web};

use super::{assets, error, home, place, search, work};
use crate::interfaces::http::frame::Pages;
use crate::interfaces::messages::Language;

/// Registers all pages.
pub fn routes(config: &mut web::ServiceConfig) {
    config.app_data(web::Data::new(Pages {
        error: error::page,
        language: place::language_of,
    }));
    config.service(shown(assets::PATTERN, assets::serve));
    for language in [Language::Vietnamese, Language::English] {
        let at = |page| place::pattern(page, language);
        config
            .service(shown(&at(place::HOME), home::show))
            .service(shown(&at(place::SEARCH), search::show))
            .service(shown(&at(place::WORK), work::show));
    }
}

/// A page that is only shown.
fn shown<F, Args>(pattern: &str, handler: F) -> Resource
where
    F: Handler<Args> + Clone,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(pattern)
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
}
