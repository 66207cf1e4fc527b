//! Texts of every page: masthead, menu, footer.

super::texts! {
    /// Texts of every page.
    LayoutTexts {
        skip: "Bỏ qua tới nội dung", "Skip to content";
        tagline: "Tư liệu truyền thông về quyền con người", "Works of communication about human rights";
        main_menu: "Chính", "Main";
        search: "Tìm kiếm", "Search";
        search_box: "Tìm trong kho", "Search the archive";
        search_button: "Tìm", "Search";
        station: "Cho đài", "For stations";
        vocabularies: "Danh mục", "Vocabularies";
        partners: "Cho đối tác", "For partners";
        sign_in: "Đăng nhập", "Sign in";
        sign_out: "Đăng xuất", "Sign out";
        overview: "Tổng quan", "Overview";
        admin: "Quản trị", "Administration";
        account: "Tài khoản", "Account";
        deposit: "Gửi tác phẩm", "Deposit";
        mine: "Tác phẩm của tôi", "My works";
        review: "Hàng chờ duyệt", "Review queue";
        menu: "Menu", "Menu";
        close_menu: "Đóng menu", "Close menu";
        other_language: "English", "Tiếng Việt";
        help: "Trợ giúp", "Help";
        accessibility: "Trợ năng của trang", "Accessibility";
        no_tracking: "Trang này không theo dõi người đọc, không đặt cookie khi chỉ đọc, không gọi máy chủ nào khác.",
            "This site does not track readers, sets no cookie for reading, and calls no other host.";
        page_address: "Địa chỉ trang", "Address of this page";
    }
}
