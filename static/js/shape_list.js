// The same shapes as a list: every point as two numbers in percent, for those who would rather type than drag.
export class PointList {
  constructor(editor) {
    this.editor = editor;
    this.element = document.createElement("div");
    this.element.className = "shape-list";
    this.drawn = "";
  }

  title(index) {
    const { kind } = this.editor.shapes[index];
    const number = this.editor.shapes.slice(0, index + 1).filter((shape) => shape.kind === kind).length;
    const words = { include: gettext("Area %s: only here"), exclude: gettext("Area %s: never here"), line: gettext("Direction line %s") };
    return interpolate(words[kind], [number]);
  }

  /** Builds the list anew when points came or went; else only the numbers change, so that the focus stays. */
  update() {
    const structure = this.editor.shapes.map(({ kind, points }) => `${kind}${points.length}`).join();
    if (structure !== this.drawn || !this.element.childElementCount) this.build();
    this.drawn = structure;
    this.editor.shapes.forEach((shape, index) => {
      const group = this.element.children[index];
      group.querySelector(".shape-warning").hidden = !this.editor.isCrossed(shape);
      for (const input of group.querySelectorAll("input")) {
        const value = Math.round(shape.points[input.dataset.point][input.dataset.axis] * 1000) / 10;
        if (input !== document.activeElement) input.value = value;
      }
    });
  }

  build() {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceChildren(...this.editor.shapes.map((shape, index) => this.group(shape, index)));
    if (!this.editor.shapes.length) {
      const empty = document.createElement("p");
      empty.textContent = gettext("Nothing is drawn: the whole picture counts.");
      this.element.append(empty);
    }
    if (hadFocus) this.element.querySelector("button")?.focus();
  }

  group({ kind, points }, index) {
    const group = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = this.title(index);
    const warning = document.createElement("p");
    warning.className = "shape-warning";
    warning.setAttribute("role", "alert");
    warning.textContent = gettext("Its sides cross each other: move a point.");
    const acts = document.createElement("p");
    acts.className = "shape-acts";
    acts.append(this.button(gettext("Remove"), () => this.editor.remove(index), this.title(index)));
    if (kind === "line") acts.append(this.button(gettext("Turn the arrow round"), () => this.editor.flip(index), this.title(index)));
    const items = document.createElement("ol");
    items.append(...points.map((_, at) => this.point(kind, index, at)));
    group.append(legend, warning, items, acts);
    return group;
  }

  point(kind, shape, at) {
    const item = document.createElement("li");
    item.append(this.number(shape, at, 0, gettext("% left")), this.number(shape, at, 1, gettext("% top")));
    if (kind === "line") return item;
    const name = interpolate(gettext("point %s"), [at + 1]);
    item.append(this.button("+", () => this.editor.insert(shape, at), interpolate(gettext("Add a point after %s"), [name])));
    if (this.editor.shapes[shape].points.length > 3) {
      item.append(this.button("−", () => this.editor.removePoint(shape, at), interpolate(gettext("Remove %s"), [name])));
    }
    return item;
  }

  number(shape, at, axis, words) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "number", min: 0, max: 100, step: 0.1 });
    Object.assign(input.dataset, { point: at, axis });
    input.addEventListener("input", () => {
      if (input.value === "" || !input.checkValidity()) return;
      const place = [...this.editor.shapes[shape].points[at]];
      place[axis] = Number(input.value) / 100;
      this.editor.place(shape, at, ...place);
    });
    label.append(input, ` ${words}`);
    return label;
  }

  button(text, act, label) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    if (label) button.setAttribute("aria-label", text.length > 1 ? `${text}: ${label}` : label);
    button.addEventListener("click", act);
    return button;
  }
}
