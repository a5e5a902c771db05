// Measures the server's time over the live socket and shows it in the navigation.
import { serverClock } from "./clock.js";

const BURST = 5;
const BURST_PAUSE = 250;
const PAUSE = 10000;

export function keepClock(socket) {
  let asked = 0;
  let timer = null;
  const ask = () => {
    clearTimeout(timer);
    if (!socket.send({ type: "clock", sent: performance.now() })) return;
    asked += 1;
    timer = setTimeout(ask, asked < BURST ? BURST_PAUSE : PAUSE);
  };
  socket.addEventListener("open", () => { asked = 0; ask(); });
  socket.addEventListener("message", ({ detail }) => {
    if (detail.type === "clock") serverClock.add({ ...detail, arrived: performance.now() });
  });
  const element = document.querySelector("[data-clock]");
  if (element) showEverySecond(element);
}

function showEverySecond(element) {
  const language = document.documentElement.lang;
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const zone = new Intl.DateTimeFormat(language, { timeZoneName: "short" });
  const show = () => {
    const now = serverClock.now();
    element.querySelector("[data-clock-time]").textContent = time.format(now);
    element.querySelector("[data-clock-zone]").textContent = zone.formatToParts(now).find((part) => part.type === "timeZoneName").value;
    for (const note of document.querySelectorAll("[data-clock-note]")) note.textContent = describe();
    element.title = describe();
    setTimeout(show, 1000 - (serverClock.now() % 1000) + 5);
  };
  show();
}

function describe() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!serverClock.isSet) return interpolate(gettext("This device's own time, %(zone)s; the server has not answered yet."), { zone }, true);
  const offset = serverClock.offset();
  const values = {
    zone,
    offset: `${offset < 0 ? "−" : "+"}${Math.abs(offset).toFixed(0)}`,
    half: (serverClock.roundTrip / 2).toFixed(1),
    trip: serverClock.roundTrip.toFixed(1),
    drift: (serverClock.drift * 1e6).toFixed(0),
  };
  return interpolate(
    gettext("Server time, %(zone)s. Server minus this device: %(offset)s ± %(half)s ms; round trip %(trip)s ms; drift %(drift)s ppm."),
    values, true,
  );
}
