export const words = {
  vi: {
    title: "Duyệt nhãn",
  },
  en: {
    title: "Review labels",
  },
};
