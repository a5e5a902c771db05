// The navigation as a status display: cameras, viewers and overall health as the live socket tells them.
import { showTime } from "./times.js";
import { word } from "./words.js";

const PAUSE = 10000;
const FIGURES = ["capture_fps", "recognize_fps", "dropped_frames", "reconnects", "memory_mb", "cpu_percent"];
const TAB = String(Math.random()).slice(2);

export function keepStatus(socket) {
  const report = () => socket.send({ type: "here", tab: TAB, page: location.pathname, hidden: document.hidden, language: document.documentElement.lang });
  socket.addEventListener("open", report);
  document.addEventListener("visibilitychange", report);
  setInterval(report, PAUSE);
  socket.addEventListener("lost", () => showHealth({ state: "offline", words: gettext("Disconnected") }));
  socket.addEventListener("message", ({ detail }) => {
    if (detail.type === "status") { showHealth(detail.health); detail.cameras.forEach(showCamera); if (detail.viewers) showViewers(detail.viewers); }
    if (detail.type === "camera.health") showCamera(detail.camera);
    if (detail.type === "viewers" && detail.viewers) showViewers(detail.viewers);
  });
}

function showHealth({ state, words }) {
  for (const dot of document.querySelectorAll("[data-health-dot]")) dot.dataset.state = state;
  for (const place of document.querySelectorAll("[data-health-words]")) place.textContent = words;
}

function showCamera(camera) {
  for (const place of document.querySelectorAll(`[data-camera-state="${camera.id}"]`)) {
    place.querySelector(".dot").dataset.state = camera.state;
    place.querySelector("[data-words]").textContent = word(camera.state);
    const reason = place.querySelector("[data-reason]");
    if (reason) { reason.textContent = camera.reason; reason.hidden = !camera.reason; }
    const seen = place.querySelector("time[data-last-frame]");
    if (seen && camera.last_frame_at) { seen.dateTime = camera.last_frame_at; showTime(seen); }
    for (const name of FIGURES) {
      const figure = place.querySelector(`[data-figure="${name}"]`);
      if (figure && camera[name] !== undefined) figure.textContent = Number(camera[name]).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
    }
  }
}

function showViewers(viewers) {
  for (const place of document.querySelectorAll("[data-viewers-count]")) place.textContent = viewers.length;
  for (const label of document.querySelectorAll("[data-viewers-label]")) {
    label.textContent = interpolate(ngettext("%s viewer now", "%s viewers now", viewers.length), [viewers.length]);
  }
  for (const list of document.querySelectorAll("[data-viewers-list]")) {
    list.replaceChildren(...viewers.map(({ user, page }) => {
      const item = document.createElement("li");
      item.className = "status-item";
      const where = document.createElement("span");
      where.className = "end";
      where.textContent = page;
      item.append(user, where);
      return item;
    }));
  }
}
