// The list of exports, fetched again while one of them grows; it picks up where it stood after a reload.
const PAUSE = 1500;

async function refresh() {
  const list = document.querySelector("[data-fresh=exports]");
  if (!list.querySelector("[data-busy=yes]")) return;
  if (!document.hidden) {
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok && !answer.redirected) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const other = fresh.querySelector("[data-fresh=exports]");
      if (other && !list.contains(document.activeElement)) list.replaceChildren(...other.childNodes);
      else if (other) moveOn(list, other);
    }
  }
  setTimeout(refresh, PAUSE);
}

// While somebody is about to press a button of the list only the figures change.
function moveOn(list, other) {
  const bars = list.querySelectorAll("progress");
  const fresh = other.querySelectorAll("progress");
  if (bars.length === fresh.length) bars.forEach((bar, at) => { bar.value = fresh[at].value; });
  else list.replaceChildren(...other.childNodes);
}

refresh();
