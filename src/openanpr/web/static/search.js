// Searches: the plate as it is typed, cameras found in a list, an area drawn on a map, a journey. All of it can
// be done without: fields are plain fields, and what a map shows stands in a table too.

import { createAll, Radios, Checkboxes, Tabs } from "./vendor/govuk-frontend.min.js";
import "./refused.js";

const LAYOUTS = [/^([A-Z]{2}\d{2})([A-Z]{3})$/, /^([A-Z]\d{1,3})([A-Z]{3})$/, /^([A-Z]{3})(\d{1,3}[A-Z])$/, /^([A-Z]{1,3})(\d{1,4})$/, /^(\d{1,4})([A-Z]{1,3})$/];

function plate(text) {
  const mark = text.toUpperCase().replace(/[^A-Z0-9]/g, "");
  for (const one of LAYOUTS) {
    const parts = one.exec(mark);
    if (parts) return `${parts[1]} ${parts[2]}`;
  }
  return mark;
}

function typedPlates(within) {
  for (const field of within.querySelectorAll("[data-plate]")) {
    const shown = document.getElementById(field.dataset.plate);
    const show = () => {
      shown.hidden = !field.value.trim();
      shown.firstElementChild.textContent = plate(field.value);
    };
    field.addEventListener("input", show);
    show();
  }
}

function cameraLists(within) {
  for (const list of within.querySelectorAll("[data-cameras]")) {
    const filter = list.querySelector(".cameras__filter");
    const [field, count] = [filter.querySelector("input"), filter.querySelector("[role=status]")];
    const items = [...list.querySelectorAll(".govuk-checkboxes__item")];
    filter.hidden = false;
    const tell = () => {
      const wanted = field.value.trim().toLowerCase();
      let shown = 0;
      for (const one of items) {
        const box = one.querySelector("input");
        one.hidden = !box.checked && !one.textContent.toLowerCase().includes(wanted);
        if (!one.hidden) shown += 1;
      }
      const chosen = items.filter((one) => one.querySelector("input").checked).length;
      count.textContent = `${shown} of ${items.length} shown, ${chosen} chosen`;
    };
    field.addEventListener("input", tell);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    list.addEventListener("change", tell);
    tell();
  }
}

const feature = (kind, id, geometry, more = {}) => ({ type: "Feature", properties: { id, kind, ...more }, geometry });
const point = (at) => ({ type: "Point", coordinates: at });

// Opens a map when it comes to be seen: one in a part that is hidden has no size.
function whenSeen(element, opened) {
  const watch = new IntersectionObserver(async (seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    watch.disconnect();
    const { openMap } = await import("./map.js");
    opened(await openMap(element));
  });
  watch.observe(element);
}

function read(text) {
  return text.split("\n").map((line) => line.trim().split(/[,\s]+/).map(Number)).filter(([lat, lon]) => Number.isFinite(lat) && Number.isFinite(lon)).map(([lat, lon]) => [lon, lat]);
}

function areas(within) {
  for (const area of within.querySelectorAll("[data-area]")) {
    const field = document.getElementById(area.dataset.area);
    const [shown, element] = [area.querySelector(".area__map"), area.querySelector(".map")];
    shown.hidden = false;
    whenSeen(element, (map) => {
      const cameras = [...document.querySelectorAll("[data-cameras] input[data-lat]")].map((one) => feature("camera", one.value, point([Number(one.dataset.lon), Number(one.dataset.lat)]), { label: one.dataset.name }));
      const unique = [...new Map(cameras.map((one) => [one.properties.id, one])).values()];
      map.show({ type: "FeatureCollection", features: unique });
      map.fit();
      let own = false;
      const pen = map.drawArea((ring) => {
        own = true;
        field.value = ring.map(([lon, lat]) => `${lat.toFixed(6)}, ${lon.toFixed(6)}`).join("\n");
        own = false;
      }, read(field.value));
      map.drawing = true;
      area.querySelector("[data-undo]").addEventListener("click", pen.undo);
      area.querySelector("[data-clear]").addEventListener("click", pen.clear);
      field.addEventListener("change", () => own || pen.set(read(field.value)));
    });
  }
}

function minutesOf(select) {
  return Number(select?.value ?? 30);
}

function journeys(within) {
  const select = within.querySelector("#gap");
  const legs = [...within.querySelectorAll(".leg")];
  const element = within.querySelector("#journey-map");
  const rows = [...within.querySelectorAll(".read[data-lat]")];
  const at = new Map(rows.map((one) => [one.dataset.number, [Number(one.dataset.lon), Number(one.dataset.lat)]]));
  let map = null;
  const draw = () => {
    if (!map) return;
    const times = rows.map((one) => Date.parse(one.dataset.at));
    const [first, last] = [Math.min(...times), Math.max(...times)];
    const stops = new Map();
    const order = [...rows.keys()].sort((one, other) => times[one] - times[other]);
    for (const [turn, index] of order.entries()) {
      const { number, camera } = rows[index].dataset;
      const where = at.get(number).join();
      const stop = stops.get(where) ?? { number, camera, turns: [], kind: "camera", at: at.get(number) };
      stop.turns.push(turn + 1);
      if (legs.length && times[index] === last) stop.kind = "end";
      else if (legs.length && times[index] === first) stop.kind = "start";
      stops.set(where, stop);
    }
    // Beside a stop stands when it came in the order of time; of many, how many.
    const turns = (stop) => (!legs.length ? "" : stop.turns.length > 4 ? ` (${stop.turns.length} times)` : ` (${stop.turns.join(", ")})`);
    const points = [...stops.values()].map((one) => feature(one.kind, one.number, point(one.at), { label: one.camera + turns(one) }));
    const missed = [...within.querySelectorAll('.worked[data-saw="0"][data-lat]')].map((one) => feature("missed", `missed ${one.dataset.camera}`, point([Number(one.dataset.lon), Number(one.dataset.lat)]), { label: `${one.dataset.camera}: not read` }));
    // Cameras between two reads: those on every or the quickest way, and of a leg that is opened the others too.
    for (const one of within.querySelectorAll(".missed[data-lat]")) {
      const where = [Number(one.dataset.lon), Number(one.dataset.lat)];
      const told = one.dataset.on !== "some" || one.closest("details").open;
      if (!told || stops.has(where.join()) || missed.some((it) => it.properties.id === `missed ${where}`)) continue;
      missed.push(feature("missed", `missed ${where}`, point(where), { label: `${one.dataset.camera}: not read` }));
    }
    const lines = legs.filter((one) => at.has(one.dataset.start) && at.has(one.dataset.end)).map((one) => feature(Number(one.dataset.minutes) > minutesOf(select) ? "gap" : "leg", `${one.dataset.start}-${one.dataset.end}`, { type: "LineString", coordinates: [at.get(one.dataset.start), at.get(one.dataset.end)] }));
    map.show({ type: "FeatureCollection", features: [...lines, ...missed, ...points] });
  };
  if (select && legs.length) {
    select.parentElement.hidden = false;
    select.addEventListener("change", () => {
      const told = select.selectedOptions[0].textContent;
      for (const one of legs) {
        const cell = one.querySelector(".leg__told");
        if (Number(one.dataset.minutes) > minutesOf(select)) {
          const tag = document.createElement("strong");
          tag.className = "govuk-tag govuk-tag--grey";
          tag.textContent = "Gap";
          cell.replaceChildren(tag, ` more than ${told}`);
        } else cell.textContent = "Leg";
      }
      draw();
    });
  }
  for (const one of within.querySelectorAll(".between__told")) one.addEventListener("toggle", draw);
  if (element) {
    element.hidden = false;
    whenSeen(element, (made) => {
      map = made;
      draw();
      map.fit();
    });
  }
}

// What a part of a page says cannot be taken is said at the fields too.
function markFaults(summary) {
  for (const link of summary.querySelectorAll("a[href^='#']")) {
    const field = document.getElementById(link.getAttribute("href").slice(1));
    const group = field?.closest(".govuk-form-group");
    if (!group) continue;
    group.classList.add("govuk-form-group--error");
    if (field.matches("input[type=text], textarea")) field.classList.add("govuk-input--error");
    const id = `${field.id}-said`;
    if (!document.getElementById(id)) {
      const said = document.createElement("p");
      said.className = "govuk-error-message";
      said.id = id;
      said.dataset.said = "";
      said.textContent = link.textContent;
      group.insertBefore(said, field.closest("fieldset, .moment__parts, .govuk-radios") === null ? field : group.firstChild);
      field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
    }
    link.addEventListener("click", (event) => {
      event.preventDefault();
      field.focus();
      field.scrollIntoView({ block: "center" });
    });
  }
  summary.focus();
}

function clearFaults() {
  for (const one of document.querySelectorAll("[data-said]")) {
    one.closest(".govuk-form-group")?.classList.remove("govuk-form-group--error");
    one.remove();
  }
}

function begin(within) {
  typedPlates(within);
  cameraLists(within);
  areas(within);
  journeys(within);
  sortTables(within);
}

// What sorts tables weighs as much as a page: only a page that has one asks for it.
async function sortTables(within) {
  if (!within.querySelector("[data-module=moj-sortable-table]")) return;
  const { SortableTable } = await import("./vendor/moj-frontend.min.js");
  createAll(SortableTable, undefined, within);
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  const swapped = event.detail.target?.isConnected ? event.detail.target : document.getElementById("standing");
  if (swapped?.id === "meter") {
    clearFaults();
    const summary = swapped.querySelector("[data-faults]");
    if (summary) markFaults(summary);
    else swapped.focus();
  } else if (swapped?.id === "opened") {
    swapped.querySelector("h3, [role=alert]")?.focus();
    swapped.scrollIntoView({ block: "start" });
  } else if (swapped?.id === "standing") {
    for (const part of [Radios, Checkboxes, Tabs]) createAll(part, undefined, swapped);
    begin(swapped);
    if (!swapped.hasAttribute("hx-get")) swapped.querySelector("h1")?.focus();
  }
});

for (const one of document.querySelectorAll("[data-print]")) {
  one.hidden = false;
  one.querySelector("button").addEventListener("click", () => window.print());
}
begin(document);
