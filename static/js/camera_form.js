// The camera form: tries the source out and shows its picture, on which areas and lines are drawn.
import { ShapeEditor } from "./shape_editor.js";

const mark = document.querySelector("[data-camera-form]");
const source = document.querySelector("#id_source_url");

function editor() {
  const fields = Object.fromEntries([...document.querySelectorAll("[data-shapes]")].map((field) => [field.dataset.shapes, field]));
  const fieldset = document.querySelector(".picture-editor");
  if (!fieldset || !Object.keys(fields).length) return null;
  const root = document.createElement("div");
  root.className = "shape-editor";
  fieldset.querySelector(".form-row").before(root);
  for (const field of Object.values(fields)) field.closest(".form-row").classList.add("shape-text");
  return new ShapeEditor(root, fields);
}

function probe(shapes) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "probe-button";
  button.textContent = gettext("Try the source");
  const told = document.createElement("p");
  told.className = "probe-words";
  told.setAttribute("role", "status");
  const picture = new Image();
  picture.className = "probe-picture";
  picture.hidden = true;
  source.closest(".form-row").append(button, told, picture);
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.textContent = gettext("Opening the source…");
    told.dataset.outcome = "busy";
    const answer = await ask();
    button.disabled = false;
    told.dataset.outcome = answer.is_ok ? "good" : "bad";
    told.textContent = answer.is_ok
      ? interpolate(gettext("It answers: %s × %s, %s fps."), [answer.width, answer.height, answer.fps || "?"])
      : answer.words;
    picture.hidden = !answer.is_ok;
    if (!answer.is_ok) return;
    picture.src = `data:image/jpeg;base64,${answer.jpeg}`;
    picture.alt = gettext("A picture of the source");
    shapes?.show(picture.src);
  });
}

async function ask() {
  const body = new FormData();
  body.append("source_url", source.value);
  body.append("camera", mark.dataset.camera);
  body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  const answer = await fetch(mark.dataset.probe, { method: "POST", body }).catch(() => null);
  return answer?.ok ? answer.json() : { is_ok: false, words: gettext("The server did not answer; its log says why.") };
}

if (mark && source) {
  const shapes = editor();
  if (mark.dataset.picture) shapes?.show(mark.dataset.picture);
  probe(shapes);
}
