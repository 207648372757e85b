// Says that a picture is being read, and goes to what was found.
const form = document.querySelector(".try__form");
form?.addEventListener("submit", () => {
  form.querySelector(".try__wait").hidden = false;
});
document.getElementById("found")?.focus();

// A file that is dropped anywhere on the form is as one that was chosen.
form?.addEventListener("dragover", (event) => event.preventDefault());
form?.addEventListener("drop", (event) => {
  const { files } = event.dataTransfer;
  if (!files.length) return;
  event.preventDefault();
  form.querySelector("input[type=file]").files = files;
});
