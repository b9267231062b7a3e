import { words as comment } from "./comment.js";

export const words = {
  vi: {
    ...comment.vi,
    title: "Duyệt nhãn", lead: "Những ý kiến mà mô hình ít chắc nhất. Mỗi lần bạn sửa, số liệu đúng ngay và mô hình học được từ đó. Phím: 1 2 3 cảm xúc, t thêm nhóm, s lưu, x bỏ qua.",
    export: "Tải nhãn đã sửa", skip: "Bỏ qua", done: { other: "Đã duyệt {n}" }, changed: { other: "{n} ý kiến phải sửa" }, ahead: { other: "còn {n} ý kiến trong lượt này" }, progress: "Tiến độ duyệt", nextShown: "Ý kiến tiếp theo",
    nothing: "Không có gì cần duyệt", nothingText: "Mô hình chắc chắn về mọi ý kiến, hoặc chưa có ý kiến nào.", allDone: "Đã duyệt xong", allDoneText: "Cảm ơn bạn. Tải các nhãn đã sửa để huấn luyện lại mô hình.",
    mayNot: "Khoá này không được sửa nhãn", mayNotText: "Cần khoá có quyền “label”. Hãy hỏi người quản trị.",
    doubtHigh: "Điểm cao nhưng lời lẽ được đọc là chê.", doubtLow: "Điểm thấp nhưng lời lẽ được đọc là khen.", doubtSentiment: "Chỉ chắc {sure} rằng ý kiến này {label}.", doubtThemes: "Chưa chắc về: {themes}.", doubtOther: "Mô hình còn lưỡng lự.",
  },
  en: {
    ...comment.en,
    title: "Review", lead: "What the model is least sure of. Each correction counts in the figures at once, and the model can learn from it. Keys: 1 2 3 sentiment, t adds a theme, s saves, x skips.",
    export: "Download corrections", skip: "Skip", done: { one: "{n} reviewed", other: "{n} reviewed" }, changed: { one: "{n} was wrong", other: "{n} were wrong" }, ahead: { one: "{n} more in this round", other: "{n} more in this round" }, progress: "How far the review is", nextShown: "Next comment",
    nothing: "Nothing to review", nothingText: "The model is sure of every comment, or there are none yet.", allDone: "All reviewed", allDoneText: "Thank you. Download the corrections to retrain the model.",
    mayNot: "This key may not correct labels", mayNotText: "A key with the scope “label” is needed. Ask your administrator.",
    doubtHigh: "A high score, but the words were read as blame.", doubtLow: "A low score, but the words were read as praise.", doubtSentiment: "Only {sure} sure that this is {label}.", doubtThemes: "Not sure about: {themes}.", doubtOther: "The model hesitates.",
  },
};
