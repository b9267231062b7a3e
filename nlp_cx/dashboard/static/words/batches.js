export const words = {
  vi: {
    title: "Các tệp đã tải lên", lead: "Những tệp đã gửi và tiến độ đọc. Xoá một tệp là xoá hẳn các ý kiến trong đó.",
    show: "Hiện", all: "Tất cả", "state.queued": "Đang chờ", "state.running": "Đang chạy", "state.completed": "Xong", "state.failed": "Lỗi", "state.cancelled": "Đã dừng",
    none: "Chưa có tệp nào", noneText: "Tải một tệp khảo sát lên để bắt đầu.", noneSuch: "Không có tệp nào như vậy",
    rejected: { other: "{n} dòng không dùng được" }, perSecond: "{n} ý kiến/giây", left: "còn khoảng {time}",
    watch: "Theo dõi", details: "Chi tiết", downloadOf: "Tải kết quả của {name}", deleteOf: "Xoá {name}",
    cancelTitle: "Dừng đọc tệp này?", cancelText: "Phần đã phân tích của “{name}” được giữ lại; phần còn lại sẽ không được đọc.", cancelIt: "Dừng", cancelled: "Đã dừng",
    deleteTitle: "Xoá hẳn tệp này?", deleteText: "“{name}” cùng {n} ý kiến trong đó sẽ bị xoá và không lấy lại được.", deleted: "Đã xoá",
    rescore: "Phân tích lại", rescoreText: "Đọc lại mọi ý kiến đã lưu bằng mô hình đang dùng. Những nhãn do người sửa vẫn được giữ. Chỉ làm được với ý kiến còn giữ văn bản gốc.", rescoreGo: "Bắt đầu",
    rescoreBegun: "Đang phân tích lại", rescoreSome: { other: "Đang phân tích lại; {n} ý kiến không còn văn bản gốc nên giữ nguyên" }, rescored: "Phân tích lại",
  },
  en: {
    title: "Batches", lead: "Each file you hand in is a batch. Deleting a batch deletes its comments for good.",
    show: "Show", all: "All", "state.queued": "Waiting", "state.running": "Running", "state.completed": "Done", "state.failed": "Failed", "state.cancelled": "Stopped",
    none: "No batches yet", noneText: "Upload a survey file to begin.", noneSuch: "There is no such batch",
    rejected: { one: "{n} row could not be used", other: "{n} rows could not be used" }, perSecond: "{n} comments/s", left: "about {time} left",
    watch: "Watch", details: "Details", downloadOf: "Download the results of {name}", deleteOf: "Delete {name}",
    cancelTitle: "Stop this batch?", cancelText: "What was analysed of “{name}” stays; the rest will not be read.", cancelIt: "Stop", cancelled: "Stopped",
    deleteTitle: "Delete this batch for good?", deleteText: { one: "“{name}” and its {n} comment will be deleted and cannot be brought back.", other: "“{name}” and its {n} comments will be deleted and cannot be brought back." }, deleted: "Deleted",
    rescore: "Analyse again", rescoreText: "Read all stored comments again with the live model. Labels that people corrected stay. This works only for comments whose text as sent was kept.", rescoreGo: "Begin",
    rescoreBegun: "Being analysed again", rescoreSome: { one: "Being analysed again; {n} comment has no text as sent and stays as it is", other: "Being analysed again; {n} comments have no text as sent and stay as they are" }, rescored: "Analysed again",
  },
};
