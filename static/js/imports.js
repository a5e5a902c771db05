// Sends a dataset by parts, so that no request is large and a connection that breaks loses one part only.
const PAUSES = [1000, 2000, 4000, 8000];
const form = document.querySelector("[data-import]");
const part = (name) => form.querySelector(`[data-${name}]`);
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

class Refusal extends Error {}

/** Tried again a few times while nobody answers. */
async function post(address, body) {
  for (let turn = 0; ; turn += 1) {
    try {
      const response = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, body, redirect: "manual" });
      const said = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
      if (response.ok) return said;
      if (response.status < 500) throw new Refusal(said.error ?? gettext("The server refused this."));
    } catch (error) {
      if (error instanceof Refusal) throw error;
    }
    if (turn === PAUSES.length) throw new Refusal(gettext("The server does not answer."));
    await wait(PAUSES[turn]);
  }
}

async function send(file) {
  const order = await post(form.action, new URLSearchParams({ name: file.name, size: file.size, ...(form.elements.only_check.checked && { only_check: "on" }) }));
  for (let at = 0; at < file.size;) {
    const { received } = await post(`${order.part}?at=${at}`, file.slice(at, at + order.most));
    if (!(received > at)) throw new Refusal(gettext("The server refused this."));
    at = received;
    part("sent").value = (100 * at) / file.size;
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = form.elements.file.files;
  if (!file) return;
  part("trouble").hidden = true;
  part("sending").hidden = false;
  part("submit").disabled = true;
  try {
    await send(file);
    window.location.reload();
  } catch (error) {
    part("trouble").textContent = error.message;
    part("trouble").hidden = false;
    part("sending").hidden = true;
    part("submit").disabled = false;
  }
});
part("submit").disabled = false;  // before, a click would send the form itself, which has no parts
