/* Service worker of /field/: keeps the app's shell by version, so that every later opening asks the network for nothing.
   It keeps nobody's data and sends nothing: the day and the queue are in IndexedDB (store.js), and only sync.js sends. */
"use strict";

const SHELL = "aquacert-field-%VERSION%";
const PAGES = ["/field/", "/field/manifest.webmanifest", "/field/words/zh_CN.json", "/field/words/en.json"];
const FILES = ["%FILES%"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL)
    .then((cache) => cache.addAll(PAGES.concat(FILES).map((url) => new Request(url, { cache: "no-cache" }))))
    .then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith("aquacert-field-") && name !== SHELL).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

async function kept(address, request) {
  return await caches.match(address, { cacheName: SHELL }) || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) { return; }
  if (event.request.mode === "navigate") {
    if (url.pathname === "/field/") { event.respondWith(kept("/field/", event.request)); }
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(kept(url.pathname, event.request));
  } else if (PAGES.includes(url.pathname)) {
    event.respondWith(kept(url.pathname, event.request));
  }
});
