/* What every page gains from JavaScript. Each page works without this file; nothing here knows a page by name. */

// A form that came back with errors: to the summary, also in browsers that give autofocus to controls only.
addEventListener("load", () => {
  if (document.activeElement === document.body) document.querySelector(".errors")?.focus();
});

// What entry.js keeps is forgotten once it is sent and a page came of it, but that to sign in, or with signing out.
const { person = "" } = document.body.dataset;
const [{ type, responseStatus }] = performance.getEntriesByType("navigation");
if (person && type === "navigate" && !(responseStatus >= 400)) delete sessionStorage[sessionStorage.submitted];
if (person) delete sessionStorage.submitted;
document.querySelector("[data-forgets]")?.addEventListener("submit", () => sessionStorage.clear());

// What waits on this device: the service worker (static/worker) sends it, this tells of it and asks for it now and then.
// Browsers may refuse a worker: then all is as without.
const worker = navigator.serviceWorker;
const held = document.querySelector("[data-back]");
let count = 0;
const ask = async (more) => (await worker.ready).active.postMessage({ person, held: Boolean(held), ...more });
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
  // One does not wait for the other: on a dead line the browser looks for a new worker for long.
  addEventListener("load", () => worker.register("/sw.js").catch(() => {}));
  ask();
  addEventListener("online", () => ask());
  document.addEventListener("visibilitychange", () => ask({ hidden: document.hidden }));
  setInterval(() => (count || held) && ask(), 20_000);
}
