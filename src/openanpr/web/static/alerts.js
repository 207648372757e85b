// Live alerts: keeps the queue as the node tells it, and lets all be done by keys. Nothing is decided here.
import { $, awaitPictures, bar, bell, choose, clockText, keepAges, listen, put, say } from "./live.js";

// Styles written into attributes are refused by the policy of these pages.
window.htmx.config.attributesToSettle = ["class"];

const MOST_SAID = 5;
const SHAPE = { card: ".card", focus: ".card__open" };
const desk = $("desk");
const name = document.title;
const fresh = new Set();
let map;
let line = null;
const lost = bar($("lost"), () => line?.now() ?? Date.now());

const cards = () => [...document.querySelectorAll(".card")];
const card = (id) => $(`card-${id}`);
const shelf = (kind) => document.querySelector(`[data-shelf="${kind}"]`);
const waiting = (kind) => [...shelf(kind).children].filter((one) => !one.classList.contains("card--held")).length;
const ring = bell(desk.dataset.sound === "yes" ? $("sound") : null);

function count() {
  for (const kind of ["crime", "mass"]) {
    const waits = waiting(kind);
    const open = shelf(kind).children.length;
    document.querySelector(`[data-count="${kind}"]`).textContent = `${waits} ${waits === 1 ? "waits" : "wait"}, ${open} open`;
    document.querySelector(`[data-none="${kind}"]`).hidden = open > 0;
  }
  title();
  mark();
  draw();
}

function title() {
  const waits = waiting("crime") + waiting("mass");
  document.title = lost.isLost() ? `CONNECTION LOST – ${name}` : waits ? `(${waits}) ${name}` : name;
}

function mark() {
  const chosen = document.querySelector("[data-chosen]")?.dataset.chosen;
  for (const one of cards()) {
    const here = one.dataset.alert === chosen;
    one.classList.toggle("card--chosen", here);
    one.classList.toggle("card--fresh", fresh.has(one.dataset.alert) && !here);
    const link = one.querySelector(".card__open");
    if (here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// The clock of the chosen alert goes on as its card's does. Only what is to be looked at anew is a change: not
// that the clock told somebody, nor that whoever opened this page is there.
function changed(id, version, look) {
  const chosen = document.querySelector("[data-chosen]");
  if (chosen?.dataset.chosen !== id || version <= Number(chosen.dataset.version)) return;
  const clock = card(id)?.querySelector(".card__clock");
  if (clock) chosen.querySelector("[data-clock]").replaceChildren(...clock.cloneNode(true).childNodes);
  if (look === chosen.dataset.look) return;
  $("changed-text").textContent = "This alert has changed since you looked.";
  $("changed").hidden = false;
}

line = listen(desk.dataset.stream, desk.dataset.now, {
  queue(told) {
    const before = new Set(cards().map((one) => one.dataset.alert));
    const focused = document.activeElement?.closest(".card")?.dataset.alert;
    const top = $("queue").scrollTop;
    $("queue").innerHTML = told.html;
    window.htmx?.process($("queue"));
    $("queue").scrollTop = top;
    const came = cards().filter((one) => !before.has(one.dataset.alert));
    for (const one of came) fresh.add(one.dataset.alert);
    if (focused) card(focused)?.querySelector(".card__open").focus({ preventScroll: true });
    if (came.length) {
      say(came.length === 1 ? "An alert came meanwhile" : `${came.length} alerts came meanwhile`, MOST_SAID);
      ring("alert");
    }
    const chosen = document.querySelector("[data-chosen]")?.dataset.chosen;
    const its = chosen && card(chosen)?.dataset;
    if (its) changed(chosen, Number(its.version), its.look);
    count();
  },
  alert(told) {
    const made = put(told, shelf(told.kind), SHAPE);
    if (made) window.htmx?.process(made);
    if (told.alarm) {
      fresh.add(told.id);
      say(told.said, MOST_SAID);
      ring(told.alarm);
    }
    changed(told.id, told.version, told.look);
    count();
  },
  on() {
    $("live").className = "live live--on";
    $("live-words").textContent = "Live";
    lost.back(`Connected again at ${clockText(new Date(line.now()))}. The queue is whole.`, 8_000);
    title();
  },
  off(since) {
    $("live").className = "live live--off";
    $("live-words").textContent = "Not live";
    if (lost.lost(since, (age) => [`CONNECTION LOST. What you see is of ${clockText(since)}, `, age, " old. New alerts do not come. Trying again."])) ring("lost");
    title();
  },
  // Whoever sits down here next sees neither an alert nor a name.
  over(words, href, link) {
    lost.over(words, href, link);
    document.title = `${words.split(".")[0]} – ${name}`;
    const empty = document.createElement("div");
    empty.className = "alerts__empty";
    empty.textContent = "What was here is no longer shown. Alerts come again once somebody has signed in.";
    $("parts").replaceChildren(empty);
    for (const one of document.querySelectorAll(".head__own, .menu, .alerts__tools, .foot")) one.remove();
  },
});
keepAges(line.now);

// Keys. Never while somebody types, and none at all where they were switched off.
const typing = (element) => element.matches("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
const keysOn = () => desk.dataset.keys === "yes";

function step(by) {
  const all = cards().map((one) => one.querySelector(".card__open"));
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const to = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  to.focus();
}

function answer(number) {
  const one = document.querySelectorAll("#answers [data-answer]")[number - 1];
  if (!one) return;
  if (one.matches("input")) one.focus();
  else one.click();
  if (one.matches("summary") && one.parentElement.open) $("outcome")?.focus();
}

const KEYS = {
  j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
  q: () => cards()[0]?.querySelector(".card__open").focus(),
  r: () => $("changed-show")?.click(),
  "?": () => $("keys").showModal(),
};

addEventListener("keydown", (event) => {
  if (!keysOn() || event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || $("keys").open) return;
  if (event.key.startsWith("Arrow") && event.target.matches("input, summary, canvas")) return;
  const does = /^[1-9]$/.test(event.key) ? () => answer(Number(event.key)) : KEYS[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});
$("keys-open").hidden = false;
$("keys-open").addEventListener("click", () => $("keys").showModal());
$("keys-on").checked = keysOn();
$("keys-on").addEventListener("change", (event) => {
  desk.dataset.keys = event.target.checked ? "yes" : "no";
  choose({});
  number();
});

// Answers bear their number where keys are used.
function number() {
  for (const old of document.querySelectorAll(".answer__key")) old.remove();
  if (!keysOn()) return;
  [...document.querySelectorAll("#answers [data-answer]")].slice(0, 9).forEach((one, n) => {
    const key = document.createElement("kbd");
    key.className = "answer__key";
    key.setAttribute("aria-hidden", "true");
    key.textContent = String(n + 1);
    const where = one.matches("input") ? one.closest("form").querySelector("label") : (one.querySelector(".answer__short, .govuk-details__summary-text") ?? one);
    where.prepend(key);
  });
}

// What a picture shows can be said while one is here.
function pictured() {
  const held = document.querySelector("#chosen [data-held]")?.dataset.held;
  if (held === undefined) return;
  for (const one of document.querySelectorAll("[data-of-picture]")) one.disabled = held === "0";
  for (const one of document.querySelectorAll("[data-unpictured]")) one.hidden = held !== "0";
}

function picturesCame(box) {
  pictured();
  const address = box.getAttribute("hx-get");
  awaitPictures(box, `${address}/held`, () => window.htmx.ajax("GET", address, { target: box }));
}

document.body.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  if (target.matches(".pictures")) picturesCame(target);
  if (target.id !== "chosen" || !target.isConnected) return;
  pictured();
  const chosen = document.querySelector("[data-chosen]");
  if (chosen) fresh.delete(chosen.dataset.chosen);
  number();
  count();
  $("chosen-head")?.focus();
});
for (const failed of ["htmx:responseError", "htmx:sendError"])
  document.body.addEventListener(failed, (event) => {
    const target = event.detail.target;
    if (target?.id !== "chosen" && !target?.classList.contains("pictures")) return;
    const told = document.createElement("p");
    told.className = "changed changed--refused";
    told.setAttribute("role", "alert");
    told.textContent = "The node did not answer, and nothing was done. Try again when the line is back.";
    target.querySelector(":scope > p.changed")?.remove();
    target.prepend(told);
  });

// The map, only where there is room for it or somebody asks: it is heavy.
function points() {
  const chosen = document.querySelector("[data-chosen]")?.dataset.chosen;
  const at = cards().filter((one) => one.dataset.at);
  // Of many at one camera, one says its name, and the chosen one lies on top.
  const named = new Map(at.map((one) => [one.dataset.at, one]));
  const feature = (one) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: one.dataset.at.split(",").map(Number) },
    properties: {
      id: one.dataset.alert, kind: one.dataset.exact === "yes" ? "alert" : "possible", chosen: one.dataset.alert === chosen,
      ...(named.get(one.dataset.at) === one && { label: one.dataset.place }),
    },
  });
  const last = (one) => Number(one.dataset.alert === chosen);
  return { type: "FeatureCollection", features: at.sort((one, other) => last(one) - last(other)).map(feature) };
}

function draw() {
  if (!map) return;
  map.show(points());
}

async function openTheMap() {
  beside(true);
  if (map !== undefined) return;
  map = null;
  try {
    const { openMap } = await import("./map.js");
    map = await openMap($("map"));
    draw();
    map.fit();
    map.onPick((id) => card(id)?.querySelector(".card__open").focus());
  } catch {
    $("map").textContent = "The map cannot be drawn here. The queue tells each place in words.";
  }
}

function beside(open) {
  $("map-beside").hidden = !open;
  $("parts").classList.toggle("alerts__parts--map", open);
  $("map-open").textContent = open ? "Hide the map" : "Show the map";
  $("map-open").setAttribute("aria-expanded", String(open));
}

if ($("map")) {
  $("map-open").hidden = false;
  $("map-open").addEventListener("click", () => {
    const open = $("map-beside").hidden;
    desk.dataset.map = open ? "yes" : "no";
    choose({});
    if (open) openTheMap();
    else beside(false);
  });
  if (desk.dataset.map === "yes" && matchMedia("(min-width: 85rem)").matches) openTheMap();
}
number();
count();
