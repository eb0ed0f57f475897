// What waits on this device, as the service worker tells it: why, and what can be done about it.

const place = document.querySelector("[data-kept]");
const worker = navigator.serviceWorker;
const { person } = document.body.dataset;
const part = (name, of = place) => of.querySelector(`[data-${name}]`);
const time = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
let items = [];

const tell = async (message) => (await worker.ready).active.postMessage({ person, ...message });

function drawn(item) {
  const row = part("item").content.cloneNode(true);
  const named = item.lines.filter(({ label }) => label);
  if (named.length) part("name", row).textContent = [...new Set(named.map(({ label }) => label))].join(" · ");
  part("value", row).textContent = item.lines.map(({ value, unit }) => `${value} ${unit}`.trim()).join(" · ");
  part("time", row).textContent = time.format(new Date(item.at));
  part("time", row).dateTime = item.at;
  for (const state of row.querySelectorAll("[data-state]")) if (state.dataset.state !== item.state) state.remove();
  part("texts", row).textContent = item.texts.join(" ");
  const decide = part("decide", row);
  if (item.state === "waiting" || item.state === "gone") decide.remove();
  else decide.href = `?decide=${encodeURIComponent(item.id)}`;
  part("drop", row).addEventListener("click", () => tell({ drop: item.id }));
  return row;
}

function show() {
  part("list").replaceChildren(...items.map(drawn));
  part("none").hidden = items.length > 0;
  part("some").hidden = !items.length;
}

// As a file that the import understands: one line for each value.
function copy() {
  const cell = (text) => `"${(/^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const rows = items.flatMap((item) => {
    const more = Object.fromEntries(item.more);
    return item.lines.map(({ label, value, unit }) => [label, more.recorded_at || item.at, value, unit, more.notes ?? ""]);
  });
  const text = [["source", "recorded_at", "value", "unit", "note"], ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
  const url = URL.createObjectURL(new Blob([`\ufeff${text}\r\n`], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { href: url, download: part("copy").dataset.copy }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

part("refused").hidden = Boolean(worker);
worker?.addEventListener("message", ({ data }) => {
  if (data.waiting) tell({ list: true });
  if (!data.items) return;
  items = data.items;
  show();
});
part("send").addEventListener("click", () => tell());
part("copy").addEventListener("click", copy);
if (worker) tell({ list: true });
