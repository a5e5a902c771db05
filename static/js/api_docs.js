/** Swagger UI on our own schema; writes carry the CSRF token of the signed-in person. */
const element = document.getElementById("api-docs");

function dress() {
  document.documentElement.classList.toggle("dark-mode", document.documentElement.dataset.bsTheme === "dark");
}

new MutationObserver(dress).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
dress();

window.SwaggerUIBundle({
  url: element.dataset.schema,
  domNode: element,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (!["GET", "HEAD"].includes(request.method ?? "GET")) request.headers["X-CSRFToken"] = element.dataset.csrf;
    return request;
  },
});
