// A text field that finds one of a list while one types (ARIA combobox with a list).
let made = 0;

/** `choices` are {value, words}; `onPick` is told the value; `onLeave` that Enter or Escape ended it. */
export class Combobox {
  constructor(input, choices, { onPick, onLeave }) {
    Object.assign(this, { input, choices, onPick, onLeave, value: "", active: -1, shown: [] });
    made += 1;
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: `choices-${made}`, className: "choices", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.labels?.[0]?.textContent.trim() ?? "");
    input.after(this.list);
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", this.list.id], ["aria-autocomplete", "list"]]) {
      input.setAttribute(name, value);
    }
    input.addEventListener("focus", () => { input.select(); this.open(""); });
    input.addEventListener("input", () => this.open(input.value));
    input.addEventListener("blur", () => this.close());
    input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.pick(this.shown[[...this.list.children].indexOf(option)]);
    });
  }

  set(value) {
    this.value = value;
    this.input.value = this.words(value);
  }

  words(value) { return this.choices.find((choice) => choice.value === value)?.words ?? value; }

  open(typed) {
    const wanted = typed.trim().toLowerCase();
    const starts = (choice) => choice.words.toLowerCase().startsWith(wanted);
    const holds = (choice) => choice.words.toLowerCase().includes(wanted);
    this.shown = [...this.choices.filter(starts), ...this.choices.filter((choice) => holds(choice) && !starts(choice))];
    this.list.replaceChildren(...this.shown.map((choice, place) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${place}`;
      option.setAttribute("role", "option");
      if (choice.swatch) {
        const swatch = document.createElement("span");
        swatch.className = "swatch";
        swatch.dataset.color = choice.value;
        option.append(swatch, " ");
      }
      option.append(choice.words);
      return option;
    }));
    this.list.hidden = !this.shown.length;
    this.input.setAttribute("aria-expanded", String(Boolean(this.shown.length)));
    this.mark(wanted ? 0 : this.shown.findIndex((choice) => choice.value === this.value));
  }

  mark(place) {
    this.active = place;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    const option = this.list.children[place];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const last = this.shown.length - 1;
    if (event.key === "ArrowDown") this.mark(Math.min(last, this.active + 1));
    else if (event.key === "ArrowUp") this.mark(Math.max(0, this.active - 1));
    else if (event.key === "Enter") this.pick(this.shown[this.active]);
    else if (event.key === "Escape") this.leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  pick(choice) {
    if (choice) {
      this.value = choice.value;
      this.onPick(choice.value);
    }
    this.leave();
  }

  leave() {
    this.close();
    this.onLeave();
  }

  /** What was typed and not picked is let go: only what is on the list counts. */
  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.input.value = this.words(this.value);
  }
}
