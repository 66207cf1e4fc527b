//! Texts of the page that says how to use the archive.

pub mod accessibility;

super::texts! {
    /// Texts of the page that says how to use the archive.
    HelpTexts {
        title: "Trợ giúp", "Help";
        search: "Tìm tác phẩm", "Search";
        search_marks: "Gõ có dấu hay không dấu đều được: “quyen tre em” tìm thấy “quyền trẻ em”.", "With or without accents: “quyen tre em” finds “quyền trẻ em”.";
        search_phrase: "Đặt cụm từ trong ngoặc kép để tìm đúng cụm ấy; đặt dấu trừ trước từ muốn loại.", "Put a phrase in quotation marks to find exactly it; put a minus sign before a word to leave out.";
        search_example: "Thử ví dụ này", "Try this example";
        search_repair: "Máy sửa từ gõ nhầm và thêm tên khác của cùng một nơi, một cơ quan, một quyền. Phần sửa và phần thêm hiện phía trên kết quả, bấm để bỏ.",
            "Mistyped words are corrected, and other names of the same place, body or right are added. Both stand above the results, and a link takes each back.";
        search_filters: "Bộ lọc ở bên cạnh kết quả: chọn rồi bấm “Áp dụng bộ lọc”. Mỗi lần tìm có địa chỉ riêng để lưu hoặc gửi, và có nguồn tin Atom để theo dõi.",
            "The filters are beside the results: choose some and press “Apply filters”. Every search has an address to keep or send, and an Atom feed to follow.";
        search_inside: "Kết quả trong lời của bản ghi dẫn tới đúng giây, trong văn bản dẫn tới đúng trang.", "A result in the words of a recording leads to the second, one in a document to the page.";
        vocabularies: "Xem các danh mục dùng để mô tả tác phẩm", "See the vocabularies that describe works";
        using: "Dùng một tác phẩm", "Use a work";
        using_signs: "Mỗi tác phẩm có một dấu tròn kèm chữ:", "Each work has a circle and words:";
        using_yes: "dùng được, chỉ cần làm theo giấy phép;", "free to use under its licence;";
        using_if: "dùng được có điều kiện, ví dụ chỉ cho báo, đài hoặc phải ghi nguồn;", "usable on conditions, such as only for press and stations;";
        using_ask: "phải hỏi cơ quan gửi tác phẩm trước.", "ask the body that deposited it first.";
        using_credit: "Trang tác phẩm có sẵn dòng ghi nguồn để chép, và địa chỉ của từng giây, từng trang để trích dẫn.", "The page of a work has its credit line to copy, and addresses of each second and page to cite.";
        using_files: "Mỗi tệp ghi loại, độ dài, dung lượng và mã kiểm SHA-256. Ảnh, âm thanh và phim tải về đã bỏ vị trí chụp và số máy.",
            "Each file says its type, length, size and SHA-256 checksum. Pictures, sound and film are delivered without the place and the device that made them.";
        using_embed: "Có thể nhúng tác phẩm vào trang khác bằng đoạn HTML ở cuối trang tác phẩm.", "A work can be embedded in another site by the HTML at the end of its page.";
        deposit: "Gửi tác phẩm", "Deposit";
        deposit_account: "Cần tài khoản của cơ quan. Đăng nhập, mở “Gửi tác phẩm”, điền mô tả, thêm tệp, rồi gửi cho biên tập. Bạn nhận giấy biên nhận có số.",
            "You need an account of your body. Sign in, open “Deposit”, describe the work, add files and submit it to the editors. You get a numbered receipt.";
        deposit_open: "Mở trang gửi tác phẩm", "Open the deposit page";
        keys: "Phím bấm", "Keys";
        keys_tab: "Tab: tới liên kết, nút hoặc ô tiếp theo; Shift + Tab: quay lại. Liên kết đầu tiên của trang bỏ qua menu.", "Tab: the next link, button or field; Shift + Tab: the one before. The first link of a page skips the menu.";
        keys_player: "Trên hình sóng của bản ghi: mũi tên lùi, tiến 5 giây; Page Up, Page Down 30 giây; Home, End về đầu, cuối.", "On the waveform of a recording: arrow keys 5 seconds, Page Up and Page Down 30 seconds, Home and End to its ends.";
        keys_photo: "Trên trang ảnh: mũi tên trái, phải sang ảnh trước, ảnh sau.", "On the page of a picture: left and right arrow keys for its neighbours.";
        programs: "Cho chương trình máy tính", "For programs";
        programs_text: "Mọi điều hiện ở đây cũng có qua giao diện lập trình, không cần tài khoản cho phần công khai.", "Everything shown here is also available to programs, without an account for what is public.";
        programs_open: "Tài liệu giao diện lập trình", "Description of the interface";
    }
}
