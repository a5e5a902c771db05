// The live list: news arrives on top, updates replace their row, and what was missed is fetched before going on.
import { fillRow, makeRow } from "./rows.js";

const MOST_ROWS = 60;
const OVERLAP = 2000;
const SPOKEN_EVERY = 4000;
const MOST_PAGES = 10;

const ask = (address) => fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });

export class LiveList {
  constructor(element, socket) {
    this.element = element;
    this.list = element.querySelector("[data-rows]");
    this.camera = element.dataset.onlyCamera ?? "";
    this.cursor = element.dataset.cursor;
    this.held = null;
    this.spokenAt = 0;
    socket.addEventListener("open", () => this.catchUp());
    socket.addEventListener("message", ({ detail }) => this.told(detail));
    element.querySelector("[data-pause-rows]")?.addEventListener("click", (event) => this.togglePause(event.currentTarget));
  }

  told(message) {
    if (message.type === "detection.new" || message.type === "detection.updated") this.take(message.detection);
    if (message.type === "detection.removed") this.remove(message);
    if (message.type === "status" && message.latest && message.latest > this.cursor) this.catchUp();
  }

  take(detection) {
    if (detection.updated_at > this.cursor) this.cursor = detection.updated_at;
    if (this.camera && String(detection.camera.id) !== this.camera) return;
    if (this.held) { this.held.set(detection.id, detection); this.showHeld(); return; }
    this.show(detection);
  }

  show(detection) {
    const known = this.list.querySelector(`[data-id="${detection.id}"]`);
    if (known?.dataset.updated >= detection.updated_at) return;
    if (known) { fillRow(known, detection); this.flash(known, "changed"); return; }
    const row = makeRow(detection);
    const before = [...this.list.children].find((other) => other.dataset.seen <= detection.first_seen);
    this.list.insertBefore(row, before ?? null);
    this.flash(row, "fresh");
    while (this.list.children.length > MOST_ROWS) this.list.lastElementChild.remove();
    this.element.querySelector("[data-no-rows]").hidden = true;
    this.speak(detection);
  }

  /** The row went up in another of the same visit, which is told by itself, or was erased. */
  remove(message) {
    this.held?.delete(message.id);
    this.list.querySelector(`[data-id="${message.id}"]`)?.remove();
  }

  flash(row, how) {
    row.toggleAttribute(`data-${how}`, true);
    row.addEventListener("animationend", () => row.removeAttribute(`data-${how}`), { once: true });
  }

  /** Screen readers hear the newest plate, not every one of a rush. */
  speak(detection) {
    if (performance.now() - this.spokenAt < SPOKEN_EVERY) return;
    this.spokenAt = performance.now();
    const plate = detection.plate_text || gettext("a vehicle without a readable plate");
    this.element.querySelector("[data-spoken]").textContent = interpolate(gettext("%(plate)s at %(camera)s"), { plate, camera: detection.camera.name }, true);
  }

  /** One at a time; asked again while it runs, it runs once more. */
  async catchUp() {
    if (this.catching) { this.again = true; return; }
    this.catching = true;
    do {
      this.again = false;
      const done = await this.fetchMissed() && await this.dropGone();
      this.element.querySelector("[data-rows-error]").hidden = done;
    } while (this.again);
    this.catching = false;
  }

  async fetchMissed() {
    const since = new Date(new Date(this.cursor).getTime() - OVERLAP).toISOString();
    let pages = 0;
    let address = `/api/v1/detections/?updated_after=${encodeURIComponent(since)}`;
    try {
      while (address) {
        const answer = await ask(address);
        if (answer.status === 401 || answer.status === 403) { location.reload(); return false; }
        if (!answer.ok) return false;
        pages += 1;
        if (pages > MOST_PAGES) { location.reload(); return false; }  // a weekend's rows one by one would take longer
        const page = await answer.json();
        page.results.forEach((detection) => this.take(detection));
        address = page.next;
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Rows that went up in another, or were erased, while nobody could tell this page. */
  async dropGone() {
    const ids = [...[...this.list.children].map((row) => row.dataset.id), ...(this.held?.keys() ?? [])];
    if (!ids.length) return true;
    try {
      const answer = await ask(`/api/v1/detections/?limit=500&ids=${ids.join(",")}`);
      if (!answer.ok) return false;
      const there = new Set((await answer.json()).results.map((detection) => String(detection.id)));
      ids.filter((id) => !there.has(String(id))).forEach((id) => this.remove({ id: Number(id) }));
      return true;
    } catch {
      return false;
    }
  }

  togglePause(button) {
    const paused = this.held === null;
    const waiting = this.held;
    this.held = paused ? new Map() : null;
    button.setAttribute("aria-pressed", String(paused));
    this.showHeld();
    waiting?.forEach((detection) => this.show(detection));
  }

  showHeld() {
    const count = this.held?.size ?? 0;
    const place = this.element.querySelector("[data-held]");
    place.hidden = !count;
    place.textContent = interpolate(ngettext("%s new", "%s new", count), [count]);
  }
}
