//! Texts of the search page.

use super::format;
use crate::domain::vocabulary::MayUse;
use crate::interfaces::messages::Language;
use crate::services::search::{ExpansionReason, Facet, Order};

super::texts! {
    /// Texts of the search page.
    SearchTexts {
        bulk: "Sửa hàng loạt", "Change all of these";
        title: "Tìm kiếm", "Search";
        results_for: "Đang hiện kết quả cho", "Showing results for";
        as_typed: "Tìm đúng như đã gõ", "Search exactly as typed";
        did_you_mean: "Có phải ý bạn là", "Did you mean";
        added: "Đã thêm", "Added";
        strike_out: "Bỏ phần thêm này", "Leave this out";
        filters: "Bộ lọc", "Filters";
        apply: "Áp dụng bộ lọc", "Apply filters";
        close: "Đóng", "Close";
        sorted_by: "Xếp theo", "Sort by";
        some_words: "có một phần các từ", "with some of the words";
        only_all_words: "Chỉ lấy đủ mọi từ", "Only works with all words";
        remove: "Bỏ", "Remove";
        more_values: "Thêm", "More";
        next_page: "Trang tiếp theo", "Next page";
        feed: "Theo dõi tìm kiếm này (Atom)", "Follow this search (Atom)";
        similar_folded: "bản gần giống đã gộp vào đây", "near-duplicates are folded in here";
        play_from: "Nghe từ", "Play from";
        nothing: "Không tìm thấy tác phẩm nào", "No works found";
        nothing_hint: "Thử bớt một từ, gõ không dấu, hoặc bỏ một bộ lọc:", "Try fewer words, or remove a filter:";
        nothing_all: "Xem tất cả tác phẩm", "See all works";
        partial: "Hết thời gian tìm: có thể còn nhiều kết quả hơn.", "The time ran out: there may be more results.";
        yes: "Dùng được", "Free to use";
        conditions: "Dùng được có điều kiện", "Usable on conditions";
        ask: "Phải hỏi trước", "Ask first";
    }
}

/// The number of works found, as a sentence.
pub fn found(works: u64, is_exact: bool, language: Language) -> String {
    let works_text = format::number(works, language);
    match (language, is_exact, works) {
        (Language::Vietnamese, true, _) => format!("{works_text} tác phẩm"),
        (Language::Vietnamese, false, _) => format!("Hơn {works_text} tác phẩm"),
        (Language::English, true, 1) => format!("{works_text} work"),
        (Language::English, true, _) => format!("{works_text} works"),
        (Language::English, false, _) => format!("More than {works_text} works"),
    }
}

impl SearchTexts {
    /// Whether one may use a work: the short answer.
    pub const fn may_use(&self, may_use: MayUse) -> &'static str {
        match may_use {
            MayUse::Yes => self.yes,
            MayUse::OnConditions => self.conditions,
            MayUse::Ask => self.ask,
        }
    }
}

/// The heading of a facet.
pub const fn facet(facet: Facet, language: Language) -> &'static str {
    match facet {
        Facet::Kind => language.pick("Loại", "Kind"),
        Facet::Language => language.pick("Ngôn ngữ", "Language"),
        Facet::Strand => language.pick("Mạch nội dung", "Strand"),
        Facet::Theme => language.pick("Chủ đề", "Theme"),
        Facet::Instrument => language.pick("Văn kiện", "Instrument"),
        Facet::RightsGroup => language.pick("Nhóm quyền", "Rights"),
        Facet::UdhrArticle => language.pick("Điều Tuyên ngôn", "Article of the Declaration"),
        Facet::Audience => language.pick("Cho ai", "Audience"),
        Facet::Place => language.pick("Nơi", "Place"),
        Facet::Organisation => language.pick("Cơ quan", "Body"),
        Facet::Year => language.pick("Năm làm", "Year"),
        Facet::ReuseTerms => language.pick("Được dùng lại", "Reuse"),
        Facet::State => language.pick("Trạng thái", "State"),
        Facet::Has => language.pick("Có gì", "Has"),
    }
}

/// What an order is called.
pub const fn order(order: Order, language: Language) -> &'static str {
    match order {
        Order::Relevance => language.pick("phù hợp", "relevance"),
        Order::Newest => language.pick("mới nhất", "newest"),
        Order::Oldest => language.pick("cũ nhất", "oldest"),
        Order::Title => language.pick("tên A đến Y", "title"),
        Order::Changed => language.pick("mới đổi", "last changed"),
    }
}

/// Why names were added.
pub const fn reason(reason: ExpansionReason, language: Language) -> &'static str {
    match reason {
        ExpansionReason::SameConcept => language.pick("tên khác", "other name"),
        ExpansionReason::Narrower => language.pick("phần nhỏ hơn", "narrower"),
        ExpansionReason::Succession => language.pick("tên trước, sau", "earlier or later name"),
        ExpansionReason::Translation => language.pick("bản dịch", "translation"),
    }
}
