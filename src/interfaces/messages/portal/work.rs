//! Texts of the page of a work.

use crate::interfaces::messages::Language;

super::texts! {
    /// Texts of the page of a work.
    WorkTexts {
        listen: "Nghe", "Listen";
        watch: "Xem", "Watch";
        text: "Nội dung", "Text";
        transcript: "Lời văn", "Transcript";
        play_from: "Nghe từ", "Play from";
        about: "Về tác phẩm này", "About this work";
        body: "Cơ quan", "Body";
        creators: "Người làm", "Made by";
        places: "Nơi", "Places";
        rights: "Quyền", "Rights";
        instruments: "Văn kiện", "Instruments";
        articles: "Điều Tuyên ngôn", "Articles of the Declaration";
        themes: "Chủ đề", "Themes";
        audiences: "Cho ai", "Audiences";
        numbers: "Số, ký hiệu", "Numbers";
        people: "Người trong tác phẩm", "People shown";
        use_and_download: "Dùng và tải", "Use and download";
        may_i: "Tôi có được dùng không?", "May I use it?";
        credit_line: "Dòng ghi nguồn", "Credit line";
        copy: "Sao chép dòng ghi nguồn", "Copy the credit line";
        copied: "Đã sao chép", "Copied";
        download: "Tải về", "Download";
        checksum: "Mã kiểm SHA-256", "SHA-256 checksum";
        no_files: "Không có tệp để tải.", "There are no files to download.";
        working: "Bản công khai đang được làm.", "The public copy is being made.";
        cleaned: "Đã bỏ vị trí và số máy", "Without location and device";
        zoom: "Xem ảnh lớn", "Larger picture";
        corrections: "Đã sửa", "Corrected";
        not_public: "Tác phẩm này chưa công khai.", "This work is not public yet.";
        record: "Bản ghi cho máy (JSON)", "Record for machines (JSON)";
        position: "Vị trí nghe", "Position";
        position_keys: "Mũi tên trái, phải: lùi, tiến 5 giây", "Left and right arrow keys: 5 seconds back or forward";
        minute: "phút", "min";
        second: "giây", "s";
        within: "trong", "of";
        now: "Đang nghe", "Playing";
        find: "Tìm trong lời văn", "Find in the transcript";
        found: "câu có từ này", "lines with it";
        found_none: "Không có câu nào", "No lines";
        copy_line: "Sao chép câu đang nghe, có giây", "Copy the current line with its second";
        cite: "Trích dẫn", "Cite";
        citation: "Dòng trích dẫn", "Citation";
        copy_citation: "Sao chép dòng trích dẫn", "Copy the citation";
        from_moment: "Từ phút và giây", "From minute and second";
        from_moment_hint: "Ví dụ 1:23", "For example 1:23";
        make_address: "Lấy địa chỉ của giây này", "Get the address of this second";
        copy_address: "Sao chép địa chỉ", "Copy the address";
        embed: "Nhúng vào trang khác", "Embed in another site";
        embed_hint: "Dán đoạn HTML này vào trang của bạn. Khung không đặt cookie và có sẵn lời ghi nguồn.", "Paste this HTML into your page. The frame sets no cookies and includes the credit line.";
        embed_code: "Đoạn HTML", "HTML";
        copy_embed: "Sao chép đoạn HTML", "Copy the HTML";
        gone_title: "Tác phẩm này đã được rút", "This work was withdrawn";
        gone_text: "Xin đừng phát hoặc in lại.", "Please do not air or print it again.";
        gone_reason: "Lý do", "Reason";
        gone_after: "Nếu bạn đã tải về", "If you have downloaded it";
        gone_station: "Đài truyền thanh: bỏ khỏi lịch phát.", "Stations: take it off the schedule.";
        gone_press: "Báo, cổng thông tin: gỡ bản đăng lại hoặc dẫn về trang này.", "Press and portals: remove reprints, or link to this page.";
        gone_partner: "Hệ thống đối tác: dòng thay đổi đã có việc rút này.", "Partner systems: the change feed has the withdrawal.";
    }
}

/// What a kind of file is called in the list of downloads.
pub const fn role(role: &str, language: Language) -> &'static str {
    match role.as_bytes() {
        b"transcript" => language.pick("Lời văn", "Transcript"),
        b"captions" => language.pick("Phụ đề", "Captions"),
        b"accessible" => language.pick("Bản cho người khuyết tật", "Accessible version"),
        b"attachment" => language.pick("Tệp kèm", "Attachment"),
        _ => language.pick("Tác phẩm", "The work"),
    }
}

/// What the picture of a recording's shape is, for those who do not see it.
pub fn waveform(length: &str, language: Language) -> String {
    match language {
        Language::Vietnamese => format!("Hình sóng âm của bản ghi dài {length}"),
        Language::English => format!("Waveform of the recording of {length}"),
    }
}

/// The name of the address of a moment.
pub fn address_of_moment(moment: &str, language: Language) -> String {
    match language {
        Language::Vietnamese => format!("Địa chỉ tại {moment}"),
        Language::English => format!("Address at {moment}"),
    }
}

/// The name of the address of a page.
pub fn address_of_page(page: usize, language: Language) -> String {
    match language {
        Language::Vietnamese => format!("Địa chỉ của trang {page}"),
        Language::English => format!("Address of page {page}"),
    }
}
