// Words of a single comment, for the views that show one.
export const words = {
  vi: {
    correct: "Sửa", correctThis: "Sửa nhãn của ý kiến này", addTheme: "Thêm nhóm nguyên nhân…", judged: "Đánh giá về {theme}", yourName: "Tên bạn",
    "is.complaint": "Là khiếu nại", "is.suggestion": "Có góp ý", "is.none": "Không có nội dung",
    saved: "Đã lưu", undone: "Đã hoàn tác", confirmNext: "Đúng, sang ý kiến sau", sure: "Chắc {sure}", unfold: "Đọc hết",
    truncated: "Ý kiến rất dài: mô hình chỉ đọc phần đầu.", "says nothing": "Không có nội dung để phân loại", "no theme": "Không nói tới nhóm nguyên nhân nào",
  },
  en: {
    correct: "Correct", correctThis: "Correct the labels of this comment", addTheme: "Add a theme…", judged: "Judgement of {theme}", yourName: "Your name",
    "is.complaint": "Is a complaint", "is.suggestion": "Holds a suggestion", "is.none": "Says nothing",
    saved: "Saved", undone: "Taken back", confirmNext: "Right, next one", sure: "{sure} sure", unfold: "Read all of it",
    truncated: "A very long comment: only its beginning was read by the model.", "says nothing": "Nothing in it to classify", "no theme": "No theme is mentioned",
  },
};
