// Says, shakes and shows that a plate is on a list: once for each pass and text.
const SHAKES = { deny: [300, 100, 300, 100, 300], watch: [200, 100, 200], allow: [80] };
const SHOWN_FOR = 8000;
const KINDS = {
  allow: () => gettext("allow"), deny: () => gettext("deny"), watch: () => gettext("watch"), ignore: () => gettext("ignore"),
};

export const kindWord = (kind) => KINDS[kind]?.() ?? kind;

export class Announcer {
  constructor(element, voice, shake) {
    this.element = element;
    this.voice = voice;
    this.shake = shake;
    this.told = new Set();
    if (!("speechSynthesis" in window)) this.voice.closest(".form-check").hidden = true;
    if (!("vibrate" in navigator)) this.shake.closest(".form-check").hidden = true;
  }

  /** Phones let a page speak only after a touch; this is the touch. */
  wake() {
    if ("speechSynthesis" in window) window.speechSynthesis.speak(new SpeechSynthesisUtterance(""));
  }

  tell({ track_id: track, text, match }) {
    const key = `${track} ${text}`;
    if (match.kind === "ignore" || this.told.has(key)) return;
    this.told.add(key);
    const words = match.ambiguous
      ? gettext("several registered plates are as near")
      : match.valid ? interpolate(gettext("on the list “%s”"), [match.list]) : interpolate(gettext("on the list “%s”, but not valid now"), [match.list]);
    this.show(`${text}: ${words}`, match.valid ? match.kind : "");
    if (this.shake.checked && "vibrate" in navigator) navigator.vibrate(SHAKES[match.kind] ?? SHAKES.watch);
    if (this.voice.checked) this.say(`${[...text].join(" ")}. ${words}`);
  }

  show(words, kind) {
    this.element.textContent = words;
    this.element.dataset.kind = kind;
    this.element.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.element.hidden = true; }, SHOWN_FOR);
  }

  say(words) {
    if (!("speechSynthesis" in window)) return;
    const said = new SpeechSynthesisUtterance(words);
    said.lang = document.documentElement.lang;
    window.speechSynthesis.speak(said);
    this.element.dataset.said = words;
  }
}
