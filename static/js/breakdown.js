// Takes a camera's newest look apart as it happens: asks for the next when the last is shown, and only while it is seen.
import { serverClock } from "./clock.js";
import { markPlates } from "./plate.js";
import { Socket } from "./socket.js";
import { duration } from "./times.js";

const STUCK = 8000;
const PAUSE = 400;

class Breakdown {
  constructor(element) {
    this.camera = element.dataset.breakdown;
    this.place = element.querySelector("[data-look]");
    this.empty = element.querySelector("[data-look-empty]");
    this.age = document.querySelector("[data-look-age]");
    this.button = document.querySelector("[data-look-hold]");
    this.held = false;
    this.after = null;
    this.askedAt = null;
    this.socket = new Socket(`/ws/breakdown/?language=${encodeURIComponent(document.documentElement.lang)}`);
    this.socket.addEventListener("open", () => { this.askedAt = null; this.after = null; this.ask(); });
    this.socket.addEventListener("message", ({ detail }) => this.told(detail));
    document.addEventListener("visibilitychange", () => this.ask());
    this.button.addEventListener("click", () => this.toggle());
    setInterval(() => { this.ask(); this.tick(); }, 500);
    this.socket.connect();
  }

  ask() {
    const waits = this.askedAt !== null && performance.now() - this.askedAt < STUCK;
    if (waits || this.held || document.hidden) return;
    if (this.socket.send({ next: this.camera, after: this.after })) this.askedAt = performance.now();
  }

  told(message) {
    if (!message.none) {
      this.after = message.index;
      if (!this.held) this.show(message);
    }
    setTimeout(() => { this.askedAt = null; this.ask(); }, PAUSE);
  }

  show(message) {
    this.capturedAt = message.captured_at * 1000;
    this.took = (message.explained_at - message.captured_at) * 1000;
    this.place.innerHTML = message.html;
    this.place.hidden = false;
    this.place.dataset.index = message.index;
    this.empty.hidden = true;
    markPlates();
    this.tick();
  }

  toggle() {
    this.held = !this.held;
    this.button.setAttribute("aria-pressed", String(this.held));
    this.ask();
  }

  tick() {
    if (!this.capturedAt) return;
    const age = duration(serverClock.now() - this.capturedAt);
    this.age.textContent = interpolate(gettext("%(age)s ago, read %(took)s ms after the camera saw it"), { age, took: Math.round(this.took) }, true);
  }
}

for (const element of document.querySelectorAll("[data-breakdown]")) new Breakdown(element);
