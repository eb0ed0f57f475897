/* What every page gains from JavaScript. Each page works without this file; nothing here knows a page by name. */

// To the summary of errors, also where a browser gives autofocus to controls only.
addEventListener("load", () => {
  if (document.activeElement === document.body) document.querySelector(".errors")?.focus();
});

export const { person = "" } = document.body.dataset;

// What a person typed into an entry page, if the browser keeps it, until a page but that to sign in came of it, or they
// sign out.
export let kept = {};
try {
  kept = sessionStorage;
} catch {}
const isMine = (name) => name?.startsWith(person);
const [{ type, responseStatus }] = performance.getEntriesByType("navigation");
if (person) {
  if (isMine(kept.submitted) && type === "navigate" && !(responseStatus >= 400)) delete kept[kept.submitted];
  delete kept.submitted;
}
document.querySelector("[data-forgets]")?.addEventListener("submit", () => {
  for (const name in kept) if (isMine(name)) delete kept[name];
});

// The service worker (static/worker) sends what waits on this device; this tells of it and asks now and then. Without a
// worker all is as without this file.
export const worker = navigator.serviceWorker;
const held = document.querySelector("[data-back]");
let count = 0;
export const ask = async (more) => (await worker.ready).active.postMessage({ person, held: Boolean(held), ...more });
worker?.addEventListener("message", ({ data: { waiting, answers, arrived } }) => {
  if (!waiting) return;
  const mine = waiting.filter((each) => !person || each.person === person);
  count = mine.length;
  for (const place of document.querySelectorAll("[data-unsent]")) {
    const { unsent, sent } = place.dataset;
    if (count) place.textContent = unsent.replace("%s", count);
    else if (arrived && sent) place.textContent = sent;
    else if (place.textContent !== sent) place.textContent = "";
    place.hidden = !place.textContent;
  }
  for (const { path } of mine) document.querySelector(`.steps a[href^="${path}"]`)?.parentElement.classList.add("done");
  if (held) held.hidden = !answers;
  for (const each of document.querySelectorAll("[data-gone]")) each.hidden = answers;
  if (count) navigator.storage.persist?.();
});
if (worker) {
  // On a dead line the browser looks for a new worker for long.
  addEventListener("load", () => worker.register("/sw.js").catch(() => {}));
  ask();
  addEventListener("online", () => ask());
  document.addEventListener("visibilitychange", () => ask({ hidden: document.hidden }));
  setInterval(() => (count || held) && ask(), 20_000);
}
