export const words = {
  vi: {
    title: "Các lô",
  },
  en: {
    title: "Batches",
  },
};
