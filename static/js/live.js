// Every page: one live socket that keeps clock, status display, banner, and the page's live list; and its pictures.
import { keepBanner } from "./banner.js";
import { keepClock } from "./clock_display.js";
import { LiveList } from "./detections.js";
import { markPlates } from "./plate.js";
import { showPreviews } from "./preview.js";
import { Socket } from "./socket.js";
import { keepStatus } from "./status.js";
import { keepTimes } from "./times.js";

const socket = new Socket("/ws/live/");
socket.expectsAnswer = true;
keepBanner(socket);
keepClock(socket);
keepStatus(socket);
for (const element of document.querySelectorAll("[data-live-list]")) new LiveList(element, socket);
markPlates();
keepTimes();
showPreviews("/ws/preview/");
socket.connect();
