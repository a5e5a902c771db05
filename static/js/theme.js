// Sets light or dark before the first paint, and follows the system until the viewer chooses (classic script on purpose).
(function () {
  "use strict";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = function () {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const apply = function () {
    document.documentElement.dataset.bsTheme = stored() || (system.matches ? "dark" : "light");
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
    document.documentElement.dataset.bsTheme = wanted;
  });
})();
