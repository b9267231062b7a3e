export const words = {
  vi: {
    title: "Khoá API",
  },
  en: {
    title: "API keys",
  },
};
