// Pages that open without network, and where the round goes on there.

const CACHE = "homelog";
const PATIENCE_WITH_PAGES = 30_000;
const FRESH = 30 * 60_000;
const NOT_SOONER = 60_000;
const HASHED = /\.[0-9a-f]{12}\./;

async function file(request, url) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (!kept) return fetch(request);
  if (HASHED.test(url.pathname) || isDead()) return kept;
  return reached(request).catch(() => kept);
}

async function page(request, url) {
  const known = await household();
  const id = url.pathname === AT.kept && url.searchParams.get("decide");
  if (id) return decide(id, known);
  const kept = known && (await keptFor(known, url));
  if (kept && isDead()) return kept;
  try {
    // Pages that cannot be kept may take their time, unless the line was dead a moment ago.
    return await (kept || isDead() ? reached(request.url, { headers: request.headers, redirect: "manual" }) : fetch(request));
  } catch {
    return kept ?? instead(known);
  }
}

async function keptFor(known, { pathname, searchParams }) {
  if (pathname === AT.read) return Response.redirect(await onward(known, searchParams.get("home")), 303);
  if (pathname === AT.home || pathname === AT.today) return drawn(known, AT.kept);
  const source = ENTRY.exec(pathname)?.[1];
  const stop = source && known.stops.find(({ registers }) => source in registers);
  return drawn(known, stop ? stop.address : pathname);
}

// Each time with new ids: a kept page is opened for more than one reading.
function drawn(known, path) {
  const html = known.pages[path]?.replace(/(public_id" value=")[^"]+/g, (_, start) => start + uuid7());
  return html && new Response(html, { headers: known.headers });
}

function headersOf(headers) {
  const found = { "Content-Type": "text/html; charset=utf-8" };
  for (const name of AT.headers) if (headers.has(name)) found[name] = headers.get(name);
  return found;
}

async function instead(known) {
  return (known && drawn(known, AT.kept)) ?? (await caches.match(AT.offline)) ?? Response.error();
}

// Where the round goes on after `path`, or begins in `home`: as the server says it (readings/walk.py).
async function onward(known, home, path, end = AT.kept) {
  const passed = { ...(await get("kept", "passed").catch(() => ({}))) };
  for (const item of await waiting().catch(() => [])) passed[item.path] = true;
  const source = path && ENTRY.exec(path)[1];
  const place = known?.stops.findIndex(({ registers }) => source in registers) ?? -1;
  if (!known || (path && place < 0)) return end;
  const others = [...known.stops.slice(place + 1), ...known.stops.slice(0, Math.max(place, 0))];
  const wanted = path ? known.stops[place].home : home;
  const isOpen = (stop) => stop.open && !Object.keys(stop.registers).some((each) => passed[`/sources/${each}/read/`]);
  const following = others.find((stop) => isOpen(stop) && (wanted === null || stop.home === wanted));
  return following ? `${following.address}?round=1` : end;
}

async function pass(path) {
  const passed = { ...(await get("kept", "passed").catch(() => ({}))), [path.replace(/skip\/$/, "")]: true };
  await put("kept", passed, "passed").catch(() => {});
}

// Pages and the files they load belong together: the files come first, and what is needed no more goes last.
async function refresh() {
  const mine = turn;
  const [{ person, files, stops, pages }, policy] = await asked(AT.pages, PATIENCE_WITH_PAGES);
  if (!person) return forget();
  const cache = await caches.open(CACHE);
  for (const path of files) if (!HASHED.test(path) || !(await cache.match(path))) await cache.add(path);
  // Somebody signed out or in meanwhile: these pages may be nobody's to see here.
  if (mine !== turn) return;
  await change("kept", "readwrite", (store) => {
    store.clear();
    store.put({ person, at: Date.now(), headers: headersOf(policy), stops, pages }, "household");
  });
  const wanted = new Set([AT.offline, ...AT.files, ...files].map((path) => new URL(path, location).href));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
}

async function isDue({ person, hidden }) {
  const known = await household();
  if (!known || known.person !== person) return Boolean(known || person);
  const age = Date.now() - known.at;
  const isStale = (await get("kept", "stale")) || (await get("kept", "passed"));
  return age > FRESH || Boolean(isStale && (hidden || age > NOT_SOONER));
}

// Who signs in or out leaves no page of theirs, or of who was here before, whatever becomes of the request.
async function account(request) {
  await forget().catch(() => {});
  return fetch(request).catch(() => instead());
}
