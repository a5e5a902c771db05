// Parts of a page that no message tells of: the page is fetched again in silence and its `data-fresh` parts replaced.
const PAUSE = 15000;

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const other = fresh.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
    if (other && !part.contains(document.activeElement)) part.replaceChildren(...other.childNodes);
  }
}

if (document.querySelector("[data-fresh]")) {
  setInterval(refresh, PAUSE);
  document.addEventListener("visibilitychange", refresh);
}
