export const words = {
  vi: {
    title: "Tải tệp lên",
  },
  en: {
    title: "Upload",
  },
};
