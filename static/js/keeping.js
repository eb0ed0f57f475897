// On a page that the device kept: what fell is kept only when somebody says so. Later the server judges it; until then
// nobody else can ask.

import { filled, judged, rows, stepped } from "./entry.js";
import { grouped, millionths, parseNumber } from "./numbers.js";

const form = document.querySelector("form.entry");
// A kept page is one of the round: who came from the meter's own page does not go round.
if (!new URLSearchParams(location.search).has("round")) {
  for (const part of document.querySelectorAll("[data-round]")) part.remove();
  const button = form.querySelector("[data-alone]");
  button.textContent = button.dataset.alone;
  form.action = location.pathname;
}

const question = form.querySelector("[data-keeping]");
const words = JSON.parse(question.dataset.keeping);

// Whether the dial fell, or what by a rule may not.
function isFall(value, known) {
  if (known.last === null || value >= millionths(known.last)) return false;
  if (stepped(value, known) < 0n && known.rules.some(({ grows }) => grows)) return true;
  return known.counting === "counter" && judged(value, known).state === "low";
}

function asked({ input, known }) {
  const { value } = parseNumber(input.value);
  if (value === undefined || !isFall(millionths(value), known)) return "";
  return filled(words.fall, { value: grouped(value, known.marks), last: known.shown });
}

form.addEventListener("input", () => {
  question.hidden = true;
});
form.addEventListener("submit", (event) => {
  const { submitter } = event;
  if (submitter?.hasAttribute("formaction") || event.defaultPrevented) return;
  // A typed time may lie between earlier readings: then only the server can tell.
  const isAsked = !form.elements.recorded_at?.value && !question.contains(submitter);
  const text = isAsked ? rows.map(asked).filter(Boolean).join(" ") : "";
  question.firstElementChild.textContent = text;
  question.hidden = !text;
  if (text) event.preventDefault();
});
