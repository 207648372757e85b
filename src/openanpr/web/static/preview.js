// What a camera sees now: the newest picture twice a second, while the page is in sight.
// Each minute is asked for anew, which the node writes down; after ten of them a person must ask again.

const EVERY_MS = 500;
const RENEW_S = 8;
const MOST_RENEWALS = 9;
const LOST_MS = 3_000;
const OLD_MS = 10_000;

const place = document.querySelector("[data-preview]");
const lost = document.querySelector("[data-lost]");
const said = document.querySelector("[data-said]");
const WORDS = {
  waiting: "The reader is asked",
  picture: "Pictures come",
  none: "The reader sends none",
  over: "The minute is over: look again if you need to",
  retired: "This camera was retired",
};
let renewals = 0;
let renewing = false;
let lastAt = Date.now();
let state = place.querySelector("[data-seen]").dataset.state;

const seen = () => place.querySelector("[data-seen]");

function tell(now) {
  if (now === state) return;
  state = now;
  said.textContent = WORDS[now] ?? "";
}

// The old picture stays until the new one is ready: else it would flicker.
async function put(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const made = box.content.querySelector("[data-seen]");
  if (!made) return false;
  const image = made.querySelector("image");
  if (image) {
    const ready = new Image();
    ready.src = image.getAttribute("href");
    await ready.decode().catch(() => {});
  }
  seen().replaceWith(made);
  tell(made.dataset.state);
  return true;
}

async function renew() {
  if (renewing || renewals >= MOST_RENEWALS) return;
  renewing = true;
  renewals += 1;
  const body = new URLSearchParams({ csrf: place.dataset.csrf });
  await fetch(place.dataset.again, { method: "POST", body, redirect: "manual" }).catch(() => {});
  renewing = false;
}

async function turn() {
  if (document.hidden || seen().dataset.state === "over" || seen().dataset.state === "retired") return true;
  const answer = await fetch(place.dataset.preview, {
    headers: { "hx-request": "true" },
    cache: "no-store",
    signal: AbortSignal.timeout(LOST_MS),
  });
  if (answer.status === 401 || answer.status === 403) {
    location.reload(); // signed out, or not allowed any more: the page itself says so
    return false;
  }
  if (!answer.ok || !(await put(await answer.text()))) throw new Error("no picture");
  if (Number(seen().dataset.left) < RENEW_S && seen().dataset.state !== "over") renew();
  return true;
}

async function run() {
  let goes = true;
  try {
    goes = await turn();
    lastAt = Date.now();
    lost.hidden = true;
    delete place.dataset.old;
  } catch {
    const silent = Date.now() - lastAt;
    if (silent > LOST_MS) {
      if (lost.hidden) said.textContent = "Connection lost";
      lost.hidden = false;
      place.dataset.old = "";
    }
    if (silent > OLD_MS) seen().querySelector(".preview__picture")?.remove();
  }
  if (goes) setTimeout(run, EVERY_MS);
}

place.dataset.runs = "";
document.addEventListener("visibilitychange", () => {
  lastAt = Date.now();
});
run();
