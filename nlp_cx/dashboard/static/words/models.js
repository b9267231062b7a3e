export const words = {
  vi: {
    title: "Mô hình",
  },
  en: {
    title: "Models",
  },
};
