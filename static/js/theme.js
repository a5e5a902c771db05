// Sets light or dark before the first paint, and follows the system until the viewer chooses (classic script on purpose).
(function () {
  "use strict";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = function () {
    try {
      const theme = localStorage.getItem("theme");
      return theme === "dark" || theme === "light" ? theme : null;
    } catch { return null; }
  };
  const show = function (theme) {
    document.documentElement.dataset.bsTheme = document.documentElement.dataset.theme = theme;
  };
  const apply = function () {
    show(stored() || (system.matches ? "dark" : "light"));
  };
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const wanted = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      if (wanted === (system.matches ? "dark" : "light")) localStorage.removeItem("theme");
      else localStorage.setItem("theme", wanted);
    } catch { /* private mode: the choice lasts for this page */ }
    show(wanted);
  });
})();
