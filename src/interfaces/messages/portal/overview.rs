//! Texts of the overview of works.

use crate::interfaces::messages::Language;
use crate::services::search::Facet;

super::texts! {
    /// Texts of the overview of works.
    OverviewTexts {
        title: "Tổng quan", "Overview";
        of_all: "Mọi cơ quan", "All bodies";
        intro: "Đếm tác phẩm, không đếm người. Bấm vào một số để xem các tác phẩm đó.", "Works are counted, never people. Each number leads to its works.";
        deposited: "Đã gửi", "Deposited";
        published: "Đã đăng", "Published";
        returned: "Trả lại", "Returned";
        waiting: "Đang chờ", "Waiting";
        total: "Tổng", "Total";
        month: "Tháng làm", "Month made";
        month_hint: "Theo ngày làm của tác phẩm. Tác phẩm chỉ ghi năm được tính vào mọi tháng của năm đó.", "By the date on which a work was made. A work with only a year counts for each of its months.";
        chart: "Đã gửi theo cơ quan. Thanh kín: đã đăng; thanh rỗng: chưa đăng. Số liệu như bảng.", "Deposited by body. Filled: published; outlined: not yet. The numbers are those of the table.";
        more: "Chỉ hiện những mục nhiều tác phẩm nhất.", "Only those with the most works are shown.";
    }
}

/// What a dimension is called.
pub const fn dimension(facet: Facet, language: Language) -> &'static str {
    match facet {
        Facet::Organisation => language.pick("Cơ quan", "Body"),
        Facet::Kind => language.pick("Loại", "Kind"),
        Facet::Language => language.pick("Ngôn ngữ", "Language"),
        _ => language.pick("Nơi", "Place"),
    }
}
