// The field with the plate's text. While nobody writes, one character is marked: the one that is written over first.

export class PlateField {
  /** `marks` lies under `input` and shows the same text; `onInput` is told that somebody writes. */
  constructor(input, marks, { onInput, onEnter, onLeave }) {
    Object.assign(this, { input, marks, onInput, place: -1 });
    input.addEventListener("input", () => { this.unmark(); onInput(); });
    input.addEventListener("keydown", (event) => {
      const act = { Enter: () => onEnter(event), Escape: onLeave }[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });
  }

  get text() { return this.input.value.toUpperCase().replace(/[^\p{L}\p{N}]/gu, ""); }

  /** `place` is the character to mark; -1 for none. */
  show(text, place = -1) {
    this.input.value = text;
    this.place = place < text.length ? place : -1;
    const mark = document.createElement("mark");
    mark.textContent = text[this.place] ?? "";
    this.marks.replaceChildren(...(this.place < 0 ? [] : [text.slice(0, this.place), mark, text.slice(this.place + 1)]));
  }

  unmark() {
    this.place = -1;
    this.marks.replaceChildren();
  }

  /** Selects the marked character, else puts the cursor behind the last one. */
  edit() {
    const end = this.input.value.length;
    const [from, to] = this.place < 0 ? [end, end] : [this.place, this.place + 1];
    this.input.focus();
    this.input.setSelectionRange(from, to);
  }

  /** Writes a letter over the marked character; the next ones follow it. */
  write(letter) {
    this.edit();
    this.input.setRangeText(letter, this.input.selectionStart, this.input.selectionEnd, "end");
    this.unmark();
    this.onInput();
  }
}
