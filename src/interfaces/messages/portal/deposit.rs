//! Texts of depositing works.

use super::format;
use crate::interfaces::messages::Language;

super::texts! {
    /// Texts of depositing works.
    DepositTexts {
        title: "Gửi tác phẩm", "Deposit a work";
        edit_title: "Bản nháp", "Draft";
        my_works: "Tác phẩm của tôi", "My works";
        from_table: "Nhập nhiều tác phẩm từ bảng", "Import many works from a table";
        new: "Gửi tác phẩm mới", "Deposit a new work";
        nothing: "Chưa có tác phẩm nào đang làm.", "No works are in progress.";
        steps: "Các bước", "Steps";
        step_describe: "Mô tả", "Describe";
        step_files: "Tệp", "Files";
        step_submit: "Gửi", "Submit";
        name: "Tên tác phẩm", "Title";
        kind: "Loại", "Kind";
        language: "Ngôn ngữ của tác phẩm", "Language of the work";
        made: "Ngày làm", "Made on";
        made_hint: "Ví dụ 28/8/2024, 8/2024 hoặc 2024.", "For example 28/8/2024, 8/2024 or 2024.";
        place: "Nơi", "Place";
        strand: "Mạch nội dung", "Strand";
        theme: "Chủ đề", "Theme";
        description: "Mô tả ngắn", "Short description";
        body: "Toàn văn, lời bình hoặc kịch bản", "Full text or script";
        credit_line: "Dòng ghi nguồn", "Credit line";
        credit_hint: "Ví dụ: Ảnh: Văn phòng xã Ia Ko.", "For example: Photo: Office of the commune of Ia Ko.";
        reuse_terms: "Người khác được dùng thế nào", "How others may use it";
        people_shown: "Người nhận ra được trong tác phẩm", "People who can be recognised";
        choose: "Chọn…", "Choose…";
        save: "Lưu và tiếp tục", "Save and continue";
        errors: "Chưa lưu được. Chữ bạn gõ vẫn còn.", "Not saved. What you typed is kept.";
        files: "Tệp đã gửi", "Files received";
        no_files: "Chưa có tệp nào.", "No files yet.";
        add_files: "Thêm tệp", "Add files";
        add_hint: "Chọn được nhiều tệp một lần. Một tệp hỏng không làm mất các tệp khác.", "Several at once. One bad file does not stop the others.";
        alt: "Mô tả ảnh cho người không nhìn thấy", "What the picture shows, for those who cannot see it";
        send_files: "Gửi tệp", "Send files";
        not_taken: "Chưa nhận được", "Not received";
        still_missing: "Còn thiếu để công bố", "Missing for publication";
        all_there: "Đã đủ để công bố.", "Everything is there for publication.";
        submit: "Gửi cho biên tập", "Submit to the editors";
        submitted: "Đã gửi. Giấy biên nhận", "Submitted. Receipt";
        number: "Số biên nhận", "Number";
        received_at: "Nhận lúc", "Received at";
        returned: "Bị trả lại vì", "Returned because";
        print: "In trang này để giữ làm biên nhận.", "Print this page as your receipt.";
        changed: "Tác phẩm đã thay đổi ở nơi khác. Đây là bản mới nhất.", "The work has changed elsewhere. This is the latest.";
        saved_at: "Đã lưu lúc", "Saved at";
        not_saved: "Chưa lưu được, chữ vẫn còn trên máy này.", "Not saved yet; the text is kept on this device.";
        found_local: "Trên máy này còn bản gõ dở.", "There is unsaved text on this device.";
        restore: "Lấy lại", "Restore it";
        discard: "Bỏ đi", "Discard it";
        choose_now: "Chọn tệp ngay, tệp được gửi trong lúc bạn gõ", "Choose files now: they are sent while you type";
        file_waiting: "đang chờ", "waiting";
        file_sending: "đang gửi", "sending";
        file_paused: "mất mạng, sẽ gửi tiếp từ chỗ dừng", "line lost, goes on from where it stopped";
        file_done: "đã gửi xong", "sent";
        file_failed: "bị từ chối", "refused";
        file_retry: "Gửi tiếp", "Go on";
        file_remove: "Bỏ tệp", "Leave it out";
        file_save_later: "Còn tệp đang gửi. Gửi xong sẽ lưu ngay.", "Files are still being sent. This is saved as soon as they are.";
        file_not_saved: "Chưa lưu: có tệp bị từ chối. Hãy bỏ tệp đó hoặc lưu mà không có nó.",
            "Not saved: a file was refused. Leave it out, or save without it.";
        both_values: "Tác phẩm đã thay đổi ở nơi khác. Chữ bạn gõ vẫn còn; bên cạnh là bản đang có. Hãy xem lại rồi lưu.",
            "The work has changed elsewhere. What you typed is kept; beside it is what is there now. Please look, then save.";
        now_there: "Hiện đang là", "Now it says";
        see: "Xem trang tác phẩm", "See the page of the work";
    }
}

/// Why a file is not taken when a form has more than this many.
pub fn file_limit(limit: usize, language: Language) -> String {
    match language {
        Language::Vietnamese => format!("mỗi lần gửi được nhiều nhất {limit} tệp"),
        Language::English => format!("at most {limit} files at once"),
    }
}

/// What a file of the list is: name, type and size.
pub fn file(name: &str, essence: &str, size: u64, language: Language) -> String {
    let kind = format::media_type(essence);
    format!("{name}: {kind}, {}", format::size(size, language))
}
