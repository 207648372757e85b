// What every page has: the design system's own parts, the menu of a small screen, the text that forms must bring.
import { initAll } from "./vendor/govuk-frontend.min.js";

// A module runs before the event by which begin.js marks the body, and the parts look for the mark.
document.body.classList.add("js-enabled", "govuk-frontend-supported");
// The design system says of a radio that reveals fields whether it is expanded, which no radio may say of itself.
const unexpanded = () => {
  for (const one of document.querySelectorAll("input[type=radio][aria-expanded]")) one.removeAttribute("aria-expanded");
};
new MutationObserver(unexpanded).observe(document.body, { subtree: true, attributeFilter: ["aria-expanded"] });
initAll();

document.body.addEventListener("htmx:configRequest", (event) => {
  if (document.body.dataset.csrf) event.detail.headers["x-csrf-token"] = document.body.dataset.csrf;
});

// A press twice at once does a thing once: also of a button that came with a part of a page.
const pressed = new WeakMap();
const ONCE_MS = 1_000;
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-prevent-double-click]:not([data-module])");
  if (!button) return;
  if (event.timeStamp - (pressed.get(button) ?? -ONCE_MS) < ONCE_MS) event.preventDefault();
  else pressed.set(button, event.timeStamp);
});

// What takes a while says so where it was begun; a page that is gone back to waits for nothing.
for (const said of document.querySelectorAll("[data-waits]")) {
  said.closest("form").addEventListener("submit", () => (said.textContent = said.dataset.waits));
  addEventListener("pageshow", () => (said.textContent = ""));
}

const opener = document.querySelector(".menu__open");
const list = document.querySelector(".menu__list");
if (opener && list) {
  opener.hidden = false;
  opener.addEventListener("click", () => {
    const open = list.classList.toggle("menu__list--open");
    opener.setAttribute("aria-expanded", String(open));
  });
}
