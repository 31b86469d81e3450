/* Service worker of /verify: keeps the scanner and its tables on the device, so that it opens without a network.
   It keeps no verdict. Trust lists and status lists are kept by scan.js, which believes them only by their signatures and dates. */
"use strict";

const SHELL = "aquacert-shell-%VERSION%";
const PAGES = ["/verify", "/verify/tables.json", "/verify/manifest.webmanifest"];
const FILES = ["%FILES%"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(PAGES.concat(FILES).map((url) => new Request(url, { cache: "reload" })))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith("aquacert-shell-") && name !== SHELL).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match("/verify", { cacheName: SHELL });
    return kept || Response.error();
  }
}

async function kept(request) {
  const found = await caches.match(request, { cacheName: SHELL, ignoreSearch: true });
  return found || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) { return; }
  if (event.request.mode === "navigate") {
    if (url.pathname === "/verify") { event.respondWith(page(event.request)); }
  } else if (FILES.includes(url.pathname) || url.pathname === "/verify/tables.json") {
    event.respondWith(kept(event.request));
  }
});
