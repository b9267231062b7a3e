// A small survey to try the page with, written for it.
const ROWS = {
  vi: {
    name: "khao_sat_mau.csv",
    head: ["Mã", "Ngày", "Chi nhánh", "NPS", "Ý kiến của bạn"],
    places: ["Quận 1", "Thủ Đức", "Hải Phòng"],
    comments: [
      [9, "Nhân viên rất nhiệt tình, tư vấn kỹ trước khi mua"], [3, "Giao hàng trễ 3 ngày mà không ai gọi báo"],
      [10, "Sản phẩm đúng mô tả, đóng gói cẩn thận, sẽ ủng hộ tiếp"], [2, "Gọi tổng đài chờ 20 phút không ai nghe máy"],
      [7, "Giá hơi cao nhưng chất lượng ổn"], [6, "App hay bị văng lúc thanh toán, phải làm lại từ đầu"],
      [9, "Cửa hàng sạch sẽ, gửi xe dễ"], [1, "Tính tiền sai hai lần, đòi lại rất mất công"],
      [8, "Bảo hành nhanh, đổi máy mới ngay trong ngày"], [4, "thu tuc doi tra ruom ra, dien ba loai giay to"],
      [10, "Khuyến mãi nhiều, giá rẻ hơn chỗ khác"], [5, "Giao hàng chậm nhưng nhân viên dễ thương"],
      [0, "Shipper cáu gắt, quăng hàng trước cửa rồi đi"], [9, "sp dùng thích lắm, giao nhanh nữa"],
      [6, "Ít mẫu để chọn, size lớn luôn hết hàng"], [8, "Thông tin trên web rõ ràng, dễ so sánh"],
      [3, "Bị lộ số điện thoại, mua xong toàn cuộc gọi quảng cáo"], [7, "Bình thường, không có gì đặc biệt"],
      [10, "Quá hài lòng, cảm ơn cửa hàng"], [2, "Chờ ở quầy thanh toán gần nửa tiếng"],
      [9, "App mới chạy mượt, đặt hàng ba bước là xong"], [4, "Nên có thêm kênh chat để hỏi tình trạng đơn"],
      [5, "Hàng giao thiếu một món, báo thì được bù nhưng mất một tuần"], [8, "Không có ý kiến"],
    ],
  },
  en: {
    name: "sample_survey.csv",
    head: ["ID", "Date", "Branch", "NPS", "Comment"],
    places: ["Central", "Riverside", "Airport"],
    comments: [
      [9, "Staff were patient and explained every option"], [3, "Delivery came three days late and nobody told me"],
      [10, "Exactly as described and nicely packed, will buy again"], [2, "Waited twenty minutes on the helpline, no answer"],
      [7, "A bit pricey but the quality is fine"], [6, "The app crashes at the payment step every time"],
      [9, "Clean store and easy parking"], [1, "I was charged twice and it took weeks to get it back"],
      [8, "Quick warranty repair, replaced the same day"], [4, "Returning an item means three different forms"],
      [10, "Great deals, cheaper than anywhere else"], [5, "Slow delivery but the courier was lovely"],
      [0, "The driver was rude and left my parcel in the rain"], [9, "Love the product, arrived early too"],
      [6, "Hardly any large sizes in stock"], [8, "The website makes it easy to compare"],
      [3, "My phone number was passed on, now I get sales calls"], [7, "It was OK, nothing special"],
      [10, "Very happy, thank you all"], [2, "Queued at the till for half an hour"],
      [9, "The new app is smooth, ordering takes three taps"], [4, "Please add a chat to ask where my order is"],
      [5, "One item was missing; they fixed it but it took a week"], [8, "No comment"],
    ],
  },
};

/** Make the survey as a CSV file, in one of the languages of the page. */
export function sample(lang) {
  const { name, head, places, comments } = ROWS[lang];
  const cell = (value) => `"${String(value).replace(/"/g, '""')}"`;
  const rows = comments.map(([score, text], at) => {
    const day = new Date(Date.UTC(2026, 8, 1 + 3 * at)).toISOString().slice(0, 10);
    return [`S${at + 1}`, day, places[at % places.length], score, text];
  });
  return new File(["\ufeff", [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")], name, { type: "text/csv" });
}
