//! The pages of the queue and their addresses: `?page=2`.

use crate::interfaces::messages::Language;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;

/// Works of the queue on one page.
pub(super) const QUEUE: usize = 50;

/// A page of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QueuePage {
    /// From 1.
    number: usize,
    has_more: bool,
}

impl QueuePage {
    /// The page that the address names; the first otherwise.
    pub(super) fn of(page: &PageRequest) -> Self {
        let number = page.parameter("page").and_then(|text| text.parse().ok());
        Self {
            number: number.unwrap_or(1).clamp(1, usize::MAX / QUEUE),
            has_more: false,
        }
    }

    /// The page of a queue of this length.
    pub(super) const fn with_more(self, length: usize) -> Self {
        Self {
            has_more: length > self.number * QUEUE,
            ..self
        }
    }

    /// The position of its first work.
    pub(super) const fn first(self) -> usize {
        (self.number - 1) * QUEUE
    }

    /// The address of the queue or of a work in it, with this page beside it.
    pub(super) fn href(self, place: Place, language: Language) -> Href {
        let number = self.number.to_string();
        let query = Some(("page", number.as_str())).filter(|_| self.number > 1);
        place.href_with(language, query)
    }

    pub(super) fn next(self, language: Language) -> Option<Href> {
        let next = self.beside(self.number.checked_add(1)?);
        self.has_more.then(|| next.href(Place::Review, language))
    }

    pub(super) fn previous(self, language: Language) -> Option<Href> {
        let previous = self.beside(self.number - 1);
        (self.number > 1).then(|| previous.href(Place::Review, language))
    }

    const fn beside(self, number: usize) -> Self {
        Self { number, ..self }
    }
}
