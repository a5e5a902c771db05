// Says that the connection is lost, since when, why, and when it is tried again.
import { duration } from "./times.js";

export function keepBanner(socket) {
  const banner = document.querySelector("[data-link-banner]");
  if (!banner) return;
  const text = banner.querySelector("[data-link-text]");
  let why = "";
  let timer = null;
  const say = () => {
    const wait = socket.retryAt === null ? 0 : Math.max(0, Math.ceil((socket.retryAt - Date.now()) / 1000));
    const next = wait ? interpolate(gettext("trying again in %s s"), [wait]) : gettext("reconnecting…");
    const lost = interpolate(gettext("Not live: disconnected for %s"), [duration(Date.now() - socket.lostSince)]);
    text.textContent = [lost, why, next].filter(Boolean).join(" · ");
    banner.dataset.level = Date.now() - socket.lostSince < 5000 ? "wait" : "lost";
    banner.hidden = false;
  };
  banner.querySelector("button").addEventListener("click", () => socket.retryNow());
  socket.addEventListener("lost", async () => {
    clearInterval(timer);
    timer = setInterval(() => { if (socket.lostSince !== null) say(); }, 500);
    why = await reason();
  });
  socket.addEventListener("back", () => { clearInterval(timer); banner.hidden = true; why = ""; });
}

/** What the server's own health report blames, in words. */
async function reason() {
  try {
    const health = await (await fetch("/health", { cache: "no-store", headers: { Accept: "application/json" } })).json();
    if (health.database !== "ok") return gettext("the database is away; nothing is lost, it is written when it returns");
    if (health.cache !== "ok") return gettext("the message service is away");
    return "";
  } catch {
    return navigator.onLine ? gettext("the server does not answer") : gettext("this device is offline");
  }
}
