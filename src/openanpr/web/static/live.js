// What screens of live alerts share: the line to the node, the order of cards, what is said, and what the head
// of the page tells. A beat comes every ten seconds; where none does, the line counts as lost, whatever the
// browser believes.

const SILENCE_MS = 25_000;
const AGAIN_MS = 2_000;
const SOON_MS = 120_000;
const PICTURE_MS = 2_000;
const LONGEST_PICTURE_MS = 30_000;

export const $ = (id) => document.getElementById(id);

// heard: {queue(told), alert(told), on(), off(since), over(words, href, link)}; returns {now()}: the node's time.
export function listen(address, startedAt, heard) {
  let source;
  let offset = new Date(startedAt).getTime() - Date.now();
  let lastAt = Date.now();
  let on = false;
  let ended = false;
  const now = () => Date.now() + offset;
  const ends = ending(now);

  const came = (event) => {
    const told = JSON.parse(event.data);
    offset = new Date(told.now).getTime() - Date.now();
    lastAt = Date.now();
    if (told.idles_at) ends.told(told);
    if (!on) {
      on = true;
      heard.on();
    }
    return told;
  };
  const lost = () => {
    if (ended) return;
    on = false;
    heard.off(new Date(lastAt + offset));
  };
  const over = (status) => {
    ended = true;
    ends.told({});
    source?.close();
    if (status === 401) heard.over("SIGNED OUT. Nobody is signed in at this screen, and no alert comes to it.", "/sign-in", "Sign in again");
    else heard.over("YOU MAY NOT SEE ALERTS ANY MORE. None comes to this screen.", "/", "Go to the start page");
  };
  const refused = (answer) => [401, 403].includes(answer.status) && !ended && (over(answer.status), true);
  const why = async () => {
    // A stream that ended for good does not tell why: whoever asks for it once more is told.
    const asking = new AbortController();
    try {
      const answer = await fetch(address, { headers: { accept: "text/event-stream" }, redirect: "manual", signal: asking.signal });
      if (refused(answer)) return;
    } catch {
      // The node is away: asked again in a moment.
    } finally {
      asking.abort();
    }
    setTimeout(open, AGAIN_MS);
  };
  function open() {
    source?.close();
    if (ended) return;
    source = new EventSource(address);
    source.addEventListener("queue", (event) => heard.queue(came(event)));
    source.addEventListener("alert", (event) => heard.alert(came(event)));
    source.addEventListener("beat", came);
    source.addEventListener("error", () => {
      lost();
      if (source.readyState === EventSource.CLOSED) why();
    });
  }
  setInterval(() => {
    if (on && Date.now() - lastAt > SILENCE_MS) {
      lost();
      open();
    }
    ends.tell(on);
  }, 1_000);
  addEventListener("offline", lost);
  addEventListener("pagehide", () => source?.close());
  // That a page listens is nobody's activity: only what a person asks keeps a session from idling.
  $("soon-stay").addEventListener("click", async () => {
    const answer = await fetch(address.replace(/\/stream.*/, ""), { headers: { "hx-request": "true" }, redirect: "manual" }).catch(() => null);
    if (answer && !refused(answer)) ends.told({});
  });
  open();
  return { now };
}

// Says two minutes before that the person will be signed out, and lets them stay where that is possible.
function ending(now) {
  let idles = null;
  let whole = null;
  const at = (text) => (text ? new Date(text) : null);
  const tell = (on) => {
    const end = idles && (idles < whole ? idles : whole);
    const soon = Boolean(on && end && end - now() < SOON_MS);
    if (soon) write($("soon-words"), end === idles ? `This screen has not been used for a while. Its session ends at ${clockText(end)}.` : `The session of this screen ends at ${clockText(end)}, used or not. Then sign in anew.`);
    $("soon-stay").hidden = end !== idles;
    $("soon").hidden = !soon;
  };
  return {
    told(told) {
      [idles, whole] = [at(told.idles_at), at(told.ends_at)];
      tell(true);
    },
    tell,
  };
}

// The bar across the head of a page that lost its line, until a moment after it is back.
export function bar(box, now) {
  let since = null;
  return {
    isLost: () => since !== null,
    // words(age) gives what it says; true where it was not lost before.
    lost(at, words) {
      if (since) return false;
      since = at;
      const age = document.createElement("span");
      age.dataset.span = at.toISOString();
      age.setAttribute("aria-live", "off");
      age.textContent = span(now() - at);
      box.className = "lost";
      box.replaceChildren(...words(age));
      return true;
    },
    back(words, ms) {
      if (!since) return;
      since = null;
      box.className = "lost lost--back";
      box.textContent = words;
      setTimeout(() => since ?? box.replaceChildren(), ms);
    },
    over(words, href, text) {
      since ??= new Date(now());
      const link = document.createElement("a");
      [link.href, link.textContent] = [href, text];
      box.className = "lost";
      box.replaceChildren(`${words} `, link);
    },
  };
}

// For whoever hears the page: the newest few.
export function say(text, most) {
  const line = document.createElement("p");
  line.textContent = text;
  $("said").append(line);
  while ($("said").children.length > most) $("said").firstChild.remove();
}

// An alert takes its place in the order of the node's queues; focus stays with it. Returns it, null where none is.
export function put(told, shelf, { card, focus }) {
  const old = [...document.querySelectorAll(card)].find((one) => one.dataset.alert === told.id);
  if (old && Number(old.dataset.version) > told.version) return null;
  const focused = old?.contains(document.activeElement);
  old?.remove();
  if (!told.open) return null;
  const box = document.createElement("template");
  box.innerHTML = told.html;
  const made = box.content.querySelector(card);
  shelf.insertBefore(made, [...shelf.children].find((one) => one.dataset.order > told.order) ?? null);
  if (focused) {
    made.hidden = false;
    made.querySelector(focus).focus({ preventScroll: true });
  }
  return made;
}

// Asks for pictures that have not come, less and less often. How many there are is no look at them.
const asked = new WeakMap();
export function awaitPictures(box, address, come) {
  let wait = PICTURE_MS;
  const shown = () => box.querySelector("[data-awaited]");
  const later = () => asked.set(box, setTimeout(turn, wait));
  const turn = async () => {
    if (!box.isConnected || shown()?.dataset.awaited !== "yes") return;
    wait = Math.min(2 * wait, LONGEST_PICTURE_MS);
    try {
      const answer = document.hidden ? null : await fetch(address, { headers: { "hx-request": "true" } });
      if (answer?.ok) {
        const { held, awaited } = await answer.json();
        if (held > Number(shown().dataset.held) || !awaited) return come();
      } else if (answer && answer.status < 500) return;
    } catch {
      // The line is away: asked again in a moment.
    }
    later();
  };
  clearTimeout(asked.get(box));
  if (shown()?.dataset.awaited === "yes") later();
}

export function span(ms) {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  for (const [size, name] of [[86400, "day"], [3600, "hour"], [60, "minute"]])
    if (seconds >= size) return counted(Math.floor(seconds / size), name);
  return counted(seconds, "second");
}

function counted(count, name) {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

// Keeps all that is told as an age true, in words.
export function keepAges(now) {
  const tell = () => {
    for (const one of document.querySelectorAll("[data-ago]")) write(one, `${span(now() - new Date(one.dataset.ago))} ago`);
    for (const one of document.querySelectorAll("[data-span]")) write(one, span(now() - new Date(one.dataset.span)));
  };
  setInterval(tell, 1_000);
  tell();
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Changes how this person wants pages: kept where the page of text and contrast keeps it.
export function choose(changed) {
  const of = (name) => [...document.documentElement.classList].find((one) => one.startsWith(`${name}-`)).slice(name.length + 1);
  const { sound, keys, map } = document.querySelector("[data-keys]").dataset;
  const now = { light: of("light"), size: of("size"), contrast: of("contrast"), sound: sound === "yes" ? "sound" : "", keys: keys === "yes" ? "keys" : "", map: map === "yes" ? "map" : "" };
  return fetch("/look", { method: "POST", body: new URLSearchParams({ ...now, ...changed }), redirect: "manual" });
}

export function clockText(at) {
  return at.toLocaleTimeString("en-GB", { hour12: false });
}

// Tones made here, of no file; a browser lets a page sound only after a press.
export function bell(button) {
  let context;
  const tone = (at, pitch, length) => {
    const [wave, volume] = [context.createOscillator(), context.createGain()];
    wave.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.4, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + length);
    wave.connect(volume).connect(context.destination);
    wave.start(at);
    wave.stop(at + length);
  };
  const TONES = { stop: [880, 1175, 880, 1175], alert: [660, 880], lost: [330, 247, 196] };
  const ring = (kind) => {
    if (context?.state !== "running") return;
    TONES[kind].forEach((pitch, n) => tone(context.currentTime + n * 0.22, pitch, 0.2));
    button.dataset.rang = kind;
  };
  if (button) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      context ??= new AudioContext();
      if (button.getAttribute("aria-pressed") === "true") await context.suspend();
      else await context.resume();
      const running = context.state === "running";
      button.setAttribute("aria-pressed", String(running));
      button.textContent = running ? "Sound is on" : "Sound: press to begin";
      if (running) ring("alert");
    });
  }
  return ring;
}
