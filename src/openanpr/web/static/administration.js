// A secret that is shown once can be copied.
const button = document.querySelector("[data-copy]");
const secret = document.querySelector(".once__secret");
const said = document.querySelector(".once__copied");
if (button && secret && navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(secret.textContent.trim());
      said.textContent = "Copied. Empty the clipboard when you have passed it on.";
    } catch {
      said.textContent = "It could not be copied: select it and copy it by hand.";
    }
  });
}
