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
  socket.addEventListener("lost", () => { showHealth({ state: "offline", words: gettext("Disconnected") }); forgetCameras(); });
  socket.addEventListener("message", ({ detail }) => {
    if (detail.type === "status") showStatus(detail);
    if (detail.type === "camera.health") showCamera(detail.camera);
    if (detail.type === "viewers" && detail.viewers) showViewers(detail.viewers);
  });
}

/** Without viewers nothing is known but the health: the database is away. */
function showStatus({ health, cameras, viewers }) {
  showHealth(health);
  if (!viewers) { forgetCameras(); return; }
  cameras.forEach(showCamera);
  showViewers(viewers);
  keepCameras(cameras);
}

function showHealth({ state, words }) {
  for (const dot of document.querySelectorAll("[data-health-dot]")) dot.dataset.state = state;
  for (const place of document.querySelectorAll("[data-health-words]")) place.textContent = words;
}

/** What is no longer told is not shown as if it were true; the next status says it again. */
function forgetCameras() {
  for (const { dataset } of document.querySelectorAll("[data-nav-camera]")) {
    for (const place of document.querySelectorAll(`[data-camera-state="${dataset.cameraState}"]`)) {
      place.querySelector(".dot").dataset.state = "unknown";
      place.querySelector("[data-words]").textContent = gettext("not known");
    }
  }
}

/** A camera was added, taken away, or switched on or off: a live page is made anew, others leave out what is gone. */
function keepCameras(cameras) {
  const running = new Set(cameras.map(({ id }) => String(id)));
  const shown = [...document.querySelectorAll("[data-nav-camera]")];
  const gone = shown.filter(({ dataset }) => !running.has(dataset.cameraState));
  if (!gone.length && running.size === shown.length) return;
  if (document.querySelector("[data-live-list]")) location.reload();
  else gone.forEach(({ dataset }) => document.querySelectorAll(`nav [data-camera-state="${dataset.cameraState}"]`).forEach((item) => item.remove()));
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
