// The frame with its vehicle box and plate corners: zoomed, panned, and dragged by mouse, touch and keys.
const NEAREST = 24;
const STEP = 1.25;
const PLATE_NAMES = [
  gettext("Plate, top left corner"), gettext("Plate, top right corner"),
  gettext("Plate, bottom right corner"), gettext("Plate, bottom left corner"),
];
const BOX_NAMES = [
  gettext("Vehicle, top left"), gettext("Vehicle, top right"), gettext("Vehicle, bottom right"), gettext("Vehicle, bottom left"),
];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** `onChange` is told that corners or box were moved. */
export class Stage {
  constructor(root, onChange) {
    this.root = root;
    this.onChange = onChange;
    this.canvas = root.querySelector("canvas");
    this.context = this.canvas.getContext("2d");
    this.view = { scale: 1, x: 0, y: 0 };
    this.pointers = new Map();
    this.sample = null;
    this.handles = [...PLATE_NAMES.map((name, place) => this.addHandle("plate", place, name)),
      ...BOX_NAMES.map((name, place) => this.addHandle("vehicle", place, name))];
    root.addEventListener("pointerdown", (event) => this.press(event));
    root.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) root.addEventListener(name, (event) => this.lift(event));
    root.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    root.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.resize()).observe(root);
  }

  addHandle(shape, place, name) {
    const handle = document.createElement("button");
    handle.type = "button";
    handle.className = `handle handle-${shape}`;
    handle.dataset.handle = shape;
    handle.dataset.place = place;
    handle.setAttribute("aria-label", name);
    this.root.append(handle);
    return handle;
  }

  /** `sample` has bitmap (or null), width, height, corners and vehicleBox, which dragging changes. */
  show(sample, mode) {
    this.sample = sample;
    this.fit(mode);
  }

  /** whole, vehicle or plate: what fills the stage. */
  fit(mode) {
    const sample = this.sample;
    if (!sample) return;
    let [x1, y1, x2, y2] = [0, 0, sample.width, sample.height];
    let margin = 1;
    if (mode === "plate" && sample.corners) {
      [x1, y1] = [0, 1].map((axis) => Math.min(...sample.corners.map((point) => point[axis])));
      [x2, y2] = [0, 1].map((axis) => Math.max(...sample.corners.map((point) => point[axis])));
      margin = 1.5;
    } else if (mode !== "whole" && sample.vehicleBox) {
      [x1, y1, x2, y2] = sample.vehicleBox;
      margin = 1.12;
    }
    const { width, height } = this.size();
    const scale = Math.min(width / ((x2 - x1) * margin), height / ((y2 - y1) * margin), 12);
    this.view = { scale, x: width / 2 - (scale * (x1 + x2)) / 2, y: height / 2 - (scale * (y1 + y2)) / 2 };
    this.draw();
  }

  size() { return { width: this.root.clientWidth || 1, height: this.root.clientHeight || 1 }; }

  resize() {
    const { width, height } = this.size();
    const ratio = window.devicePixelRatio || 1;
    if (this.canvas.width === Math.round(width * ratio) && this.canvas.height === Math.round(height * ratio)) return;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.root.dispatchEvent(new CustomEvent("stage:resized"));
  }

  zoom(factor, [x, y] = [this.size().width / 2, this.size().height / 2]) {
    const scale = clamp(this.view.scale * factor, 0.05, 40);
    const grown = scale / this.view.scale;
    this.view = { scale, x: x - (x - this.view.x) * grown, y: y - (y - this.view.y) * grown };
    this.draw();
  }

  pan(dx, dy) {
    this.view.x += dx;
    this.view.y += dy;
    this.draw();
  }

  draw() {
    const ratio = window.devicePixelRatio || 1;
    const { context, view, sample } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const handle of this.handles) handle.hidden = !sample?.canMove || !this.points(handle.dataset.handle);
    if (!sample) return;
    context.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
    context.imageSmoothingEnabled = view.scale < 4;
    if (sample.bitmap) context.drawImage(sample.bitmap, 0, 0, sample.width, sample.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (!sample.canMove) return;
    this.outline("vehicle", "#46d5ff", [7, 5]);
    this.outline("plate", "#ffe14d", []);
    for (const handle of this.handles) {
      const points = this.points(handle.dataset.handle);
      if (!points) continue;
      const [x, y] = this.toScreen(points[handle.dataset.place]);
      handle.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
    }
  }

  outline(shape, color, dash) {
    const points = this.points(shape);
    if (!points) return;
    const { context } = this;
    context.beginPath();
    points.forEach((point, place) => context[place ? "lineTo" : "moveTo"](...this.toScreen(point)));
    context.closePath();
    for (const [style, width] of [["rgb(0 0 0 / 65%)", 4], [color, 2]]) {
      context.setLineDash(dash);
      context.strokeStyle = style;
      context.lineWidth = width;
      context.stroke();
    }
    context.setLineDash([]);
  }

  points(shape) {
    if (shape === "plate") return this.sample?.corners ?? null;
    if (!this.sample?.vehicleBox) return null;
    const [x1, y1, x2, y2] = this.sample.vehicleBox;
    return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]];
  }

  toScreen([x, y]) { return [x * this.view.scale + this.view.x, y * this.view.scale + this.view.y]; }

  toPicture([x, y]) { return [(x - this.view.x) / this.view.scale, (y - this.view.y) / this.view.scale]; }

  /** Moves one point of a shape to a place in the picture, kept inside it. */
  put(shape, place, [x, y]) {
    const { sample } = this;
    const point = [clamp(x, 0, sample.width), clamp(y, 0, sample.height)];
    if (shape === "plate") {
      sample.corners = sample.corners.map((corner, at) => (at === place ? point.map((value) => Math.round(value * 10) / 10) : corner));
    } else {
      const [column, row] = [place === 0 || place === 3 ? 0 : 2, place < 2 ? 1 : 3];
      const box = [...sample.vehicleBox];
      const other = [box[2 - column], box[4 - row]];
      box[column] = Math.round(column ? Math.max(point[0], other[0] + 4) : Math.min(point[0], other[0] - 4));
      box[row] = Math.round(row === 3 ? Math.max(point[1], other[1] + 4) : Math.min(point[1], other[1] - 4));
      sample.vehicleBox = box;
    }
    this.draw();
    this.onChange(shape);
  }

  at(event) {
    const bounds = this.root.getBoundingClientRect();
    return [event.clientX - bounds.left, event.clientY - bounds.top];
  }

  press(event) {
    if (event.button || !this.sample) return;
    const screen = this.at(event);
    this.root.setPointerCapture(event.pointerId);
    const handle = this.pointers.size ? null : this.handleNear(event, screen);
    this.pointers.set(event.pointerId, { screen, handle });
    if (handle) {
      handle.focus({ preventScroll: true });
      event.preventDefault();
    }
  }

  /** The handle that was pressed, or the nearest one under a finger. */
  handleNear(event, [x, y]) {
    const pressed = event.target.closest("[data-handle]");
    const reach = event.pointerType === "touch" ? NEAREST : 0;
    const far = (handle) => {
      const points = this.points(handle.dataset.handle);
      const [hx, hy] = this.toScreen(points[handle.dataset.place]);
      return Math.hypot(hx - x, hy - y);
    };
    const near = this.handles.filter((handle) => !handle.hidden && (handle === pressed || far(handle) <= reach));
    return near.sort((one, other) => far(one) - far(other))[0] ?? null;
  }

  move(event) {
    const pointer = this.pointers.get(event.pointerId);
    if (!pointer) return;
    const before = pointer.screen;
    const screen = this.at(event);
    if (this.pointers.size === 2) {
      const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, found]) => found.screen);
      const span = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]);
      const middle = [(screen[0] + other[0]) / 2, (screen[1] + other[1]) / 2];
      this.view.x += (screen[0] - before[0]) / 2;
      this.view.y += (screen[1] - before[1]) / 2;
      this.zoom(span(screen) / Math.max(1, span(before)), middle);
    } else if (pointer.handle) {
      this.put(pointer.handle.dataset.handle, Number(pointer.handle.dataset.place), this.toPicture(screen));
    } else {
      this.pan(screen[0] - before[0], screen[1] - before[1]);
    }
    pointer.screen = screen;
  }

  lift(event) { this.pointers.delete(event.pointerId); }

  wheel(event) {
    if (!this.sample) return;
    event.preventDefault();
    this.zoom(Math.exp(-clamp(event.deltaY, -240, 240) / 400), this.at(event));
  }

  /** Arrows move the focused handle by a pixel of the picture, with Shift by ten, with Alt its whole shape. */
  key(event) {
    const step = ARROWS[event.key];
    const handle = event.target.closest("[data-handle]");
    if (!step || !handle || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? 10 : 1;
    const shape = handle.dataset.handle;
    const places = event.altKey ? [0, 1, 2, 3] : [Number(handle.dataset.place)];
    const points = this.points(shape).map((point) => [point[0] + step[0] * far, point[1] + step[1] * far]);
    if (event.altKey && shape === "vehicle") {
      this.sample.vehicleBox = [...points[0], ...points[2]];
      this.draw();
      this.onChange(shape);
    } else {
      for (const place of places) this.put(shape, place, points[place]);
    }
  }
}

export { STEP };
