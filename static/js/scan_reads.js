// The reads of this page, the newest on top; a pass keeps its row.
import { showPlate } from "./plate.js";
import { kindWord } from "./scan_announcer.js";
import { brandName, isKnown, word } from "./words.js";

const MOST = 100;

export class Reads {
  constructor(root) {
    this.list = root.querySelector("[data-reads]");
    this.empty = root.querySelector("[data-empty-reads]");
    this.clear = root.querySelector("[data-clear]");
    this.template = document.querySelector("#scan-read");
    this.rows = new Map();
    this.clear.addEventListener("click", () => this.reset());
  }

  add(read) {
    let row = this.rows.get(read.track_id);
    if (!row) {
      row = this.template.content.firstElementChild.cloneNode(true);
      this.rows.set(read.track_id, row);
      this.list.prepend(row);
    }
    this.fill(row, read);
    while (this.list.children.length > MOST) this.list.lastElementChild.remove();
    this.empty.hidden = true;
    this.clear.hidden = false;
  }

  fill(row, read) {
    const part = (name) => row.querySelector(`[data-${name}]`);
    row.dataset.text = read.text;
    showPlate(row.querySelector(".plate"), { text: read.text, region: read.region, charConfidences: read.char_confidences });
    const badge = part("badge");
    badge.hidden = !read.match;
    if (read.match) {
      badge.dataset.kind = read.match.valid ? read.match.kind : "";
      badge.textContent = read.match.ambiguous ? gettext("ambiguous") : `${kindWord(read.match.kind)}: ${read.match.list}`;
    }
    part("facts").textContent = [read.color, brandName(read.brand), read.kind].filter(isKnown).map(word).join(" ");
    part("votes").textContent = interpolate(gettext("%(votes)s of %(looks)s looks"), read, true);
    const seen = new Date(read.last_seen * 1000);
    part("time").dateTime = seen.toISOString();
    part("time").textContent = seen.toLocaleTimeString(document.documentElement.lang);
  }

  reset() {
    this.rows.clear();
    this.list.replaceChildren();
    this.empty.hidden = false;
    this.clear.hidden = true;
  }
}
