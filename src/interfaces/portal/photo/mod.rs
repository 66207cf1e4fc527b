//! The page of a picture: large, with its neighbours in the work, its credit line and the file to download.

use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::assets;
use super::credit::CreditView;
use super::files::{self, DownloadView};
use super::href::Href;
use super::layout::Layout;
use super::page::PageRequest;
use super::place::Place;
use super::work::{self, ON_PHOTO_PX, PictureView};
use super::works::WorkCard;
use crate::app::Archive;
use crate::domain::asset::AssetId;
use crate::interfaces::http::extract::guard::{Allowed, Read};
use crate::interfaces::http::extract::query::{WorkId, path_part};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::photo::{self as texts, PhotoTexts};
use crate::interfaces::messages::portal::work::WorkTexts;
use crate::interfaces::wire::AssetDto;

#[derive(Template)]
#[template(path = "photo.html")]
struct PhotoPage {
    layout: Layout,
    t: &'static WorkTexts,
    p: &'static PhotoTexts,
    photo_script: Href,
    card: WorkCard,
    picture: PictureView,
    position: String,
    back: Href,
    previous: Option<Href>,
    next: Option<Href>,
    licence: Option<Href>,
    credit: CreditView,
    passage_name: Option<String>,
    downloads: Vec<DownloadView>,
}

/// The number of a picture in its work, from 1.
struct Number(usize);

impl FromStr for Number {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Shows the page.
///
/// # Errors
/// [`Problem::NotFound`], also when the reader gets no such picture; those of the catalogue.
pub async fn show(
    actor: Allowed<Read>,
    id: WorkId,
    request: HttpRequest,
    page: PageRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let Number(number) = path_part(&request, "number")?;
    let work = archive.sharing.read(&actor, id.0).await?;
    let record = work::record(&actor, work, &archive).await?;
    let mut pictures = work::pictures(&record, ON_PHOTO_PX, page.language);
    let count = pictures.len();
    let index = number.checked_sub(1).filter(|index| *index < count);
    let picture = pictures.swap_remove(index.ok_or(Problem::NotFound)?);
    page.respond(&PhotoPage::new(
        &page,
        &record,
        (id.0, picture, count),
        &archive,
    ))
}

impl PhotoPage {
    fn new(
        page: &PageRequest,
        record: &AssetDto,
        (id, picture, count): (AssetId, PictureView, usize),
        archive: &Archive,
    ) -> Self {
        let language = page.language;
        let card = WorkCard::new(record, &archive.vocabularies, language);
        let at = |number: usize| Place::Photo(id, number).href(language);
        let number = picture.number;
        let position = texts::position(number, count, language);
        let title = match count {
            1 => card.title.text.clone(),
            _ => format!("{}: {position}", card.title.text),
        };
        let back = Place::Work(id).href(language).at(&format!("anh-{number}"));
        let file = record.files.get(picture.file);
        Self {
            layout: page.layout(title, Place::Photo(id, number)),
            t: WorkTexts::of(language),
            p: PhotoTexts::of(language),
            photo_script: assets::href("photo.js"),
            previous: (number > 1).then(|| at(number - 1)),
            next: (number < count).then(|| at(number + 1)),
            back,
            licence: record.licence.as_deref().and_then(Href::other),
            credit: CreditView::new(record, &card, (page, None), &archive.vocabularies),
            passage_name: None,
            downloads: file.map_or_else(Vec::new, |file| files::of_file(file, language)),
            position,
            picture,
            card,
        }
    }
}
