// The list of detections: keys to walk through it, and addresses without the filters that were left empty.
const SWITCH = "keys-off";

const help = document.querySelector("[data-keys-help]");
const switchBox = help.querySelector("[data-keys-on]");
const links = [...document.querySelectorAll("[data-found] .stretched-link")];

const isOff = () => { try { return localStorage.getItem(SWITCH) === "yes"; } catch { return false; } };

switchBox.checked = !isOff();
switchBox.addEventListener("change", () => {
  try {
    if (switchBox.checked) localStorage.removeItem(SWITCH);
    else localStorage.setItem(SWITCH, "yes");
  } catch { /* private mode: the keys stay on */ }
});
document.querySelector("[data-keys-open]").addEventListener("click", () => help.showModal());

function step(by) {
  const here = links.findIndex((link) => link.closest(".row-card").contains(document.activeElement));
  const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, here + by));
  links[next]?.focus();
  links[next]?.closest(".row-card").scrollIntoView({ block: "nearest" });
}

const follow = (rel) => document.querySelector(`a[rel="${rel}"]`)?.click();

const keys = {
  j: () => step(1),
  k: () => step(-1),
  n: () => follow("next"),
  p: () => follow("prev"),
  "/": () => document.querySelector("#id_plate").select(),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "Escape" && isTyping) { isTyping.blur(); return; }
  if (isTyping || help.open || isOff() || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

document.querySelector("[data-filters]").addEventListener("formdata", ({ formData }) => {
  const used = formData.get("plate");
  for (const [name, value] of [...formData]) {
    if (!value || (name === "match" && (value === "contains" || !used))) formData.delete(name);
  }
});
