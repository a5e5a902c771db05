// Fills the drawn plate: its region and its characters, the weak ones marked.
const SOME_DOUBT = 0.85;
const MUCH_DOUBT = 0.6;

export function showPlate(element, { text, region, charConfidences }) {
  element.toggleAttribute("data-empty", !text);
  element.querySelector("[data-plate-band]").textContent = (region ?? "").split("-")[0].slice(0, 3).toUpperCase();
  const holder = element.querySelector("[data-plate-text]");
  if (!text) { holder.textContent = gettext("not read"); return; }
  holder.replaceChildren(...[...text].map((character, place) => {
    const part = document.createElement("span");
    part.className = "plate-char";
    part.textContent = character;
    part.toggleAttribute("data-zero", character === "0");
    const confidence = charConfidences?.[place] ?? 1;
    if (confidence < SOME_DOUBT) {
      part.dataset.weak = confidence < MUCH_DOUBT ? "very" : "some";
      part.title = interpolate(gettext("%(character)s: %(percent)s %"), { character, percent: Math.round(confidence * 100) }, true);
    }
    return part;
  }));
}

/** Marks the weak characters of the plates that the server drew. */
export function markPlates() {
  for (const element of document.querySelectorAll(".plate[data-chars]")) {
    const { text, region, chars } = element.dataset;
    showPlate(element, { text, region, charConfidences: chars ? chars.split(" ").map(Number) : [] });
  }
}
