//! Texts of the accessibility statement.

super::super::texts! {
    /// Texts of the accessibility statement.
    AccessibilityTexts {
        title: "Trợ năng của trang", "Accessibility";
        goal: "Các trang này hướng tới mức AA của WCAG 2.2 và Thông tư 26/2020/TT-BTTTT.", "These pages aim at level AA of WCAG 2.2 and at Circular 26/2020/TT-BTTTT.";
        done: "Đã làm", "What is done";
        done_script: "Đọc, tìm và tải không cần JavaScript.", "Reading, searching and downloading work without JavaScript.";
        done_keyboard: "Mọi việc làm được bằng bàn phím; chỗ đang đứng luôn có viền; có liên kết bỏ qua menu.", "Everything works by keyboard; the focus is always visible; a link skips the menu.";
        done_zoom: "Đọc được ở bề ngang 320 điểm ảnh và khi phóng chữ 200 %, không phải cuộn ngang.", "Readable at a width of 320 pixels and with text of 200 %, without scrolling sideways.";
        done_colour: "Màu chữ đủ tương phản ở nền sáng và nền tối; trạng thái luôn có chữ, không chỉ có màu.", "Text has enough contrast on light and dark; a state always has its word, not only a colour.";
        done_motion: "Không có gì tự chuyển động, tự phát hay tự tải thêm.", "Nothing moves, plays or loads more by itself.";
        done_media: "Bản ghi có lời văn thì lời văn nằm ngay dưới, mỗi câu dẫn tới giây của nó; phim có phụ đề khi có tệp phụ đề.", "The transcript of a recording stands below it, each line with a link to its second; film has captions where there is a file of them.";
        done_language: "Tên và nội dung bằng tiếng khác được ghi rõ ngôn ngữ cho trình đọc màn hình.", "Names and texts in another language are marked for screen readers.";
        tested: "Đã thử thế nào", "How it was tested";
        tested_text: "Mỗi lần sửa phần mềm, chương trình axe-core mở từng trang trong Chromium, bằng hai thứ tiếng, ở 320 và 1280 điểm ảnh, và không được tìm thấy lỗi nào.",
            "With each change of the software axe-core opens every page in Chromium, in both languages, at 320 and 1280 pixels, and must find no violation.";
        limits: "Giới hạn đã biết", "Known limits";
        limit_people: "Chưa được người dùng trình đọc màn hình thử.", "Not yet tried by people who use screen readers.";
        limit_media: "Có bản ghi chưa có lời văn, phim chưa có phụ đề hoặc lời tả hình: kho chỉ có những gì cơ quan gửi.", "Some recordings have no transcript, some films no captions or audio description: the archive has what bodies deposit.";
        limit_alt: "Ảnh chưa được mô tả thì trình đọc màn hình đọc tên tác phẩm.", "For a picture that nobody described, screen readers read the title of the work.";
        limit_files: "Tệp PDF và tệp văn phòng giữ nguyên như khi gửi, có thể khó đọc; chữ của chúng có trên trang tác phẩm.", "PDF and office files are as deposited and may be hard to read; their text is on the page of the work.";
        limit_scans: "Chữ nhận dạng từ ảnh chụp có thể sai; trang ghi rõ khi như vậy.", "Words recognised in images may be wrong; the page says where that is so.";
        limit_voices: "Nhiều trình đọc màn hình không có giọng tiếng Jrai, Bahnar.", "Many screen readers have no voice for Jrai or Bahnar.";
    }
}
