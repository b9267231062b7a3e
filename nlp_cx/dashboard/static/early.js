// Runs before the first paint: the theme and the language that were chosen last time.
"use strict";
(() => {
  const kept = (name) => {
    try {
      return localStorage.getItem(`nlp-cx.${name}`);
    } catch {
      return null; // storage may be switched off
    }
  };
  const theme = kept("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  const language = kept("language") ?? (navigator.languages?.[0] ?? navigator.language ?? "en").slice(0, 2);
  document.documentElement.lang = language === "vi" ? "vi" : "en";
})();
