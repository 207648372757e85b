// Keeps the empty page for patrols, its style and its script, and nothing else: never an answer of the node.
const KEPT = "patrol {{ asset('patrol.js') }}";
const FILES = ["/patrol/shell", "{{ asset('look.css') }}", "{{ asset('night.css') }}", "{{ asset('patrol.css') }}", "{{ asset('patrol.js') }}", "{{ asset('live.js') }}", "{{ asset('icon.svg') }}"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FILES.map((one) => new Request(one, { credentials: "same-origin" })))).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((one) => one.startsWith("patrol ") && one !== KEPT).map((one) => caches.delete(one)))).then(() => clients.claim()));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === "/patrol") event.respondWith(fetch(request).catch(() => caches.match("/patrol/shell")));
  else if (pathname.startsWith("/static/") && FILES.includes(pathname)) event.respondWith(caches.match(pathname).then((found) => found ?? fetch(request)));
});
