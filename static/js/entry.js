// The hint and the gauge while a reading is typed, by the rule of readings/plausibility.py and in the server's words,
// who judges what is stored. The page works without this file. Only rates become floating point.

import { ask, kept, person, worker } from "./app.js";
import { asThousands, grouped, millionths, parseNumber, plain } from "./numbers.js";

// Whole from ten up, else two digits.
function rounded(rate) {
  return String(Math.abs(rate) >= 10 ? Math.round(rate) : +(+rate.toPrecision(2)).toFixed(6));
}

// No comparison with a missing limit is true.
function compared(measure, { low, high, least, most }) {
  if (low === undefined) return "first";
  if (measure > most) return "high";
  if (measure < least) return "low";
  if (measure < low) return "little_less";
  return measure > high ? "little_more" : "usual";
}

const daysSince = (known) => Math.max(Date.now() - Date.parse(known.at), 1) / 86_400_000;

// The use up to now, as {state, use, days, rate}; the gauge shows the rate.
function judgedCounter(value, known) {
  if (known.last === null) return { state: "first" };
  const days = daysSince(known);
  const used = (use, rolled = false) => {
    const rate = Number(use) / 1e6 / Math.max(days, 1);
    let state = compared(rate, known.limits);
    if (state === "first" && !rolled && known.first !== null && use > millionths(known.first)) state = "high";
    if (days < 1 && /usual|little/.test(state)) state = days < 0.5 ? "soon" : "usual";
    return { state, use, days, rate };
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

const isDoubtful = (state) => state === "high" || state === "low";

// What the rules refuse, in the server's sentences and order; a rollover is no fall.
function refusals(value, known, written) {
  const days = daysSince(known);
  const step = known.last === null ? 0n : stepped(value, known);
  const size = step < 0n ? -step : step;
  const rate = Number(size) / 1e6 / days;
  const found = known.rules.flatMap(({ least, most, grows, a_day: fastest }) => [
    least && value < millionths(least[0]) && least[1],
    most && value > millionths(most[0]) && most[1],
    grows && step < 0n && grows,
    fastest && rate > fastest[0] && fastest[days < 0.5 ? 2 : 1],
  ]);
  const facts = { value: written, other: known.shown, rate: grouped(rate.toFixed(1), known.marks), step: grouped(plain(size), known.marks) };
  return filled([...new Set(found.filter(Boolean))].join(" "), facts);
}

export function stepped(value, known) {
  const use = value - millionths(known.last);
  const capacity = known.digits === null ? 0n : 10n ** BigInt(known.digits + 6);
  const possible = use < 0n && value >= 0n && millionths(known.last) < capacity && use + capacity <= capacity / 10n;
  return possible ? use + capacity : use;
}

function sentences(text, found, known) {
  const told = (size, write = String) => size !== undefined && grouped(write(size), known.marks);
  const facts = {
    ...known,
    value: told(text),
    last: known.shown,
    least: told(known.plausible[0]),
    most: told(known.plausible[1]),
    use: told(found.use, plain),
    rate: told(found.rate, rounded),
  };
  const short = found.days < 1 ? "_short" : "";
  const high = known.counting === "counter" && known.limits.low === undefined ? "_first" : short;
  const step = found.use && !isDoubtful(found.state) && `step${short}`;
  const said = found.asked ?? (found.state === "high" ? `high${high}` : found.state);
  return filled([known.words[step], known.words[said]].filter(Boolean).join(" "), facts);
}

export const filled = (words, facts) => words.replace(/%\((\w+)\)s/g, (_, name) => facts[name]);

// Asked of a first value that may mean thousands.
function thousandths(typed, value, known) {
  const words = known.last === null && known.words.thousandths;
  const other = words && asThousands(typed);
  const size = other && other.replace("-", "");
  if (!size || size.length > (known.digits ?? size.length)) return "";
  return filled(words, { value, other, whole: size.slice(0, -3), part: String(Number(size.slice(-3))) });
}

// On the clock of the meter's home: of today the time alone.
function clock(at, timeZone) {
  const { lang } = document.documentElement;
  const written = (time, shape) => new Date(time).toLocaleString(lang === "en" ? "en-GB" : lang, { timeZone, ...shape });
  const [day, today] = [at, Date.now()].map((time) => written(time, { dateStyle: "medium" }));
  return written(at, { dateStyle: day === today ? undefined : "medium", timeStyle: "short" });
}

// The next reading is compared with what waits here; as on the server, with nothing doubtful.
function compareWith(item, known) {
  const { value } = parseNumber(item.value);
  if (!value || Date.parse(known.at) >= Date.parse(item.at)) return;
  // Typed before the meter was converted.
  if (item.unit && item.unit !== known.unit) return;
  const size = millionths(value);
  if (isDoubtful(judged(size, known).state) || refusals(size, known)) return;
  Object.assign(known, { last: value, shown: grouped(value, known.marks), at: item.at });
  if (known.counting !== "counter" || known.digits === null || known.limits.low !== undefined) return;
  const part = 10n ** BigInt(known.digits + 4);
  known.first = plain(size > part ? size : part);
}

// One meter, or one of its registers.
function follow(row) {
  const known = JSON.parse(row.dataset.entry);
  const input = row.querySelector("input.register");
  if (!input) return;
  const hint = row.querySelector("[data-hint]");
  const gauge = row.querySelector("[data-gauge]");
  const atRest = hint.textContent;

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
  // A typed time may lie between earlier readings: of it the server tells alone.
  let asked;
  const ask = async (value) => {
    const query = new URLSearchParams({ value, unit: known.unit, recorded_at: time.value, fold: form.elements.fold?.value ?? "" });
    asked = query;
    await new Promise((done) => setTimeout(done, 300));
    const answer = asked === query && (await fetch(`/sources/${known.id}/read/hint/?${query}`).catch(() => {}));
    const { text, state } = answer?.ok ? await answer.json() : {};
    if (asked === query && text) say(text, state);
  };
  const show = () => {
    const { value, error } = parseNumber(input.value);
    const echo = value && value !== input.value.trim() && filled(known.words.understood, { value });
    const found = !value || time?.value ? {} : judged(millionths(value), known);
    const refused = known.words[error] ?? (found.state && refusals(millionths(value), known, grouped(value, known.marks)));
    const unclear = found.state && !isDoubtful(found.state) && thousandths(input.value, value, known);
    const said = refused || unclear || (found.state && sentences(value, found, known));
    const state = refused ? "low" : unclear ? "high" : found.state;
    say([echo, said].filter(Boolean).join(" "), state);
    point(found.rate);
    asked = undefined;
    if (value && time?.value) ask(value);
  };
  // What is no number goes nowhere.
  const isRefused = () => {
    if (!known.words[parseNumber(input.value).error]) return false;
    input.setAttribute("aria-invalid", "true");
    show();
    input.focus();
    return true;
  };
  // What the server said held of the value before.
  input.addEventListener("input", () => {
    input.removeAttribute("aria-invalid");
    for (const old of row.querySelectorAll(".big .errorlist, [name$=confirm], [name=swap], [data-answers]")) old.remove();
    show();
  });
  // Enter goes to the next empty field; from the last one it saves.
  input.addEventListener("keydown", (event) => {
    const next = rows.find((each) => each.input !== input && !each.input.value);
    if (event.key !== "Enter" || !input.value || !next) return;
    event.preventDefault();
    next.input.focus();
  });
  time?.addEventListener("input", show);
  const again = () => input.value && !hint.hidden && !input.hasAttribute("aria-invalid") && show();
  again();
  return { input, known, isRefused, tell: (items) => tellKept(row, known, items) && again() };
}

// What waits on this device, in place of the last reading. Whether there is more to compare with.
function tellKept(row, known, items) {
  const mine = items.flatMap(({ lines, ...item }) => lines.filter(({ source }) => source === known.id).map((line) => ({ ...item, ...line })));
  const item = mine.at(-1) ?? (known.held && { ...known.held, state: "sent" });
  if (!item) return false;
  const place = row.querySelector("[data-held]") ?? document.querySelector("[data-held]");
  const typed = ({ more }) => more.find(([name]) => name === "recorded_at")?.[1].replace("T", " ");
  const { value } = parseNumber(item.value);
  const shown = value ? grouped(value, known.marks) : item.value;
  const facts = { unit: item.unit || known.unit, value: shown, at: typed(item) ?? clock(item.at, known.zone) };
  place.firstElementChild.textContent = filled(known.words[item.state] ?? known.words.refused, facts);
  place.querySelector("a").hidden = item.state === "sent";
  place.hidden = false;
  const isLast = !typed(item) && ["waiting", "sent"].includes(item.state);
  for (const old of place.parentElement.querySelectorAll(".last :is(dt, .drums, .meta), [data-none]")) old.hidden = isLast;
  // Before what waits takes its place in `known`.
  known.before ??= known.last === null ? "" : filled(known.words.before, { unit: known.unit, value: known.shown, at: clock(known.at, known.zone) });
  place.lastElementChild.textContent = known.before;
  place.lastElementChild.hidden = !isLast || !known.before;
  known.held = item;
  const before = known.at;
  for (const each of mine) if (each.state === "waiting" && !typed(each)) compareWith(each, known);
  return known.at !== before;
}

const form = document.querySelector("form.entry");
const { decides, recorded_at: time } = form.elements;
export const rows = [...document.querySelectorAll("[data-entry]")].map(follow).filter(Boolean);

const { words, zone } = rows[0].known;
const when = form.querySelector("[data-now]");
const date = () => {
  when.textContent = time.value ? filled(words.typed, { at: time.value.replace("T", " ") }) : when.dataset.now;
};
if (when) {
  time.addEventListener("input", date);
  date();
}
form.addEventListener("submit", (event) => {
  if (!event.submitter?.hasAttribute("formaction") && rows.some(({ isRefused }) => isRefused())) event.preventDefault();
});

// The service worker says that something waits or was sent.
if (worker && !decides) {
  const list = () => ask({ list: true });
  worker.addEventListener("message", ({ data }) => {
    if (data.waiting) list();
    if (data.items) for (const { tell } of rows) tell(data.items);
  });
  list();
}

// What is typed stays in this tab, unless the meter was read since.
const place = [person, new URL(form.action).pathname, decides?.value].join();
const texts = [...form.querySelectorAll("input.register, [name=recorded_at], [name=notes]")];
const named = (text) => text.name + text.closest("[data-unit]")?.dataset.unit;
const told = form.querySelector("[data-typed]");
let typedAt;
let proposed;
const isLate = () => Date.now() - typedAt > 600_000;
const put = (text, value) => {
  text.value = value;
  text.dispatchEvent(new Event("input"));
};
const store = (name, text) => {
  delete kept[name];
  try {
    kept[name] = text;
  } catch {} // Full.
};
const keep = ({ target } = form) => {
  // Who types anew reads the meter anew.
  if (proposed && target.matches(".register") && target.value.length < 2) put(time, "");
  if (!proposed || time.value !== proposed) {
    proposed = undefined;
    typedAt = Date.now();
    told.hidden = true;
  }
  const values = texts.map((text) => [named(text), text.value === proposed ? "" : text.value]);
  store(place, JSON.stringify({ at: typedAt, ...Object.fromEntries(values) }));
};
// What was typed a while ago was read then, unless somebody says otherwise.
const tell = () => {
  const { typed, then } = told.dataset;
  if (then && !time.value && isLate() && rows.some(({ input }) => input.value)) {
    proposed = new Date(typedAt).toLocaleString("sv", { timeZone: zone }).replace(" ", "T").slice(0, 16);
    put(time, proposed);
  }
  told.textContent = typed.replace("%s", clock(typedAt, zone)) + (proposed ? ` ${then}` : "");
  told.hidden = texts.every(({ value }) => !value);
};
const { at, ...before } = JSON.parse(kept[place] ?? "{}");
if (texts.some(({ value }) => value)) keep();
else if (at && !rows.some(({ known }) => Date.parse(known.at) > at)) {
  typedAt = at;
  for (const text of texts) put(text, before[named(text)] ?? "");
  tell();
}
form.addEventListener("input", keep);
document.addEventListener("visibilitychange", () => isLate() && tell());
addEventListener("submit", ({ target, defaultPrevented }) => {
  if (target === form && !defaultPrevented) store("submitted", place);
});
