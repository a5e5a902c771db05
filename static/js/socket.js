// A WebSocket that comes back by itself: growing pauses with jitter, at once when the network or the page returns.
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;
const SILENCE = 30000;
const REFUSED = 4401;

/** Events: `open`, `back` (after a loss), `message` (detail: object), `binary` (detail: ArrayBuffer), `lost` (detail: {since, retryAt, code}). */
export class Socket extends EventTarget {
  constructor(path) {
    super();
    this.url = new URL(path, location.href);
    this.url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.failures = 0;
    this.lostSince = null;
    this.retryAt = null;
    this.left = false;
    window.addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { this.heardAt = performance.now(); this.retryNow(); } });
    window.addEventListener("pagehide", () => { this.left = true; if (this.isOpen) this.socket.close(); });
    window.addEventListener("pageshow", (event) => { if (event.persisted) { this.left = false; this.connect(); } });
    setInterval(() => this.watch(), 5000);
  }

  get isOpen() { return this.socket?.readyState === WebSocket.OPEN; }

  connect() {
    clearTimeout(this.timer);
    this.retryAt = null;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", (event) => this.received(event.data));
    socket.addEventListener("close", (event) => { if (socket === this.socket) this.closed(event); });
  }

  opened() {
    this.heardAt = performance.now();
    this.dispatchEvent(new Event("open"));
  }

  /** Only what the server says proves that it is back: one whose own services are away accepts and hangs up. */
  received(data) {
    this.heardAt = performance.now();
    if (this.failures) {
      this.failures = 0;
      this.lostSince = null;
      this.dispatchEvent(new Event("back"));
    }
    const [type, detail] = typeof data === "string" ? ["message", JSON.parse(data)] : ["binary", data];
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  closed(event) {
    if (this.left) return;
    if (event.code === REFUSED) { location.reload(); return; }
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.failures) * (0.5 + Math.random() / 2);
    this.failures += 1;
    this.lostSince ??= Date.now();
    this.retryAt = Date.now() + pause;
    this.timer = setTimeout(() => this.connect(), pause);
    this.dispatchEvent(new CustomEvent("lost", { detail: { since: this.lostSince, retryAt: this.retryAt, code: event.code } }));
  }

  /** Does not wait for the pause to end. */
  retryNow() {
    if (this.retryAt !== null && !this.left) this.connect();
  }

  /** A connection that has gone silent is a lost one, though the browser has not noticed: let it go. */
  watch() {
    if (!this.isOpen || !this.expectsAnswer || document.hidden || performance.now() - this.heardAt < SILENCE) return;
    const silent = this.socket;
    this.socket = null;
    silent.close();
    this.closed({ code: 1006 });
  }

  send(message) {
    if (!this.isOpen) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }
}
