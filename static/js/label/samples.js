// The list of samples: selection, keys, and a preview of the frame while one points at or reaches a sample.
const cells = [...document.querySelectorAll("[data-found] [data-sample]")];
const boxes = cells.map((cell) => cell.querySelector(".sample-tick input"));
const bulk = document.querySelector("[data-bulk]");
const peek = document.querySelector("[data-peek]");
const PEEK_AFTER = 250;
let anchor = 0;
let timer = 0;

function count() {
  const all = bulk.querySelector("[data-select-all]").checked;
  const ticked = boxes.filter((box) => box.checked).length;
  bulk.querySelector("[data-select-page]").checked = ticked === boxes.length;
  bulk.querySelector("[data-selected]").textContent = all ? gettext("all selected") : ticked ? interpolate(ngettext("%s selected", "%s selected", ticked), [ticked]) : "";
}

function tick(place, { range = false, value = null } = {}) {
  const box = boxes[place];
  const wanted = value ?? !box.checked;
  const [from, to] = range ? [Math.min(anchor, place), Math.max(anchor, place)] : [place, place];
  for (let at = from; at <= to; at += 1) boxes[at].checked = wanted;
  anchor = place;
  count();
}

boxes.forEach((box, place) => box.addEventListener("click", (event) => {
  tick(place, { range: event.shiftKey, value: box.checked });
}));
bulk?.querySelector("[data-select-page]").addEventListener("change", (event) => {
  for (const box of boxes) box.checked = event.target.checked;
  count();
});
bulk?.querySelector("[data-select-all]").addEventListener("change", count);
bulk?.addEventListener("submit", (event) => {
  const isDelete = bulk.querySelector("[name=action]").value === "delete";
  if (isDelete && !window.confirm(bulk.querySelector("[data-confirm]").dataset.confirm)) event.preventDefault();
});
if (bulk) count();

/** How many samples stand in a row of the grid; 1 in the table. */
function columns() {
  const top = cells[0].offsetTop;
  const found = cells.findIndex((cell) => cell.offsetTop !== top);
  return found < 0 ? cells.length : Math.max(1, found);
}

const here = () => cells.findIndex((cell) => cell.contains(document.activeElement));

function walk(by) {
  const from = here();
  const place = from < 0 ? 0 : Math.min(cells.length - 1, Math.max(0, from + by));
  cells[place]?.querySelector("[data-open]").focus();
  cells[place]?.scrollIntoView({ block: "nearest" });
}

const keys = {
  ArrowRight: () => walk(1), ArrowLeft: () => walk(-1), ArrowDown: () => walk(columns()), ArrowUp: () => walk(-columns()),
  j: () => walk(1), k: () => walk(-1),
  " ": (event) => { if (here() < 0) return false; tick(here(), { range: event.shiftKey }); return true; },
  l: () => { if (here() >= 0) window.location.assign(`${bulk.dataset.desk}?sample=${cells[here()].dataset.sample}`); },
  a: () => { const page = bulk.querySelector("[data-select-page]"); page.checked = !page.checked; page.dispatchEvent(new Event("change")); },
  "/": () => document.querySelector("#id_plate").select(),
  Escape: () => hide(),
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input:not([type=checkbox]), select, textarea, summary, button");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key] || !cells.length) return;
  if (keys[event.key](event) !== false) event.preventDefault();
});

function show(cell) {
  if (!cell.dataset.frame) return;
  const [width, height] = cell.dataset.size.split(" ");
  const drawing = peek.querySelector("svg");
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const image = drawing.querySelector("image");
  image.setAttribute("href", cell.dataset.frame);
  image.setAttribute("width", width);
  image.setAttribute("height", height);
  drawing.querySelector("polygon").setAttribute("points", cell.dataset.outline);
  peek.hidden = false;
  const bounds = cell.getBoundingClientRect();
  const size = peek.getBoundingClientRect();
  const right = bounds.left + Math.min(bounds.width, 300) + 8;
  const left = right + size.width < window.innerWidth ? right : Math.max(8, bounds.left - size.width - 8);
  peek.style.left = `${Math.min(left, window.innerWidth - size.width - 8)}px`;
  peek.style.top = `${Math.max(8, Math.min(bounds.top, window.innerHeight - size.height - 8))}px`;
}

function hide() {
  clearTimeout(timer);
  peek.hidden = true;
}

function soon(cell) {
  clearTimeout(timer);
  timer = setTimeout(() => show(cell), PEEK_AFTER);
}

for (const cell of cells) {
  cell.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") soon(cell); });
  cell.addEventListener("pointerleave", hide);
  cell.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) soon(cell); });
  cell.addEventListener("focusout", hide);
}
window.addEventListener("scroll", hide, { passive: true });
