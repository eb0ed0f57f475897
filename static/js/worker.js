// The service worker, served from the root by readings/views/worker.py, which writes AT (addresses) above this line.

const CACHE = "homelog";

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(page(request));
});

// Takes over at once: what is kept on the device is the same for every version.
async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll([AT.offline, ...AT.files].map((path) => new Request(path, { cache: "no-cache" })));
  await skipWaiting();
}

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(AT.offline)) ?? Response.error();
  }
}
