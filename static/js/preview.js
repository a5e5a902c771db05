// Pulls the pictures of cameras over one WebSocket: the next is asked for when the last was painted.
import { Socket } from "./socket.js";
import { Screen } from "./screen.js";

const STUCK = 8000;
const NOTHING_PAUSE = 250;

/** One camera on the page; `pause` is the milliseconds between two pictures, 0 for all there are. */
class Feed {
  constructor(element, socket) {
    this.camera = element.dataset.camera;
    this.pause = Number(element.dataset.pause);
    this.socket = socket;
    this.screen = new Screen(element);
    this.after = null;
    this.askedAt = null;
    this.dueAt = 0;
    this.isVisible = true;
    new IntersectionObserver((entries) => { this.isVisible = entries.at(-1).isIntersecting; this.ask(); }).observe(element);
  }

  restart() { this.after = null; this.askedAt = null; this.ask(); }

  ask() {
    const now = performance.now();
    const waits = this.askedAt !== null && now - this.askedAt < STUCK;
    if (waits || now < this.dueAt - 5 || !this.isVisible || document.hidden) return;
    if (this.socket.send({ next: this.camera, after: this.after })) this.askedAt = now;
  }

  async answered(header, jpeg) {
    if (header.none) this.screen.missing();
    else {
      this.after = header.index;
      await this.screen.paint(header, jpeg);
    }
    const now = performance.now();
    this.dueAt = header.none ? now + NOTHING_PAUSE : this.askedAt + this.pause;
    this.askedAt = null;
    if (this.dueAt > now) setTimeout(() => this.ask(), this.dueAt - now);
    else this.ask();
  }
}

/** 4 bytes: length of the header; the header as JSON; the JPEG, if there is a picture. */
export function parse(buffer) {
  const length = new DataView(buffer).getUint32(0);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  return [header, new Blob([new Uint8Array(buffer, 4 + length)], { type: "image/jpeg" })];
}

export function showPreviews(path) {
  const elements = [...document.querySelectorAll("[data-camera][data-pause]")];
  if (!elements.length) return;
  const socket = new Socket(path);
  const feeds = new Map(elements.map((element) => [element.dataset.camera, new Feed(element, socket)]));
  const askAll = () => { for (const feed of feeds.values()) feed.ask(); };
  socket.addEventListener("open", () => { for (const feed of feeds.values()) feed.restart(); });
  socket.addEventListener("binary", ({ detail }) => {
    const [header, jpeg] = parse(detail);
    feeds.get(String(header.camera))?.answered(header, jpeg);
  });
  document.addEventListener("visibilitychange", askAll);
  setInterval(() => { askAll(); for (const feed of feeds.values()) feed.screen.tick(); }, 500);
  socket.connect();
}
