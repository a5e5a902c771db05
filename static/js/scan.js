// The phone page: pictures of the device's camera go to the server one by one; plates come back and are drawn and said.
import { Announcer } from "./scan_announcer.js";
import { Camera, CameraError } from "./scan_camera.js";
import { drawFrame } from "./scan_drawing.js";
import { Reads } from "./scan_reads.js";
import { Socket } from "./socket.js";

const LEAST_PAUSE = 100;
const STUCK = 10000;
const TOO_MANY = 4429;

class ScanPage {
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-${name}]`);
    this.overlay = this.part("overlay");
    this.camera = new Camera(this.part("video"));
    this.announcer = new Announcer(this.part("hit"), this.part("voice"), this.part("shake"));
    this.reads = new Reads(root);
    this.words = { title: this.part("note-title").textContent, text: this.part("note-words").textContent };
    this.socket = null;
    this.sentAt = null;
    this.times = [];
    for (const name of ["voice", "shake", "region"]) remember(this.part(name), `scan-${name}`);
    this.part("start").addEventListener("click", () => this.start());
    this.part("stop").addEventListener("click", () => this.stop());
    this.part("switch").addEventListener("click", () => this.switchCamera());
    this.part("region").addEventListener("change", () => this.sendOptions());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { this.keepAwake(); this.sendFrame(); } });
    setInterval(() => this.watch(), 1000);
    this.offerInstallation();
  }

  get isOn() { return this.root.dataset.state === "running" || this.root.dataset.state === "waiting"; }

  async start() {
    this.announcer.wake();
    this.part("start").disabled = true;
    try {
      await this.camera.open();
    } catch (error) {
      if (!(error instanceof CameraError)) throw error;
      this.note(error.title, error.message);
      return;
    } finally {
      this.part("start").disabled = false;
    }
    this.show("waiting", gettext("Connecting…"), "");
    this.part("stop").hidden = false;
    this.part("switch").hidden = this.camera.count < 2;
    this.keepAwake();
    this.connect();
  }

  connect() {
    if (this.socket !== null) { this.sendOptions(); return; }
    this.socket = new Socket("/ws/recognize/");
    this.socket.addEventListener("message", ({ detail }) => this.heard(detail));
    this.socket.addEventListener("open", () => this.sendOptions());
    this.socket.addEventListener("lost", ({ detail }) => {
      this.sentAt = null;
      if (!this.isOn) return;
      if (detail.code === TOO_MANY) this.show("waiting", gettext("Too many phones scan at once"), gettext("Waiting for a free place."));
      else this.show("waiting", gettext("The connection is lost"), gettext("Trying again; pictures are not kept."));
    });
    this.socket.connect();
  }

  sendOptions() {
    this.socket?.send({ type: "options", region: this.part("region").value });
  }

  heard(message) {
    if (message.type === "ready") { this.sentAt = null; this.sendFrame(); }
    else if (message.type === "frame") this.answered(message);
    else if (message.type === "read" && message.text) this.read(message);
    else if (message.type === "error") this.show("waiting", gettext("The server cannot read plates now"), String(message.detail));
  }

  answered(answer) {
    if (!this.isOn) return;
    const now = performance.now();
    this.show("running");
    drawFrame(this.overlay, this.camera.video, answer);
    this.overlay.dataset.index = answer.index;
    this.overlay.dataset.plates = (answer.plates ?? []).map((plate) => plate.voted || plate.text).filter(Boolean).join(" ");
    this.tellPace(now);
    const pause = Math.max(0, LEAST_PAUSE - (now - this.sentAt));
    this.sentAt = null;
    setTimeout(() => this.sendFrame(), pause);
  }

  /** One picture is on its way at a time: a slow network sends fewer, never older ones. */
  async sendFrame() {
    if (!this.isOn || this.sentAt !== null || document.hidden || !this.socket?.isOpen) return;
    this.sentAt = performance.now();
    const picture = await this.camera.picture();
    if (picture === null || !this.socket.isOpen) { this.sentAt = null; return; }
    this.socket.socket.send(picture);
  }

  watch() {
    if (this.sentAt !== null && performance.now() - this.sentAt > STUCK) this.sentAt = null;
    this.sendFrame();
  }

  read(told) {
    this.reads.add(told);
    if (told.match) this.announcer.tell(told);
  }

  tellPace(now) {
    this.times = [...this.times.filter((time) => now - time < 3000), now];
    const pace = this.part("pace");
    pace.hidden = this.times.length < 3;
    const rate = (this.times.length - 1) * 1000 / Math.max(1, now - this.times[0]);
    pace.textContent = interpolate(gettext("%s pictures a second"), [rate.toFixed(1)]);
  }

  async switchCamera() {
    try {
      await this.camera.next();
    } catch (error) {
      if (!(error instanceof CameraError)) throw error;
      this.stop();
      this.note(error.title, error.message);
    }
  }

  stop() {
    this.camera.close();
    this.socket?.send({ type: "end" });
    this.lock?.release();
    this.part("stop").hidden = this.part("switch").hidden = this.part("pace").hidden = true;
    this.overlay.getContext("2d").clearRect(0, 0, this.overlay.width, this.overlay.height);
    this.note(this.words.title, this.words.text);
  }

  note(title, text) { this.show("idle", title, text); }

  show(state, title, text) {
    this.root.dataset.state = state;
    if (title === undefined || this.part("note-title").textContent === title) return;
    this.part("note-title").textContent = title;
    this.part("note-words").textContent = text;
  }

  /** The screen stays on while the camera does, where the browser can do that. */
  async keepAwake() {
    if (this.isOn && "wakeLock" in navigator) this.lock = await navigator.wakeLock.request("screen").catch(() => null);
  }

  offerInstallation() {
    if ("serviceWorker" in navigator) navigator.serviceWorker.register(this.root.dataset.worker).catch(() => null);
    const button = this.part("install");
    window.addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      button.hidden = false;
      button.addEventListener("click", () => { button.hidden = true; event.prompt(); }, { once: true });
    });
  }
}

/** A choice of this device, kept for the next time. */
function remember(field, key) {
  const property = field.type === "checkbox" ? "checked" : "value";
  const kept = localStorage.getItem(key);
  if (kept !== null) field[property] = JSON.parse(kept);
  field.addEventListener("change", () => localStorage.setItem(key, JSON.stringify(field[property])));
}

new ScanPage(document.querySelector("[data-scan]"));
