// While a reading is typed: the hint and the gauge, by the rule of readings/plausibility.py and with the server's words.
// The page works without this file; what is stored is judged by the server. Differences are exact: numbers are BigInt
// in millionths, and only rates become floating point.

import { asThousands, parseNumber } from "./numbers.js";

const DAY = 86_400_000;

export function millionths(text) {
  const [whole, places = ""] = text.replace("-", "").split(".");
  const size = BigInt(whole + places.padEnd(6, "0").slice(0, 6));
  return text.startsWith("-") ? -size : size;
}

function plain(size) {
  const digits = String(size < 0n ? -size : size).padStart(7, "0");
  const text = `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, "");
  return size < 0n ? `-${text}` : text;
}

// As the page writes a number for the eye: the digits in groups of three, and a real minus sign.
export function grouped(text, marks) {
  const [whole, places] = text.replace("-", "\u2212").split(".");
  const start = whole.replace(/\B(?=(\d{3})+$)/g, marks.thousands);
  return places === undefined ? start : start + marks.point + places;
}

// Whole from ten up, else two digits that count.
function rounded(rate) {
  if (!rate || Math.abs(rate) >= 10) return String(Math.round(rate));
  const places = Math.min(1 - Math.floor(Math.log10(Math.abs(rate))), 6);
  return rate.toFixed(places).replace(/\.?0+$/, "");
}

function compared(measure, limits) {
  if (limits.low === undefined) return "first";
  if (limits.most !== undefined && measure > Number(limits.most)) return "high";
  if (limits.least !== undefined && measure < Number(limits.least)) return "low";
  if (measure < Number(limits.low)) return "little_less";
  return measure > Number(limits.high) ? "little_more" : "usual";
}

// What is used up to now, as {state, use, days, rate}; rate is what the gauge shows.
function judgedCounter(value, known) {
  if (known.last === null) return { state: "first" };
  const days = Math.max(Date.now() - Date.parse(known.at), 1) / DAY;
  const used = (use, rolled = false) => {
    const usual = compared(Number(use) / 1e6 / Math.max(days, 1), known.limits);
    const first = usual === "first" && !rolled && known.first !== null && use > millionths(known.first);
    const state = first ? "high" : usual;
    const even = days < 1 && state.startsWith("little");
    return { state: even ? "usual" : state, use, days, rate: Number(use) / 1e6 / Math.max(days, 1) };
  };
  const use = value - millionths(known.last);
  if (use > 0n) return used(use);
  if (use === 0n) return { state: "same" };
  const rolled = used(stepped(value, known), true);
  return rolled.use > 0n && rolled.state !== "high" ? { ...rolled, state: "rollover" } : { state: "low" };
}

export function judged(value, known) {
  const rate = Number(value) / 1e6;
  const [least, most] = known.plausible.map(millionths);
  if (value < least || value > most) return { state: value < least ? "low" : "high", rate, asked: "beyond" };
  if (known.counting === "counter") return judgedCounter(value, known);
  if (known.counting === "amount") return { state: value < 0n ? "low" : compared(rate, known.limits), rate };
  const same = known.last !== null && value === millionths(known.last);
  return { state: same ? "same" : compared(rate, known.limits), rate };
}

// What the rules of the source will refuse, in the server's sentences and in its order; a rollover is no fall.
function refusals(value, known) {
  const days = known.last === null ? 0 : Math.max(Date.now() - Date.parse(known.at), 1) / DAY;
  const step = known.last === null ? 0n : stepped(value, known);
  const rate = Number(step < 0n ? -step : step) / 1e6 / days;
  const found = known.rules.flatMap(({ least, most, grows, a_day: fastest }) => [
    least && value < millionths(least[0]) && least[1],
    most && value > millionths(most[0]) && most[1],
    grows && step < 0n && grows.replace("%(other)s", known.shown),
    fastest && rate > Number(fastest[0]) && fastest[days < 0.5 ? 2 : 1]
      .replace("%(rate)s", grouped(rate.toFixed(1), known.marks))
      .replace("%(step)s", grouped(plain(step < 0n ? -step : step), known.marks)),
  ]);
  return [...new Set(found.filter(Boolean))].join(" ");
}

export function stepped(value, known) {
  const use = value - millionths(known.last);
  const capacity = known.digits === null ? 0n : 10n ** BigInt(known.digits + 6);
  const possible = use < 0n && value >= 0n && millionths(known.last) < capacity && use + capacity <= capacity / 10n;
  return possible ? use + capacity : use;
}

function sentences(text, found, known) {
  const facts = {
    value: grouped(text, known.marks),
    unit: known.unit,
    last: known.shown,
    low: known.low,
    high: known.high,
    least: grouped(known.plausible[0] ?? "", known.marks),
    most: grouped(known.plausible[1] ?? "", known.marks),
    use: found.use === undefined ? "" : grouped(plain(found.use), known.marks),
    rate: found.rate === undefined ? "" : grouped(rounded(found.rate), known.marks),
  };
  const short = known.counting === "counter" && found.days < 1 ? "_short" : "";
  const high = known.counting === "counter" && known.limits.low === undefined ? "high_first" : `high${short}`;
  const asked = { high: found.asked ?? high, low: found.asked ?? "low" }[found.state];
  const keys = asked ? [asked] : [found.use && `step${short}`, found.state];
  return keys.map((key) => known.words[key] && filled(known.words[key], facts)).filter(Boolean).join(" ");
}

export const filled = (words, facts) => words.replace(/%\((\w+)\)s/g, (_, name) => facts[name]);

// What is asked of a first value that may mean thousands as well.
function thousandths(typed, value, known) {
  const words = known.last === null && known.words.thousandths;
  const other = words && asThousands(typed);
  const size = other && other.replace("-", "");
  if (!other || (known.digits !== null && size.length > known.digits)) return "";
  return filled(words, { value, other, whole: size.slice(0, -3), part: String(Number(size.slice(-3))) });
}

// When it was kept, on the clock of the meter's home: the time alone, if that was today.
function clock(at, zone) {
  const { lang } = document.documentElement;
  const written = (options) => new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { timeZone: zone, ...options });
  const day = written({ dateStyle: "medium" });
  const isToday = day.format(at) === day.format(new Date());
  return written(isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" }).format(at);
}

// What waits here is what the next reading is compared with. As on the server nothing is compared with a doubtful value.
function compareWith(item, known) {
  const { value } = parseNumber(item.value);
  if (value === undefined || Date.parse(known.at) >= Date.parse(item.at)) return;
  // Typed before the meter was converted: no number of today.
  if (item.unit && item.unit !== known.unit) return;
  const size = millionths(value);
  if (["high", "low"].includes(judged(size, known).state) || refusals(size, known)) return;
  Object.assign(known, { last: value, shown: grouped(value, known.marks), at: new Date(item.at).toISOString() });
  if (known.counting !== "counter" || known.digits === null || known.limits.low !== undefined) return;
  const part = 10n ** BigInt(known.digits + 4);
  known.first = plain(size > part ? size : part);
}

// One meter, or one register of several: `row` holds its field, its hint, and what is known of it.
function follow(row) {
  const known = JSON.parse(row.dataset.entry);
  const form = row.closest("form");
  const input = row.querySelector("input.register");
  if (!input) return;
  const hint = row.querySelector("[data-hint]");
  const gauge = row.querySelector("[data-gauge]");
  const atRest = hint.textContent;
  const when = form.querySelector(".more summary span");
  const typed = form.elements.recorded_at;

  const point = (rate) => {
    const needle = gauge?.querySelector(".g2");
    if (!needle) return;
    needle.setAttribute("visibility", rate === undefined ? "hidden" : "visible");
    const [start, end] = gauge.dataset.gauge.split(" ").map(Number);
    needle.setAttribute("x", `${Math.min(99, Math.max(0, ((rate - start) / (end - start)) * 100 || 0)).toFixed(1)}%`);
  };
  const say = (text, state = "") => {
    hint.hidden = false;
    hint.textContent = text || atRest;
    hint.dataset.state = state;
  };
  // Of a typed time, which may lie between earlier readings, the server tells alone; without it nothing is said.
  let asked;
  const ask = async (value) => {
    const query = new URLSearchParams({ value, unit: known.unit, recorded_at: typed.value, fold: form.elements.fold?.value ?? "" });
    asked = query;
    await new Promise((done) => setTimeout(done, 300));
    const answer = asked === query && (await fetch(`/sources/${known.id}/read/hint/?${query}`).catch(() => {}));
    const { text, state } = answer?.ok ? await answer.json() : {};
    if (asked === query && text) say(text, state);
  };
  const show = () => {
    const { value } = parseNumber(input.value);
    const echo = value !== undefined && value !== input.value.trim() ? known.words.understood.replace("%(value)s", value) : "";
    const found = value === undefined || typed?.value ? {} : judged(millionths(value), known);
    const refused = found.state ? refusals(millionths(value), known).replaceAll("%(value)s", grouped(value, known.marks)) : "";
    const unclear = found.state && !["high", "low"].includes(found.state) ? thousandths(input.value, value, known) : "";
    const said = refused || unclear || (found.state ? sentences(value, found, known) : "");
    const doubtful = Boolean(refused || unclear) || found.state === "high" || found.state === "low";
    say([!doubtful && echo, said].filter(Boolean).join(" "), refused ? "low" : unclear ? "high" : doubtful ? found.state : found.state === "usual" ? "ok" : "");
    point(found.rate);
    asked = undefined;
    if (value !== undefined && typed?.value) ask(value);
  };
  // Whether it is no number, and so goes nowhere.
  const isRefused = () => {
    const why = known.words[parseNumber(input.value).error];
    if (!why) return false;
    input.setAttribute("aria-invalid", "true");
    say(why, "low");
    input.focus();
    return true;
  };
  // What the server said of the value before it was changed no longer holds.
  const forget = () => {
    input.removeAttribute("aria-invalid");
    for (const old of row.querySelectorAll(".big .errorlist, [name$=confirm], [data-answers]")) old.remove();
  };
  input.addEventListener("input", () => {
    forget();
    show();
  });
  // Enter goes to the next field that is empty; from the last one it saves.
  input.addEventListener("keydown", (event) => {
    const next = [...form.querySelectorAll("input.register")].find((each) => each !== input && each.value === "");
    if (event.key !== "Enter" || !input.value || !next) return;
    event.preventDefault();
    next.focus();
  });
  const otherwise = form.elements.typed_at ? when?.textContent : known.words.now;
  const date = () => {
    const time = typed.value.replace("T", " ");
    when.textContent = time ? known.words.typed.replace("%(at)s", time) : otherwise;
  };
  typed?.addEventListener("input", () => {
    if (when) date();
    show();
  });
  if (typed && when) date();
  if (input.value && !input.hasAttribute("aria-invalid")) show();
  const tell = (items) => {
    if (tellKept(row, known, items) && input.value && !input.hasAttribute("aria-invalid")) show();
  };
  return { input, known, tell, isRefused };
}

// What waits on this device for this meter, in place of its last reading. Whether there is more to compare with.
function tellKept(row, known, items) {
  const mine = items.flatMap(({ lines, ...item }) => lines.filter(({ source }) => source === known.id).map((line) => ({ ...item, ...line })));
  const item = mine.at(-1) ?? (known.held && { ...known.held, state: "sent" });
  if (!item) return false;
  const place = row.querySelector("[data-held]") ?? document.querySelector(".meter [data-held]");
  const typed = ({ more }) => more.find(([name]) => name === "recorded_at")?.[1].replace("T", " ");
  const { value } = parseNumber(item.value);
  const shown = value === undefined ? item.value : grouped(value, known.marks);
  const facts = { unit: item.unit || known.unit, value: shown, at: typed(item) ?? clock(new Date(item.at), known.zone) };
  place.firstElementChild.textContent = filled(known.words[item.state] ?? known.words.refused, facts);
  place.querySelector("a").hidden = item.state === "sent";
  place.hidden = false;
  const isLast = !typed(item) && ["waiting", "sent"].includes(item.state);
  for (const old of place.parentElement.querySelectorAll(".last :is(dt, .drums, .meta), [data-none]")) old.hidden = isLast;
  // Read from the page before what waits takes its place in `known`.
  known.before ??= known.last === null ? "" : filled(known.words.before, { unit: known.unit, value: known.shown, at: clock(new Date(known.at), known.zone) });
  place.lastElementChild.textContent = known.before;
  place.lastElementChild.hidden = !isLast || !known.before;
  known.held = item;
  const before = known.at;
  for (const each of mine) if (each.state === "waiting" && !typed(each)) compareWith(each, known);
  return known.at !== before;
}

// A kept page is one of the round: who came from the meter's own page does not go round.
const form = document.querySelector("form.entry");
if (form.elements.held && !new URLSearchParams(location.search).has("round")) {
  for (const part of document.querySelectorAll("[data-round]")) part.remove();
  const button = form.querySelector("[data-alone]");
  button.textContent = button.dataset.alone;
  form.action = location.pathname;
}

export const rows = [...document.querySelectorAll("[data-entry]")].map(follow).filter(Boolean);
form.addEventListener("submit", (event) => {
  if (!event.submitter?.hasAttribute("formaction") && rows.some(({ isRefused }) => isRefused())) event.preventDefault();
});

// The service worker says that something waits or was sent, and on demand what.
const worker = navigator.serviceWorker;
const ask = async () => (await worker.ready).active.postMessage({ person: document.body.dataset.person, list: true });
worker?.addEventListener("message", ({ data }) => {
  if (data.waiting && !form.elements.decides) ask();
  for (const { tell } of data.items ? rows : []) tell(data.items);
});
if (worker && !form.elements.decides) ask();
