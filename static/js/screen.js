// One camera's picture on the page: painted, with its age and rate; greyed and dated once it is older than 5 s.
import { serverClock } from "./clock.js";
import { duration } from "./times.js";

const STALE = 5000;

export class Screen {
  constructor(element) {
    this.frame = element.querySelector(".screen");
    this.canvas = element.querySelector("canvas");
    this.note = element.querySelector("[data-note]");
    this.noteAge = element.querySelector("[data-note-age]");
    this.fps = element.querySelector("[data-fps]");
    this.age = element.querySelector("[data-age]");
    this.size = element.querySelector("[data-size]");
    this.capturedAt = null;
  }

  async paint(header, jpeg) {
    const picture = await createImageBitmap(jpeg).catch(() => null);
    if (picture === null) return;
    await new Promise((resolve) => {
      requestAnimationFrame(resolve);
      setTimeout(resolve, 200);
    });
    if (this.canvas.width !== picture.width || this.canvas.height !== picture.height) {
      this.canvas.width = picture.width;
      this.canvas.height = picture.height;
    }
    this.canvas.getContext("2d").drawImage(picture, 0, 0);
    picture.close();
    this.capturedAt = header.captured_at * 1000;
    this.canvas.dataset.index = header.index;
    if (this.fps) this.fps.textContent = interpolate(gettext("%s fps"), [header.fps.toFixed(header.fps < 10 ? 1 : 0)]);
    if (this.size) this.size.textContent = `${header.width} × ${header.height}`;
    this.tick();
  }

  /** The server has no newer picture. */
  missing() { this.tick(); }

  tick() {
    if (this.capturedAt === null) return;
    const age = serverClock.now() - this.capturedAt;
    const stale = age > STALE;
    this.frame.removeAttribute("data-empty");
    this.frame.toggleAttribute("data-stale", stale);
    this.note.hidden = !stale;
    if (stale) this.noteAge.textContent = interpolate(gettext("This picture is %s old"), [duration(age)]);
    if (this.age) this.age.textContent = interpolate(gettext("picture %s old"), [duration(age)]);
    if (stale && this.fps) this.fps.textContent = "";
  }
}
