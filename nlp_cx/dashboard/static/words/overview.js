export const words = {
  vi: {
    title: "Tổng quan",
  },
  en: {
    title: "Overview",
  },
};
