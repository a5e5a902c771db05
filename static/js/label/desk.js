// The labeling page: one key is one verdict and the next sample.
import { showTime } from "../times.js";
import { isKnown, word } from "../words.js";
import { Combobox } from "./combobox.js";
import { Feed, Refusal } from "./feed.js";
import { PlateField } from "./plate_field.js";
import { drawRectified } from "./rectify.js";
import { Stage, STEP } from "./stage.js";

const root = document.querySelector("[data-desk]");
const part = (name) => root.querySelector(`[data-${name}]`);
const VIEWS = ["vehicle", "plate", "whole"];
const VERDICTS = { w: "wrong", u: "unreadable", n: "not_a_plate", s: "skipped" };
const RENEW_EVERY = 3 * 60 * 1000;
const SAID = {
  right: gettext("Saved: %(text)s"), wrong: gettext("Saved: wrong"), unreadable: gettext("Saved: unreadable"),
  not_a_plate: gettext("Saved: not a plate"), skipped: gettext("Skipped"),
};
const stored = (name, fallback) => { try { return localStorage.getItem(name) ?? fallback; } catch { return fallback; } };
const store = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private mode */ } };

let sample = null;
let view = VIEWS.includes(stored("desk-view")) ? stored("desk-view") : "vehicle";
let isTogether = true;
let isBusy = false;
let pressedAt = 0;

const feed = new Feed({
  addresses: { next: root.dataset.next, answer: root.dataset.answer, undo: root.dataset.undo, release: root.dataset.release, renew: root.dataset.renew },
  token: root.querySelector("[name=csrfmiddlewaretoken]").value,
  onState: showState,
});
const stage = new Stage(part("stage"), (shape) => { if (shape === "plate") showRectified(); });
const choices = (name) => JSON.parse(document.getElementById(name).textContent);
const brand = new Combobox(part("brand"), choices("brands").map((value) => ({ value, words: value === "unknown" || value === "other" ? word(value) : value })), {
  onPick: (value) => { sample.brand = value; }, onLeave: rest,
});
const color = new Combobox(part("color"), choices("colors").map((value) => ({ value, words: word(value), swatch: true })), {
  onPick: (value) => { sample.color = value; }, onLeave: rest,
});
const text = new PlateField(part("text"), part("marks"), {
  onInput: () => complain({}), onLeave: rest,
  onEnter: (event) => { pressedAt = event.timeStamp; answer("right"); },
});

/** Keys judge again: the focus is on no field and no button. */
function rest() { root.focus({ preventScroll: true }); }

function show(next) {
  sample = next;
  part("empty").hidden = Boolean(sample);
  part("loading").hidden = true;
  part("work").hidden = !sample;
  if (!sample) {
    part("skipped-link").hidden = !feed.figures.skipped || feed.order === "skipped";
    part("skipped-count").textContent = feed.figures.skipped;
    return;
  }
  sample.original ??= { corners: sample.corners, vehicleBox: sample.vehicle_box };
  if (!("vehicleBox" in sample)) sample.vehicleBox = sample.vehicle_box;
  isTogether = sample.alike.length > 0;
  text.show(sample.text, weakest());
  brand.set(sample.brand);
  color.set(sample.color);
  complain({});
  showCharacters();
  showFacts();
  showAlike();
  showDispute();
  part("no-picture").hidden = Boolean(sample.bitmap);
  stage.resize();
  stage.show(sample, view);
  showRectified();
  root.dataset.sample = sample.id;
  if (pressedAt) {
    const began = pressedAt;
    pressedAt = 0;
    requestAnimationFrame(() => performance.measure("next-sample", { start: began, end: performance.now() }));
  }
  rest();
}

function showRectified() {
  const canvas = part("rectified");
  const isDrawn = sample.canMove && drawRectified(canvas, sample.bitmap, sample.corners);
  canvas.hidden = !isDrawn;
  part("no-plate").hidden = isDrawn;
  part("mark").hidden = !sample.canMove || Boolean(sample.corners);
}

/** The place of the character that the model doubts most; -1 when another text stands there. */
function weakest() {
  const confidences = sample.char_confidences;
  return sample.predicted === sample.text ? confidences.indexOf(Math.min(...confidences)) : -1;
}

/** What the model read, with its doubt. */
function showCharacters() {
  const weak = weakest();
  part("characters").replaceChildren(...[...sample.predicted].map((character, place) => {
    const item = document.createElement("li");
    const letter = document.createElement("b");
    letter.textContent = character;
    letter.toggleAttribute("data-zero", character === "0");
    item.append(letter);
    const confidence = sample.char_confidences[place];
    if (confidence !== undefined) {
      const meter = document.createElement("meter");
      Object.assign(meter, { min: 0, max: 1, low: 0.6, high: 0.85, optimum: 1, value: confidence });
      meter.title = meter.ariaLabel = `${character}: ${Math.round(confidence * 100)} %`;
      item.append(meter);
    }
    if (place === weak) item.dataset.weakest = "";
    return item;
  }));
  part("others").replaceChildren(...sample.others.map(([other, votes], place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-sm";
    button.innerHTML = "<kbd></kbd> <span translate=\"no\"></span> <small class=\"muted\"></small>";
    button.children[0].textContent = place + 1;
    button.children[1].textContent = other;
    button.children[2].textContent = `×${votes}`;
    button.addEventListener("click", () => { take(other); rest(); });
    return button;
  }));
}

function showFacts() {
  part("camera-name").textContent = sample.camera || gettext("imported");
  part("time").dateTime = sample.captured_at;
  showTime(part("time"));
  part("why").textContent = sample.why;
  part("votes").textContent = sample.looks ? `${sample.votes}/${sample.looks}` : "–";
  part("sample-link").href = sample.url;
  part("second").hidden = !sample.is_second;
  part("left").textContent = feed.figures.left ?? "–";
  part("done").textContent = feed.figures.done_today;
}

function showAlike() {
  part("alike").hidden = !sample.alike.length;
  part("alike-count").textContent = interpolate(ngettext("%s more looks like this", "%s more look like this", sample.alike.length), [sample.alike.length]);
  part("together").checked = isTogether;
  part("alike-list").replaceChildren(...sample.alike.map((other) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", String(!other.isLeftOut));
    button.title = gettext("Answered together; click to leave it out");
    const picture = document.createElement("img");
    picture.alt = other.text || gettext("not read");
    if (other.picture) picture.src = other.picture;
    button.append(picture);
    button.addEventListener("click", () => { other.isLeftOut = !other.isLeftOut; button.setAttribute("aria-pressed", String(!other.isLeftOut)); rest(); });
    return button;
  }));
}

function showDispute() {
  part("dispute").hidden = !sample.dispute;
  part("dispute-list").replaceChildren(...(sample.dispute ?? []).map((said, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet";
    button.innerHTML = "<kbd></kbd> <span></span>";
    button.children[0].textContent = place + 1;
    button.children[1].textContent = `${said.by}: ${said.words} ${said.text ?? ""} ${[said.brand, said.color].filter(isKnown).map(word).join(", ")}`;
    button.addEventListener("click", () => settle(place));
    return button;
  }));
}

/** Takes one side of a dispute. */
function settle(place) {
  const said = sample.dispute?.[place];
  if (!said) return;
  if (said.brand) brand.set((sample.brand = said.brand));
  if (said.color) color.set((sample.color = said.color));
  if (said.text) text.show(said.text);
  if (said.corners) sample.corners = said.corners;
  if (said.vehicle_box) sample.vehicleBox = said.vehicle_box;
  answer(["correct", "corrected"].includes(said.state) ? "right" : said.state);
}

function take(reading) {
  text.show(reading);
  complain({});
}

function complain(errors) {
  for (const field of ["text", "brand", "color", "corners"]) {
    const words = errors[field] ?? (field === "corners" ? errors.vehicle_box : "") ?? "";
    part(`error-${field}`).textContent = words;
    root.querySelector(`[data-${field}]`)?.setAttribute("aria-invalid", String(Boolean(words)));
  }
}

function say(words, { misread } = {}) {
  part("said").textContent = words;
  part("misread").hidden = !misread;
  if (misread) {
    part("misread").href = `${root.dataset.batch}?${new URLSearchParams({ read: misread.read, write: misread.write })}`;
    part("misread").textContent = interpolate(ngettext("%(count)s more says %(read)s: correct it too", "%(count)s more say %(read)s: correct them together", misread.count), misread, true);
  }
}

function showState({ away, unsent, ready }) {
  part("away").hidden = !away;
  root.dataset.unsent = unsent;
  root.dataset.ready = ready;
}

async function answer(verdict) {
  if (!sample || isBusy) return;
  const written = text.text;
  if (verdict === "right" && !written) {
    complain({ text: root.dataset.noText });
    text.edit();
    return;
  }
  const judged = sample;
  const said = {
    sample: judged.id, verdict, text: written, brand: judged.brand, color: judged.color,
    corners: judged.canMove ? judged.corners : judged.original.corners,
    vehicle_box: judged.canMove ? judged.vehicleBox : judged.original.vehicleBox,
    together: isTogether ? judged.alike.filter((other) => !other.isLeftOut).map((other) => other.id) : [],
  };
  judged.text = written || judged.text;
  pressedAt ||= performance.now();
  part("trouble").hidden = true;
  const sending = feed.send(said);
  const words = interpolate(SAID[verdict], { text: written }, true);
  say(words);
  if (verdict !== "skipped") feed.figures.done_today += 1;
  if (feed.figures.left) feed.figures.left -= 1;
  sending.then(
    (done) => {
      const more = done.changed.length > 1 ? ` ${interpolate(gettext("and %s alike"), [done.changed.length - 1])}` : "";
      if (part("said").textContent === words) say(words + more, done);
      feed.fill().then(showFactsAgain, () => {});
    },
    (error) => refused(error, judged),
  );
  await advance();
}

function showFactsAgain() { if (sample) showFacts(); }

/** Shows the next sample. When the one that was asked for is taken or gone, the queue goes on without it. */
async function advance() {
  const isAskedFor = Boolean(feed.wanted);
  isBusy = true;
  if (!feed.ready.length) part("loading").hidden = false;
  try {
    show(await feed.next());
  } catch (error) {
    fail(error);
    if (isAskedFor && error instanceof Refusal) await advance();
  } finally {
    isBusy = false;
  }
}

/** The sample comes back with its answer, unless somebody else was faster or it is gone. */
function refused(error, judged) {
  if (!(error instanceof Refusal)) { fail(error); return; }
  if (![404, 409].includes(error.status)) {
    feed.comeBack(sample);
    feed.current = judged;
    show(judged);
    complain(error.errors);
  }
  fail(error);
}

function fail(error) {
  part("loading").hidden = true;
  part("trouble").textContent = error.message;
  part("trouble").hidden = false;
}

async function undo() {
  if (isBusy) return;
  isBusy = true;
  try {
    const before = sample;
    const { sample: again, count } = await feed.undo();
    if (again) {
      feed.comeBack(before?.id === again.id ? null : before);
      feed.current = again;
      show(again);
    }
    say(interpolate(ngettext("Taken back", "%s taken back", count), [count]));
    feed.figures.done_today = Math.max(0, feed.figures.done_today - 1);
    if (feed.figures.left !== null) feed.figures.left += 1;
    showFactsAgain();
  } catch (error) {
    fail(error);
  } finally {
    isBusy = false;
  }
}

function look(next) {
  view = next;
  store("desk-view", view);
  stage.fit(view);
}

/** Four corners in the middle of the vehicle, to be dragged to where the plate is. */
function placePlate() {
  if (!sample?.canMove || sample.corners) return;
  const [x1, y1, x2, y2] = sample.vehicleBox ?? [0, 0, sample.width, sample.height];
  const [width, x, y] = [(x2 - x1) / 3, (x1 + x2) / 2, y1 + (y2 - y1) * 0.7];
  const height = width / 4;
  sample.corners = [[x - width / 2, y - height / 2], [x + width / 2, y - height / 2], [x + width / 2, y + height / 2], [x - width / 2, y + height / 2]];
  stage.draw();
  showRectified();
}

const KEYS = {
  e: () => text.edit(), x: () => part("stage").querySelector("[data-handle]:not([hidden])")?.focus(), Escape: rest, b: () => part("brand").focus(), c: () => part("color").focus(), z: undo, p: placePlate,
  g: () => { if (sample?.alike.length) part("together").checked = isTogether = !isTogether; },
  v: () => look(VIEWS[(VIEWS.indexOf(view) + 1) % VIEWS.length]),
  "?": () => part("help").showModal(), "+": () => stage.zoom(STEP), "=": () => stage.zoom(STEP), "-": () => stage.zoom(1 / STEP), 0: () => stage.fit(view),
  ArrowLeft: () => stage.pan(40, 0), ArrowRight: () => stage.pan(-40, 0), ArrowUp: () => stage.pan(0, 40), ArrowDown: () => stage.pan(0, -40),
};

/** The Latin letter of the key, also on a keyboard of another script. */
function keyOf(event) {
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  return /^\p{L}$/u.test(event.key) && event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
}

/** With Shift a letter or digit is what stands on the plate; elsewhere it is a key of this page. */
function letterOf(event) {
  const key = keyOf(event);
  if (!event.shiftKey || event.ctrlKey || event.metaKey) return "";
  if (/^[a-z]$/.test(key)) return key.toUpperCase();
  return /^Digit\d$/.test(event.code) && !/[\d?+]/.test(key) ? event.code.slice(5) : "";
}

function pressed(event) {
  const isModal = part("help").open || event.defaultPrevented;
  const key = keyOf(event);
  if (isModal || event.altKey || ((event.ctrlKey || event.metaKey) && key !== "z")) return;
  const field = event.target.closest("input, select, textarea, a, button:not([data-handle])");
  if (field && field !== text.input && ((field.matches("input:not([type=checkbox]), select") && key !== "Escape") || ["Enter", " "].includes(event.key))) return;
  if (field === text.input) return;
  const letter = letterOf(event);
  if (letter && sample) {
    event.preventDefault();
    text.write(letter);
    return;
  }
  const isOther = /^[1-9]$/.test(key);
  const act = key === "Enter" ? () => answer("right") : VERDICTS[key] ? () => answer(VERDICTS[key]) : KEYS[key];
  if (!act && !isOther) return;
  event.preventDefault();
  if (event.repeat && !key.startsWith("Arrow") && !["+", "-"].includes(key)) return;
  pressedAt = key === "Enter" || VERDICTS[key] ? event.timeStamp : 0;
  if (!isOther) act();
  else if (sample?.dispute) settle(Number(key) - 1);
  else if (sample?.others[key - 1]) take(sample.others[key - 1][0]);
}

document.addEventListener("keydown", pressed);
root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  const wanted = button.dataset.do;
  if (wanted.startsWith("view:")) look(wanted.slice(5));
  else if (wanted.startsWith("verdict:")) answer(wanted.slice(8));
  else KEYS[wanted]?.();
  if (!["?", "e", "b", "c"].includes(wanted)) rest();
});
part("together").addEventListener("change", (event) => { isTogether = event.target.checked; rest(); });
part("stage").addEventListener("stage:resized", () => { if (sample) stage.fit(view); });
for (const name of ["order", "camera"]) {
  part(name).addEventListener("change", async () => {
    part("loading").hidden = false;
    await feed.restart(part("order").value, Number(part("camera").value) || null);
    await advance();
  });
}
part("skipped-link").addEventListener("click", () => { part("order").value = "skipped"; part("order").dispatchEvent(new Event("change")); });
part("help").addEventListener("close", rest);
window.addEventListener("pagehide", () => feed.leave());
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
window.addEventListener("beforeunload", (event) => { if (feed.sent.size) event.preventDefault(); });
setInterval(() => { if (!document.hidden) feed.renew(); }, RENEW_EVERY);
document.addEventListener("visibilitychange", () => { if (!document.hidden) feed.renew(); });

Object.assign(feed, { order: part("order").value, camera: Number(part("camera").value) || null, wanted: Number(root.dataset.sample) || null });
advance();
