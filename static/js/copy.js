/** A button with `data-copy` puts the value of the field of that id on the clipboard and says so. */
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.querySelector("span").textContent = button.dataset.copied;
    } catch {
      field.focus(); // without https there is no clipboard: the text is selected for the keyboard
    }
  });
}
