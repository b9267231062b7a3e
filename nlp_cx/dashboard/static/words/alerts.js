export const words = {
  vi: {
    title: "Cảnh báo",
  },
  en: {
    title: "Alerts",
  },
};
