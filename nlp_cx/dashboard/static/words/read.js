export const words = {
  vi: {
    title: "Đọc ý kiến",
  },
  en: {
    title: "Read comments",
  },
};
