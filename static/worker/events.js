// What the browser asks of the worker, and talking with pages (static/js/app.js, static/js/kept.js).

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(heard(event)));
addEventListener("sync", (event) => event.waitUntil(send().then(tell)));
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode !== "navigate") {
    if (request.method === "GET" && url.pathname.startsWith(AT.static)) event.respondWith(file(request, url));
  } else if (request.method === "GET") event.respondWith(page(request, url).catch(() => fetch(request)));
  else if (ENTRY.test(url.pathname)) event.respondWith(write(request.clone(), url).catch(() => fetch(request)));
  else if (url.pathname.startsWith(AT.account)) event.respondWith(account(request));
  else event.waitUntil(stale().catch(() => {}));
});

// Takes over at once: what lies on the device is the same for every version.
async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll([AT.offline, ...AT.files].map((path) => new Request(path, { cache: "no-cache" })));
  await skipWaiting();
}

async function heard({ data, source }) {
  const known = await household();
  const own = async () => (await waiting()).filter(({ person }) => person === known?.person && person === data.person);
  if (data.drop) {
    if ((await own()).some(({ id }) => id === data.drop)) await change("outbox", "readwrite", (store) => store.delete(data.drop));
    return tell();
  }
  if (data.list) {
    const items = (await own()).map(({ fields, ...item }) => ({ ...item, more: fields.filter(([, value]) => typeof value === "string") }));
    return source.postMessage({ items });
  }
  await tell();
  try {
    if (data.held) await asked(AT.token);
    await send();
    if (await isDue(data)) await refresh();
  } catch {
    // No network, or nothing may be kept here: the next page asks again.
  }
  return tell();
}

async function tell() {
  const found = (await waiting().catch(() => [])).map(({ person, path }) => ({ person, path }));
  const told = { waiting: found, answers, arrived };
  arrived = 0;
  for (const client of await clients.matchAll({ includeUncontrolled: true })) client.postMessage(told);
}
