// The self-test: one request for each step, one after another, so that each shows as soon as it is known.
const form = document.querySelector("[data-self-test]");
const summary = form.querySelector("[data-summary]");

function show(item, mark, outcome, words, ms) {
  item.dataset.outcome = outcome;
  item.querySelector(".check-mark").textContent = mark;
  item.querySelector("[data-words]").textContent = words;
  item.querySelector("[data-ms]").textContent = ms === undefined ? "" : `${Math.round(ms)} ms`;
}

async function tryOut(item) {
  show(item, "…", "busy", "");
  const body = new FormData(form);
  const answer = await fetch(form.dataset.address.replace("NAME", item.dataset.step), { method: "POST", body }).catch(() => null);
  if (!answer?.ok) {
    show(item, "✗", "bad", gettext("The server did not answer; its log says why."));
    return false;
  }
  const { is_ok: isOk, words, ms, picture } = await answer.json();
  show(item, isOk ? "✓" : "✗", isOk ? "good" : "bad", words, ms);
  if (picture) {
    const image = form.querySelector("[data-picture]");
    image.src = picture;
    image.hidden = false;
  }
  return isOk;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  summary.textContent = gettext("Testing…");
  let failures = 0;
  for (const item of form.querySelectorAll("[data-step]")) {
    if (!await tryOut(item)) failures += 1;
  }
  summary.textContent = failures
    ? interpolate(ngettext("%s step failed.", "%s steps failed.", failures), [failures])
    : gettext("Everything is in place.");
  button.disabled = false;
});
