// Shows each <time datetime> in the viewer's own zone and language, and how long ago it was.
import { serverClock } from "./clock.js";

const language = document.documentElement.lang || undefined;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const clockTime = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const dayTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });
const exact = new Intl.DateTimeFormat(language, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
  fractionalSecondDigits: 1, timeZoneName: "short", hourCycle: "h23",
});

/** "12 sec. ago" within an hour, the time of day today, else day and time. */
export function ago(date) {
  const seconds = Math.max(0, (serverClock.now() - date.getTime()) / 1000);
  if (seconds < 60) return relative.format(-Math.round(seconds), "second");
  if (seconds < 3600) return relative.format(-Math.floor(seconds / 60), "minute");
  const today = new Date(serverClock.now()).toDateString() === date.toDateString();
  return (today ? clockTime : dayTime).format(date);
}

export function showTime(element) {
  const date = new Date(element.dateTime);
  if (Number.isNaN(date.getTime())) return;
  element.textContent = element.dataset.time === "exact" ? exact.format(date) : ago(date);
  element.title = exact.format(date);
}

export function keepTimes() {
  document.cookie = `timezone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; samesite=lax`;
  const showAll = () => document.querySelectorAll("time[data-time]").forEach(showTime);
  showAll();
  setInterval(() => { if (!document.hidden) showAll(); }, 2000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) showAll(); });
}

/** 12.3 s, 4 min: the age of a picture or of a connection. */
export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 10) return interpolate(gettext("%s s"), [seconds.toFixed(1)]);
  if (seconds < 120) return interpolate(gettext("%s s"), [Math.round(seconds)]);
  if (seconds < 7200) return interpolate(gettext("%s min"), [Math.floor(seconds / 60)]);
  return interpolate(gettext("%s h"), [Math.floor(seconds / 3600)]);
}
