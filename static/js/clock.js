// The server's time on this page: offset and round trip measured as NTP does, drift of the device's clock corrected.
const KEPT = 64;
const OLDEST = 15 * 60 * 1000;
const DRIFT_SPAN = 60 * 1000;
const MOST_DRIFT = 500e-6;

/** Times are milliseconds; `local` is monotonic (performance.now), `server` is since the epoch. */
export class ServerClock {
  constructor(monotonic = () => performance.now()) {
    this.monotonic = monotonic;
    this.samples = [];
    this.reference = 0;
    this.base = Date.now() - monotonic();
    this.drift = 0;
    this.roundTrip = null;
  }

  get isSet() { return this.samples.length > 0; }

  /** Now, as the server would say it. */
  now() { return this.at(this.monotonic()); }

  at(local) { return local + this.base + this.drift * (local - this.reference); }

  /** How far the device's own clock is behind the server's. */
  offset() { return this.now() - Date.now(); }

  /** One exchange: sent and arrived by our clock, received and answered by the server's. */
  add({ sent, received, answered, arrived }) {
    const sample = {
      local: (sent + arrived) / 2,
      base: (received - sent + (answered - arrived)) / 2,
      roundTrip: Math.max(0, arrived - sent - (answered - received)),
    };
    if (this.isSet && Math.abs(sample.local + sample.base - this.at(sample.local)) > sample.roundTrip + 250) this.samples = [];
    this.samples = [...this.samples, sample].filter((kept) => sample.local - kept.local < OLDEST).slice(-KEPT);
    this.fit();
  }

  /** The exchanges with the shortest ways decide; over a minute or more they also show the drift. */
  fit() {
    const shortest = Math.min(...this.samples.map((sample) => sample.roundTrip));
    const good = this.samples.filter((sample) => sample.roundTrip <= shortest * 1.5 + 2);
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    this.reference = mean(good.map((sample) => sample.local));
    this.base = mean(good.map((sample) => sample.base));
    this.roundTrip = shortest;
    this.drift = 0;
    if (good.length < 4 || good.at(-1).local - good[0].local < DRIFT_SPAN) return;
    const spread = mean(good.map((sample) => (sample.local - this.reference) ** 2));
    const shared = mean(good.map((sample) => (sample.local - this.reference) * (sample.base - this.base)));
    this.drift = Math.max(-MOST_DRIFT, Math.min(MOST_DRIFT, shared / spread));
  }
}

export const serverClock = new ServerClock();
