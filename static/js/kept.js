// What waits on this device, as the service worker tells it: why, and what can be done about it.

import { parseNumber } from "./numbers.js";

const place = document.querySelector("[data-kept]");
const worker = navigator.serviceWorker;
const { person } = document.body.dataset;
const part = (name, of = place) => of.querySelector(`[data-${name}]`);
const { lang } = document.documentElement;
const time = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { dateStyle: "medium", timeStyle: "short", timeZone: place.dataset.kept });
let items = [];

const tell = async (message) => (await worker.ready).active.postMessage({ person, ...message });

// The element once for each of `all`, filled by `fill`.
function each(element, all, fill) {
  for (const one of all) {
    const copy = element.cloneNode(true);
    fill(copy, one);
    element.before(copy);
  }
  element.remove();
}

function drawn(item) {
  const row = part("item").content.cloneNode(true);
  row.firstElementChild.dataset.id = item.id;
  each(part("line", row), item.lines, (line, { label, value, unit }) => {
    if (label) part("name", line).textContent = label;
    part("value", line).textContent = `${value} ${unit}`;
  });
  each(part("text", row), item.texts, (line, text) => {
    line.textContent = text;
  });
  part("time", row).textContent = time.format(new Date(item.at));
  part("time", row).dateTime = item.at;
  for (const state of row.querySelectorAll("[data-state]")) if (state.dataset.state !== item.state) state.remove();
  const decide = part("decide", row);
  if (item.state === "waiting" || item.state === "gone") decide.remove();
  else decide.href = `?decide=${encodeURIComponent(item.id)}`;
  part("drop", row).addEventListener("click", () => tell({ drop: item.id }));
  row.firstElementChild.dataset.told = JSON.stringify(item);
  return row.firstElementChild;
}

// Only what is told otherwise is drawn anew: nobody's press on a button goes astray because another line was sent
// meanwhile. What somebody has opened to decide about stays open.
function show() {
  const list = part("list");
  const known = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const rows = items.map((item) => {
    const before = known.get(item.id);
    known.delete(item.id);
    if (before?.dataset.told === JSON.stringify(item)) return before;
    const row = drawn(item);
    row.querySelector("details").open = Boolean(before?.querySelector("[open]"));
    before?.replaceWith(row);
    return row;
  });
  for (const gone of known.values()) gone.remove();
  rows.forEach((row, at) => row === list.children[at] || list.insertBefore(row, list.children[at] ?? null));
  if (part("none")) part("none").hidden = items.length > 0;
  part("some").hidden = !items.length;
  part("send").hidden = !items.some(({ state }) => state === "waiting");
}

// As the file of a home is exported (readings/exports/tables.py), so that the import understands it.
function copy() {
  const head = part("copy").dataset.head.split(",");
  const guard = (text) => (/^[=+@\t\r]|^-\D/.test(text) ? `'${text}` : text);
  const cell = (text = "") => (text ? `"${guard(text).replaceAll('"', '""')}"` : "");
  const rows = items.flatMap(({ at, id, lines, more }) => {
    const { recorded_at: typed, notes: note, quality_flag: quality } = Object.fromEntries(more);
    const when = { recorded_at: typed || at, recorded_at_utc: typed ? "" : at };
    return lines.map(({ source, label, value, unit }, place) => {
      const told = { meter: label, meter_id: source, record: "reading", ...when, value: parseNumber(value).value ?? value };
      const row = { ...told, unit, quality, note, id: id.split(" ")[place] };
      return head.map((name) => cell(row[name])).join(",");
    });
  });
  const text = [head.join(","), ...rows].join("\r\n");
  const url = URL.createObjectURL(new Blob([`\ufeff${text}\r\n`], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { href: url, download: part("copy").dataset.copy }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// When each meter was read last, once what waited here is sent; without network the list stays as it is.
async function readAnew() {
  const every = part("every");
  const answer = every && (await fetch(every.dataset.every).catch(() => null));
  const fresh = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-every]");
  if (fresh) every.replaceWith(fresh);
}

// That there is no network, until it is back and nothing waits for it any more; once it is lost again, again.
const title = part("title");
const away = title && [title.textContent, part("news").textContent];
let answers = false;
function tellOfNetwork() {
  if (!title) return;
  const isBack = answers && told && !items.some(({ state }) => state === "waiting");
  const { sent, asked } = part("news").dataset;
  const texts = isBack ? [title.dataset.title, items.length ? asked : sent] : away;
  if (title.textContent === texts[0] && part("news").textContent === texts[1]) return;
  document.title = document.title.replace(title.textContent, () => texts[0]);
  [title.textContent, part("news").textContent] = texts;
}

// A worker that does not even answer is none.
let told = false;
setTimeout(() => {
  part("refused").hidden = told;
}, worker ? 3_000 : 0);
worker?.addEventListener("message", ({ data }) => {
  if (data.waiting) {
    ({ answers } = data);
    tell({ list: true });
  }
  if (!data.items) return;
  const isNew = !told || JSON.stringify(data.items) !== JSON.stringify(items);
  const wasSent = items.length > 0 && !data.items.length;
  items = data.items;
  told = true;
  part("refused").hidden = true;
  if (isNew) show();
  tellOfNetwork();
  if (wasSent) readAnew();
});
part("send").addEventListener("click", () => tell());
part("copy").addEventListener("click", copy);
if (worker) tell({ list: true });
