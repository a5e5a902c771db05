// Draws polygons and direction lines on a camera's picture, with mouse, finger and keyboard; writes them into text fields.
import { arrow, clamp, crossesItself, moved, round } from "./shape_geometry.js";
import { PointList } from "./shape_list.js";

const SVG = "http://www.w3.org/2000/svg";
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NEW = {
  include: [[0.25, 0.35], [0.75, 0.35], [0.75, 0.85], [0.25, 0.85]],
  exclude: [[0.4, 0.1], [0.6, 0.1], [0.6, 0.3], [0.4, 0.3]],
  line: [[0.2, 0.6], [0.8, 0.6]],
};

const node = (name, attributes) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

export class ShapeEditor {
  /** `fields`: text areas by kind (include, exclude, line). */
  constructor(root, fields) {
    this.fields = fields;
    this.shapes = Object.entries(fields).flatMap(([kind, field]) => read(field).map((points) => ({ kind, points })));
    this.aspect = 9 / 16;
    this.stage = document.createElement("div");
    this.stage.className = "shape-stage";
    this.image = new Image();
    this.image.alt = "";
    this.image.hidden = true;
    this.image.addEventListener("load", () => this.fit());
    this.svg = node("svg", { class: "shape-layer", preserveAspectRatio: "none", role: "group", "aria-label": gettext("Areas and lines on the picture") });
    this.hint = document.createElement("p");
    this.hint.className = "shape-hint";
    this.hint.textContent = gettext("No picture yet: try the source above, and draw on what it shows.");
    this.stage.append(this.hint, this.image, this.svg);
    this.list = new PointList(this);
    root.append(this.buttons(), this.stage, this.list.element);
    this.svg.addEventListener("pointerdown", (event) => this.grab(event));
    this.svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) this.svg.addEventListener(name, () => { this.held = null; });
    this.svg.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.stage);
    this.changed();
  }

  show(address) {
    this.image.src = address;
  }

  fit() {
    this.image.hidden = false;
    this.hint.hidden = true;
    this.aspect = this.image.naturalHeight / this.image.naturalWidth;
    this.draw();
  }

  buttons() {
    const bar = document.createElement("div");
    bar.className = "shape-buttons";
    const words = { include: gettext("Add area: only here"), exclude: gettext("Add area: never here"), line: gettext("Add direction line") };
    for (const kind of Object.keys(this.fields)) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words[kind];
      button.addEventListener("click", () => this.add(kind));
      bar.append(button);
    }
    return bar;
  }

  add(kind) {
    this.shapes.push({ kind, points: NEW[kind].map((point) => [...point]) });
    this.changed();
    this.focus(this.shapes.length - 1, 0);
  }

  remove(shape) {
    this.shapes.splice(shape, 1);
    this.changed();
  }

  flip(shape) {
    this.shapes[shape].points.reverse();
    this.changed();
  }

  /** A new point half way to the next one. */
  insert(shape, point) {
    const { points } = this.shapes[shape];
    const next = points[(point + 1) % points.length];
    points.splice(point + 1, 0, [(points[point][0] + next[0]) / 2, (points[point][1] + next[1]) / 2]);
    this.changed();
    this.focus(shape, point + 1);
  }

  removePoint(shape, point) {
    const { points } = this.shapes[shape];
    if (this.shapes[shape].kind === "line" || points.length <= 3) return;
    points.splice(point, 1);
    this.changed();
    this.focus(shape, Math.min(point, points.length - 1));
  }

  place(shape, point, x, y) {
    this.shapes[shape].points[point] = [clamp(x), clamp(y)];
    this.changed();
  }

  focus(shape, point) {
    this.svg.querySelector(`[data-handle="${shape}-${point}"]`)?.focus();
  }

  /** Writes the fields, and draws and lists what they hold. */
  changed() {
    for (const [kind, field] of Object.entries(this.fields)) {
      const shapes = this.shapes.filter((shape) => shape.kind === kind);
      field.value = JSON.stringify(shapes.map(({ points }) => points.map((point) => point.map(round))));
    }
    this.draw();
    this.list.update();
  }

  isCrossed({ kind, points }) { return kind !== "line" && crossesItself(points); }

  draw() {
    const width = this.stage.clientWidth || 640;
    const height = width * this.aspect;
    const focused = this.svg.contains(document.activeElement) ? document.activeElement.dataset.handle : null;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.style.height = `${height}px`;
    this.scale = ([x, y]) => [x * width, y * height];
    this.svg.replaceChildren(...this.shapes.flatMap((shape, index) => this.drawn(shape, index)));
    if (focused) this.svg.querySelector(`[data-handle="${focused}"]`)?.focus();
  }

  drawn(shape, index) {
    const { kind, points } = shape;
    const path = points.map((point) => this.scale(point).join(",")).join(" ");
    const parts = [node(kind === "line" ? "polyline" : "polygon", { points: path, class: "shape", "data-kind": kind, "data-shape": index, ...this.isCrossed(shape) ? { "data-crossed": "" } : {} })];
    if (kind === "line") parts.push(this.arrow(points));
    else parts.push(...points.map((point, at) => this.adder(point, points[(at + 1) % points.length], index, at)));
    parts.push(...points.map((point, at) => this.handle(point, index, at)));
    return parts;
  }

  arrow(points) {
    const [[x1, y1], [x2, y2]] = arrow(points, this.aspect).map(this.scale);
    const angle = Math.atan2(y2 - y1, x2 - x1);
    const wing = (turn) => [x2 - 12 * Math.cos(angle + turn), y2 - 12 * Math.sin(angle + turn)];
    const [left, right] = [wing(0.5), wing(-0.5)];
    return node("path", { class: "shape-arrow", d: `M${x1},${y1}L${x2},${y2}M${left}L${x2},${y2}L${right}` });
  }

  adder(point, next, shape, at) {
    const [x, y] = this.scale([(point[0] + next[0]) / 2, (point[1] + next[1]) / 2]);
    return node("circle", { cx: x, cy: y, r: 6, class: "shape-adder", "data-adder": `${shape}-${at}` });
  }

  handle(point, shape, at) {
    const [x, y] = this.scale(point);
    const words = gettext("%(shape)s, point %(number)s: %(x)s percent from the left, %(y)s percent from the top");
    const percent = (share) => Math.round(share * 1000) / 10;
    const label = interpolate(words, { shape: this.list.title(shape), number: at + 1, x: percent(point[0]), y: percent(point[1]) }, true);
    const group = node("g", { class: "shape-handle", tabindex: 0, role: "button", "aria-label": label, "aria-roledescription": gettext("point, arrow keys move it"), "data-handle": `${shape}-${at}` });
    group.append(node("circle", { cx: x, cy: y, r: 22, class: "shape-grip" }), node("circle", { cx: x, cy: y, r: 8, class: "shape-point" }));
    return group;
  }

  where(event) {
    const box = this.svg.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  grab(event) {
    const handle = event.target.closest("[data-handle]");
    const adder = event.target.closest("[data-adder]");
    const body = event.target.closest("[data-shape]");
    const [shape, point] = (handle?.dataset.handle ?? adder?.dataset.adder ?? "").split("-").map(Number);
    if (adder) this.insert(shape, point);
    if (handle || adder) this.held = { shape, point: adder ? point + 1 : point };
    else if (body) this.held = { shape: Number(body.dataset.shape), from: this.where(event) };
    else return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    if (this.held.point !== undefined) this.focus(this.held.shape, this.held.point);
  }

  drag(event) {
    if (!this.held) return;
    const { shape, point, from } = this.held;
    const [x, y] = this.where(event);
    if (point !== undefined) { this.place(shape, point, x, y); return; }
    this.shapes[shape].points = moved(this.shapes[shape].points, x - from[0], y - from[1]);
    this.held.from = [x, y];
    this.changed();
  }

  key(event) {
    const handle = event.target.closest("[data-handle]");
    if (!handle) return;
    const [shape, point] = handle.dataset.handle.split("-").map(Number);
    const [x, y] = this.shapes[shape].points[point];
    const step = event.shiftKey ? 0.05 : event.altKey ? 0.001 : 0.01;
    if (event.key in STEPS) this.place(shape, point, x + STEPS[event.key][0] * step, y + STEPS[event.key][1] * step);
    else if (["Enter", "Insert", "+"].includes(event.key)) { if (this.shapes[shape].kind !== "line") this.insert(shape, point); }
    else if (["Delete", "Backspace"].includes(event.key)) this.removePoint(shape, point);
    else return;
    event.preventDefault();
  }
}

function read(field) {
  try {
    const shapes = JSON.parse(field.value || "[]");
    return shapes.filter((shape) => Array.isArray(shape) && shape.length > 1 && shape.every((point) => point.length === 2));
  } catch {
    return [];
  }
}
