// What is refused is told where its answer would have stood. What asks by itself, and is told that the node
// cannot answer now, keeps what stands and asks again.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, elt } = event.detail;
  if (xhr.status < 400) return;
  event.detail.isError = false;
  event.detail.shouldSwap = !(xhr.status === 503 && elt.getAttribute("hx-trigger")?.startsWith("every"));
});
