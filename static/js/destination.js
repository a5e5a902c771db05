/** Shows of a destination's form what its kind needs: the other fields keep their values and are hidden. */
const kind = document.querySelector("[name=transport]");
const fields = [...document.querySelectorAll("[data-kinds]")];

function showFields() {
  for (const field of fields) {
    const row = field.closest(".mb-3");
    if (!row.querySelector(".invalid-feedback")) row.hidden = !field.dataset.kinds.split(" ").includes(kind.value);
  }
}

kind.addEventListener("change", showFields);
showFields();
