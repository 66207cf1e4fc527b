//! The addresses of pages.

use super::href::Href;
use crate::domain::Sha256;
use crate::domain::asset::AssetId;
use crate::interfaces::http::pagination::query_text;
use crate::interfaces::messages::Language;
use crate::services::curation::bulk::BulkId;
use crate::services::table_imports::TableImportId;

/// A page, as something that links lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The start page.
    Home,
    /// The search.
    Search,
    /// A work.
    Work(AssetId),
    /// A picture of a work, counted from 1.
    Photo(AssetId, usize),
    /// The text of a file of a work, to be corrected.
    TextCorrection(AssetId, Sha256),
    /// A work within the page of another site.
    Embed(AssetId),
    /// The vocabularies.
    Vocabularies,
    /// How to use the archive.
    Help,
    /// How accessible the pages are.
    Accessibility,
    /// What is new to air.
    Station,
    /// Signing in.
    SignIn,
    /// Signing in, second step.
    SecondFactor,
    /// What signing in with a passkey leads to.
    SignedIn,
    /// Signing out.
    SignOut,
    /// The account of the holder.
    Account,
    /// A forgotten password.
    Forgotten,
    /// The form of a new work.
    Deposit,
    /// The works in progress of the caller.
    Mine,
    /// A draft of the caller.
    Draft(AssetId),
    /// The files of a draft.
    DraftFiles(AssetId),
    /// The submission of a draft.
    DraftSubmission(AssetId),
    /// The review queue.
    Review,
    /// A work in the review queue.
    ReviewWork(AssetId),
    /// Works in figures.
    Overview,
    /// Administration.
    Admin,
    /// One act on many works.
    Bulk,
    /// What came of such an act.
    BulkResult(BulkId),
    /// Importing tables.
    Tables,
    /// The import of a table.
    TableImport(TableImportId),
}

/// The kinds of pages with their Vietnamese and English patterns for the router, without the language.
pub const HOME: [&str; 2] = ["/", "/"];
/// [`Place::Search`]
pub const SEARCH: [&str; 2] = ["/tim", "/search"];
/// [`Place::Work`]
pub const WORK: [&str; 2] = ["/t/{id}", "/w/{id}"];
/// [`Place::Photo`]
pub const PHOTO: [&str; 2] = ["/t/{id}/anh/{number}", "/w/{id}/photo/{number}"];
/// [`Place::TextCorrection`]
pub const TEXT_CORRECTION: [&str; 2] = ["/t/{id}/chu/{sha256}", "/w/{id}/text/{sha256}"];
/// [`Place::Embed`]
pub const EMBED: [&str; 2] = ["/nhung/{id}", "/embed/{id}"];
/// [`Place::Vocabularies`]
pub const VOCABULARIES: [&str; 2] = ["/danh-muc", "/vocabularies"];
/// [`Place::Help`]
pub const HELP: [&str; 2] = ["/tro-giup", "/help"];
/// [`Place::Accessibility`]
pub const ACCESSIBILITY: [&str; 2] = ["/tiep-can", "/accessibility"];
/// [`Place::Station`]
pub const STATION: [&str; 2] = ["/dai", "/station"];
/// [`Place::SignIn`]
pub const SIGN_IN: [&str; 2] = ["/dang-nhap", "/sign-in"];
/// [`Place::SecondFactor`]
pub const SECOND_FACTOR: [&str; 2] = ["/dang-nhap/ma", "/sign-in/code"];
/// [`Place::SignedIn`]
pub const SIGNED_IN: [&str; 2] = ["/dang-nhap/tiep", "/sign-in/on"];
/// [`Place::Account`]
pub const ACCOUNT: [&str; 2] = ["/tai-khoan", "/account"];
/// [`Place::Forgotten`]
pub const FORGOTTEN: [&str; 2] = ["/quen-mat-khau", "/forgotten-password"];
/// [`Place::SignOut`]
pub const SIGN_OUT: [&str; 2] = ["/dang-xuat", "/sign-out"];
/// [`Place::Deposit`]
pub const DEPOSIT: [&str; 2] = ["/gui", "/deposit"];
/// [`Place::Mine`]
pub const MINE: [&str; 2] = ["/cua-toi", "/mine"];
/// [`Place::Draft`]
pub const DRAFT: [&str; 2] = ["/gui/{id}", "/deposit/{id}"];
/// [`Place::DraftFiles`]
pub const DRAFT_FILES: [&str; 2] = ["/gui/{id}/tep", "/deposit/{id}/files"];
/// [`Place::DraftSubmission`]
pub const DRAFT_SUBMISSION: [&str; 2] = ["/gui/{id}/nop", "/deposit/{id}/submission"];
/// [`Place::Review`]
pub const REVIEW: [&str; 2] = ["/duyet", "/review"];
/// [`Place::ReviewWork`]
pub const REVIEW_WORK: [&str; 2] = ["/duyet/{id}", "/review/{id}"];

/// [`Place::Overview`]
pub const OVERVIEW: [&str; 2] = ["/tong-quan", "/overview"];
/// [`Place::Admin`]
pub const ADMIN: [&str; 2] = ["/quan-tri", "/admin"];
/// [`Place::Bulk`]
pub const BULK: [&str; 2] = ["/hang-loat", "/bulk"];
/// [`Place::BulkResult`]
pub const BULK_RESULT: [&str; 2] = ["/hang-loat/{id}", "/bulk/{id}"];

/// [`Place::Tables`]
pub const TABLES: [&str; 2] = ["/nhap-bang", "/tables"];
/// [`Place::TableImport`]
pub const TABLE_IMPORT: [&str; 2] = ["/nhap-bang/{id}", "/tables/{id}"];

/// A page of each first part of a path.
const ALL: &[[&str; 2]] = &[
    EMBED,
    VOCABULARIES,
    HELP,
    ACCESSIBILITY,
    STATION,
    HOME,
    SEARCH,
    WORK,
    SIGN_IN,
    SIGN_OUT,
    DEPOSIT,
    MINE,
    REVIEW,
    ACCOUNT,
    FORGOTTEN,
    BULK,
    TABLES,
    OVERVIEW,
    ADMIN,
];

/// The path that the router knows for a page.
pub fn pattern(page: [&str; 2], language: Language) -> String {
    let [vietnamese, english] = page;
    match language {
        Language::Vietnamese => vietnamese.to_owned(),
        Language::English => format!("{ENGLISH}{}", english.trim_end_matches('/')),
    }
}

/// Where the English pages are.
const ENGLISH: &str = "/en";

/// The language of the page at a path; `None` where no page is.
pub fn language_of(path: &str) -> Option<Language> {
    match path.strip_prefix(ENGLISH) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => Some(Language::English),
        _ => {
            let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
            let mut pages = ALL.iter().map(|[vietnamese, _]| first(vietnamese));
            let is_page = pages.any(|page| page == first(path));
            is_page.then_some(Language::Vietnamese)
        }
    }
}

impl Place {
    /// The path of the page.
    pub fn path(self, language: Language) -> String {
        let of_work = |page, id: AssetId| pattern(page, language).replace("{id}", &id.to_string());
        match self {
            Self::Home => pattern(HOME, language),
            Self::Search => pattern(SEARCH, language),
            Self::Work(id) => of_work(WORK, id),
            Self::Photo(id, number) => of_work(PHOTO, id).replace("{number}", &number.to_string()),
            Self::TextCorrection(id, file) => {
                of_work(TEXT_CORRECTION, id).replace("{sha256}", &file.to_string())
            }
            Self::Embed(id) => of_work(EMBED, id),
            Self::Vocabularies => pattern(VOCABULARIES, language),
            Self::Help => pattern(HELP, language),
            Self::Accessibility => pattern(ACCESSIBILITY, language),
            Self::Station => pattern(STATION, language),
            Self::SignIn => pattern(SIGN_IN, language),
            Self::SecondFactor => pattern(SECOND_FACTOR, language),
            Self::SignedIn => pattern(SIGNED_IN, language),
            Self::SignOut => pattern(SIGN_OUT, language),
            Self::Account => pattern(ACCOUNT, language),
            Self::Forgotten => pattern(FORGOTTEN, language),
            Self::Deposit => pattern(DEPOSIT, language),
            Self::Mine => pattern(MINE, language),
            Self::Draft(id) => of_work(DRAFT, id),
            Self::DraftFiles(id) => of_work(DRAFT_FILES, id),
            Self::DraftSubmission(id) => of_work(DRAFT_SUBMISSION, id),
            Self::Review => pattern(REVIEW, language),
            Self::Overview => pattern(OVERVIEW, language),
            Self::Admin => pattern(ADMIN, language),
            Self::Bulk => pattern(BULK, language),
            Self::BulkResult(id) => pattern(BULK_RESULT, language).replace("{id}", &id.to_string()),
            Self::Tables => pattern(TABLES, language),
            Self::TableImport(id) => {
                pattern(TABLE_IMPORT, language).replace("{id}", &id.to_string())
            }
            Self::ReviewWork(id) => of_work(REVIEW_WORK, id),
        }
    }

    /// The link to the page.
    pub fn href(self, language: Language) -> Href {
        Href::own(self.path(language))
    }

    /// The link to the page with a query.
    pub fn href_with<'a>(
        self,
        language: Language,
        query: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Href {
        let query = query_text(query);
        let path = self.path(language);
        if query.is_empty() {
            Href::own(path)
        } else {
            Href::own(format!("{path}?{query}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, language_of};
    use crate::domain::Sha256;
    use crate::interfaces::messages::Language::{English, Vietnamese};

    #[test]
    fn every_page_has_an_address_in_each_language() {
        const ID: &str = "0193a5c0-0000-7000-8000-000000000001";
        let id = ID.parse().unwrap();
        let bulk = ID.parse().unwrap();
        let zeros = "0".repeat(64);
        for (place, vi, en) in [
            (Place::Home, "/", "/en"),
            (Place::Search, "/tim", "/en/search"),
            (Place::Work(id), "/t/ID", "/en/w/ID"),
            (Place::Photo(id, 2), "/t/ID/anh/2", "/en/w/ID/photo/2"),
            (
                Place::TextCorrection(id, Sha256::from_bytes([0; 32])),
                &format!("/t/ID/chu/{zeros}"),
                &format!("/en/w/ID/text/{zeros}"),
            ),
            (Place::Embed(id), "/nhung/ID", "/en/embed/ID"),
            (Place::Vocabularies, "/danh-muc", "/en/vocabularies"),
            (Place::Help, "/tro-giup", "/en/help"),
            (Place::Accessibility, "/tiep-can", "/en/accessibility"),
            (Place::Station, "/dai", "/en/station"),
            (Place::SignIn, "/dang-nhap", "/en/sign-in"),
            (Place::SecondFactor, "/dang-nhap/ma", "/en/sign-in/code"),
            (Place::SignedIn, "/dang-nhap/tiep", "/en/sign-in/on"),
            (Place::SignOut, "/dang-xuat", "/en/sign-out"),
            (Place::Account, "/tai-khoan", "/en/account"),
            (Place::Forgotten, "/quen-mat-khau", "/en/forgotten-password"),
            (Place::Deposit, "/gui", "/en/deposit"),
            (Place::Mine, "/cua-toi", "/en/mine"),
            (Place::Draft(id), "/gui/ID", "/en/deposit/ID"),
            (Place::DraftFiles(id), "/gui/ID/tep", "/en/deposit/ID/files"),
            (
                Place::DraftSubmission(id),
                "/gui/ID/nop",
                "/en/deposit/ID/submission",
            ),
            (Place::Review, "/duyet", "/en/review"),
            (Place::ReviewWork(id), "/duyet/ID", "/en/review/ID"),
            (Place::Overview, "/tong-quan", "/en/overview"),
            (Place::Admin, "/quan-tri", "/en/admin"),
            (Place::Bulk, "/hang-loat", "/en/bulk"),
            (Place::BulkResult(bulk), "/hang-loat/ID", "/en/bulk/ID"),
        ] {
            for (language, path) in [(Vietnamese, vi), (English, en)] {
                let path = path.replace("ID", ID);
                assert_eq!(place.path(language), path);
                assert_eq!(language_of(&path), Some(language), "{path}");
            }
        }
        assert_eq!(language_of("/enough"), None);
        assert_eq!(language_of("/api/v1/search"), None);
    }

    #[test]
    fn a_query_is_encoded() {
        let href = Place::Search.href_with(Vietnamese, [("q", "quyền & trẻ em")]);
        assert_eq!(
            href.to_string(),
            "/tim?q=quy%E1%BB%81n%20%26%20tr%E1%BA%BB%20em"
        );
    }
}
