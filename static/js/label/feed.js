// The samples of this page: loaded ahead, answered in the background, tried again while the server is away.
const PAUSES = [1000, 2000, 4000, 8000];
/** 32 hexadecimal digits; `randomUUID` is there on secure pages only. */
export const newName = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The server's "no": `errors` are words by field. */
export class Refusal extends Error {
  constructor(errors, status) {
    super(Object.values(errors).join(" "));
    Object.assign(this, { errors, status });
  }
}

/** `onState` is told how many answers are on their way, how many samples are ready, and whether the server is away. */
export class Feed {
  constructor({ addresses, token, onState }) {
    Object.assign(this, { addresses, token, onState, order: "uncertain", camera: null, wanted: null });
    this.tab = newName();
    this.ready = [];
    this.sent = new Set();
    this.current = null;
    this.chain = Promise.resolve();
    this.filling = null;
    this.figures = { left: null, skipped: 0, done_today: 0 };
    this.away = false;
  }

  /** One request; raises `Refusal`. While nobody answers it is tried again, for an answer must not be lost. */
  async post(what, data, { keepalive = false } = {}) {
    for (let turn = 0; ; turn += 1) {
      try {
        const response = await fetch(this.addresses[what], {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
          body: JSON.stringify({ tab: this.tab, ...data }),
          redirect: "manual",
          keepalive,
        });
        if (response.type === "opaqueredirect") throw new Refusal({ "": gettext("You are signed out; sign in again in another tab.") }, 401);
        if (response.status >= 500) throw new TypeError(`status ${response.status}`);
        this.note(false);
        const said = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
        if (!response.ok) throw new Refusal(said.errors ?? { "": said.detail ?? gettext("The server refused this.") }, response.status);
        return said;
      } catch (error) {
        if (error instanceof Refusal || keepalive) throw error;
        this.note(true);
        await wait(PAUSES[Math.min(turn, PAUSES.length - 1)]);
      }
    }
  }

  note(away) {
    this.away = away;
    this.onState({ away, unsent: this.sent.size, ready: this.ready.filter((sample) => "bitmap" in sample).length });
  }

  held() { return [this.current, ...this.ready].filter(Boolean).map((sample) => sample.id); }

  /** Loads ahead; one request at a time. */
  fill() {
    this.filling ??= this.load().finally(() => { this.filling = null; });
    return this.filling;
  }

  async load() {
    const { order, camera } = this;
    const data = { order, camera, sample: this.wanted, have: this.held(), sent: [...this.sent] };
    this.wanted = null;
    const said = await this.post("next", data);
    if (order !== this.order || camera !== this.camera) return;
    this.figures = { left: said.left, skipped: said.skipped, done_today: said.done_today };
    const known = new Set([...this.held(), ...this.sent]);
    for (const sample of said.samples) if (!known.has(sample.id)) this.ready.push(this.prepare(sample));
  }

  /** The picture is fetched and decoded before it is needed. */
  prepare(sample) {
    const address = sample.pictures.frame ?? sample.pictures.vehicle_picture ?? sample.pictures.plate_picture;
    sample.canMove = Boolean(sample.pictures.frame);
    sample.picture = (address ? fetch(address) : Promise.reject(new Error("no picture")))
      .then((response) => (response.ok ? response.blob() : Promise.reject(new Error(`status ${response.status}`))))
      .then((blob) => createImageBitmap(blob))
      .then((bitmap) => {
        sample.bitmap = bitmap;
        if (!sample.canMove || !sample.width) [sample.width, sample.height] = [bitmap.width, bitmap.height];
      })
      .catch(() => { sample.bitmap = null; sample.canMove = false; })
      .then(() => this.note(this.away));
    return sample;
  }

  /** The next sample, at once if one is ready; null when none is left. */
  async next() {
    this.current = null;
    if (!this.ready.length) {
      await this.chain.catch(() => {});
      await this.fill();
      if (!this.ready.length) await this.fill();
    }
    this.current = this.ready.shift() ?? null;
    if (this.current && !("bitmap" in this.current)) await this.current.picture;
    this.note(this.away);
    return this.current;
  }

  /** Sends in order, in the background, under a name that lets the server know it again; the promise tells what came of it. */
  send(answer) {
    const batch = newName();
    this.sent.add(answer.sample);
    this.note(this.away);
    const sending = this.chain.catch(() => {}).then(() => this.post("answer", { ...answer, batch })).finally(() => {
      this.sent.delete(answer.sample);
      this.note(this.away);
    });
    this.chain = sending;
    return sending;
  }

  /** Takes an answer back; gives the sample that is to be shown again. */
  async undo() {
    await this.chain.catch(() => {});
    const said = await this.post("undo", {});
    const [sample] = said.samples.map((found) => this.prepare(found));
    if (sample) {
      this.ready = this.ready.filter((other) => other.id !== sample.id);
      await sample.picture;
    }
    return { sample, count: said.count };
  }

  /** Puts a sample back before all others. */
  comeBack(sample) { if (sample) this.ready.unshift(sample); }

  async restart(order, camera) {
    Object.assign(this, { order, camera, ready: [], current: null });
    await this.chain.catch(() => {});
    await this.filling?.catch(() => {});
    this.ready = [];
    await this.post("release", {});
  }

  leave() { this.post("release", {}, { keepalive: true }).catch(() => {}); }

  renew() { this.post("renew", {}).catch(() => {}); }
}
