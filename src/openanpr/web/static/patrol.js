// One alert at a time, as the node tells it. What is shown lives in this page's memory and goes with it.
import { $, awaitPictures, bar, bell, choose, clockText, keepAges, listen, put, say } from "./live.js";

const areas = new URLSearchParams(location.search).get("areas") ?? "";
const query = `?areas=${encodeURIComponent(areas)}`;
const ring = bell($("sound"));
const MOST_SAID = 3;
const SHAPE = { card: ".one", focus: ".one__short" };
let current = null;
let csrf = "";
let on = false;
let ever = false;
let ended = false;
let line = null;
const lost = bar($("lost"), () => line?.now() ?? Date.now());

const all = () => [...$("cards").children];
const byId = (id) => all().find((one) => one.dataset.alert === id);

function show() {
  if (!byId(current)) current = all()[0]?.dataset.alert ?? null;
  for (const one of all()) one.hidden = one.dataset.alert !== current;
  for (const one of document.querySelectorAll(".one .large")) one.disabled = !on;
  const others = all().filter((one) => one.dataset.alert !== current);
  const waits = others.filter((one) => one.dataset.waits === "yes").length;
  $("next").hidden = !others.length;
  $("next").textContent = waits ? `Next alert: ${waits} more ${waits === 1 ? "waits" : "wait"}` : "Next alert";
  $("none").hidden = all().length > 0;
  $("none-words").textContent = ended ? "What was here is no longer shown." : ever ? "No alert in your area." : on ? "Nothing yet." : "Nothing is shown: nothing is kept on this device. Waiting for the network.";
}

line = listen(`/patrol/stream${query}`, new Date().toISOString(), {
  queue(told) {
    csrf = told.csrf;
    ever = true;
    const before = new Set(all().map((one) => one.dataset.alert));
    $("cards").innerHTML = told.html;
    if (all().some((one) => !before.has(one.dataset.alert)) && before.size) ring("alert");
    show();
  },
  alert(told) {
    put(told, $("cards"), SHAPE);
    if (told.alarm) {
      say(told.said, MOST_SAID);
      ring(told.alarm);
    }
    show();
  },
  on() {
    on = true;
    $("line").textContent = "Live";
    $("line").classList.remove("patrol__line--off");
    lost.back("Connected again", 5_000);
  },
  off(since) {
    on = false;
    $("line").textContent = "Not live";
    $("line").classList.add("patrol__line--off");
    if (lost.lost(since, (age) => ["NO NETWORK. ", ...(ever ? [`Shown as at ${clockText(since)}, `, age, " old."] : [])])) ring("lost");
    show();
  },
  over(words, href, link) {
    ended = true;
    lost.over(words, href, link);
    $("cards").replaceChildren();
    show();
  },
});
keepAges(line.now);

async function send(one, fields) {
  const form = new URLSearchParams({ ...fields, shown: one.dataset.hits, areas });
  $("answer").textContent = "Sending";
  try {
    const answer = await fetch(`/patrol/${one.dataset.alert}/steps`, { method: "POST", body: form, headers: { "x-csrf-token": csrf, "hx-request": "true" } });
    $("answer").textContent = answer.ok || [409, 422].includes(answer.status) ? (await answer.text()).trim() : "Not done: you may not do this.";
  } catch {
    $("answer").textContent = "Not done: no network.";
  }
}

async function picture(one) {
  const box = one.querySelector("[data-pictures]");
  const address = `/patrol/${one.dataset.alert}/pictures`;
  try {
    const answer = await fetch(`${address}${query}`, { headers: { "hx-request": "true" } });
    if (!answer.ok) throw new Error("refused");
    box.innerHTML = await answer.text();
    box.hidden = false;
    one.querySelector("[data-picture]").hidden = true;
    one.querySelector("[data-checks]").hidden = box.querySelector("[data-held]").dataset.held === "0";
    // One that comes later waits for a press, as the first did.
    awaitPictures(box, `${address}/held${query}`, () => {
      one.querySelector("[data-picture]").hidden = false;
      $("answer").textContent = "A picture has come.";
    });
  } catch {
    $("answer").textContent = "The picture did not come.";
  }
}

$("cards").addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  const one = pressed?.closest(".one");
  if (!one) return;
  if (pressed.dataset.picture !== undefined) return picture(one);
  const { step, ...fields } = pressed.dataset;
  if (step !== undefined) send(one, fields);
});
$("next").addEventListener("click", () => {
  const ids = all().map((one) => one.dataset.alert);
  current = ids[(ids.indexOf(current) + 1) % ids.length];
  $("answer").textContent = "";
  show();
  byId(current)?.querySelector(".one__short").focus();
});

// By night or by day.
const nights = [...document.querySelectorAll("[data-night]")];
function light(kept) {
  if (kept) for (const one of nights) one.media = kept === "night" ? "all" : "not all";
  const dark = matchMedia(nights[0].media).matches;
  $("light").textContent = dark ? "Day" : "Night";
  return dark;
}
light();
$("light").addEventListener("click", () => {
  const kept = light() ? "day" : "night";
  light(kept);
  choose({ light: kept }).catch(() => {});
});
show();

// The empty page opens without the network, too.
navigator.serviceWorker?.register("/patrol-worker.js", { scope: "/patrol" }).catch(() => {});
