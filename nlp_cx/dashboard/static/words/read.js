import { words as comment } from "./comment.js";

export const words = {
  vi: {
    ...comment.vi,
    title: "Đọc ý kiến", noneTitle: "Chưa có ý kiến nào", noneText: "Tải một tệp khảo sát lên, rồi đọc từng ý kiến ở đây.",
    search: "Tìm trong ý kiến", order: "Thứ tự", newest: "Mới nhất", oldest: "Cũ nhất", exportAs: "Tải những ý kiến đang xem dạng {kind}",
    nothing: "Không có ý kiến nào khớp", nothingText: "Thử bỏ bớt bộ lọc hoặc đổi từ tìm kiếm.", end: "Hết", among: { other: "Tìm trong {n} ý kiến" },
    keys: "Phím tắt", "key.j": "Ý kiến tiếp theo", "key.k": "Ý kiến trước", "key.1": "Tiêu cực", "key.2": "Trung tính", "key.3": "Tích cực", "key.e": "Sửa nhãn", "key.t": "Thêm nhóm nguyên nhân", "key.n": "Không có nội dung", "key.u": "Hoàn tác lần sửa gần nhất", "key.?": "Bảng phím tắt này",
  },
  en: {
    ...comment.en,
    title: "Read", noneTitle: "No comments yet", noneText: "Upload a survey file, then read every comment here.",
    search: "Search in the comments", order: "Order", newest: "Newest", oldest: "Oldest", exportAs: "Download what is shown as {kind}",
    nothing: "No comment fits", nothingText: "Take some filters away, or search for other words.", end: "That is all", among: { one: "Searching in {n} comment", other: "Searching in {n} comments" },
    keys: "Keyboard", "key.j": "Next comment", "key.k": "Comment before", "key.1": "Negative", "key.2": "Neutral", "key.3": "Positive", "key.e": "Correct the labels", "key.t": "Add a theme", "key.n": "Says nothing", "key.u": "Take the last correction back", "key.?": "These keys",
  },
};
