// Numbers as people type them: the rule of sources/numbers.py, held to it by sources/number_cases.json.
// No floating point number is ever made here.

const MAX_LENGTH = 64;
const MAX_WHOLE = 12;
const MAX_DECIMALS = 6;
const ARABIC_POINT = "\u066b";
const ARABIC_THOUSANDS = "\u066c";
const DROPPED = /[\t\n\r \u1680'\u2018\u2019\u02bc_\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
const SIGNED = /^([+\-\u2212]?)((?=.*[0-9])[0-9.,\u066b\u066c]+)$/;
const THOUSANDS = /^[1-9][0-9]{0,2}[.,\u066b][0-9]{3}$/;
const GROUPED = /^[0-9]{1,3}(?:[^0-9][0-9]{3})+$/;

// Every script's digits stand in runs of ten, so a digit's worth is its distance from the start of its run.
function plainDigit(char) {
  let code = char.codePointAt(0);
  let worth = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(--code))) worth += 1;
  return String(worth % 10);
}

// Returns [whole, decimals], or null where the separators do not tell which is the point.
function parts(body) {
  const kinds = [...new Set(body.replace(/[0-9]/g, ""))].sort((a, b) => body.lastIndexOf(a) - body.lastIndexOf(b));
  if (kinds.length === 0) return [body, ""];
  const [first, last] = [kinds[0], kinds.at(-1)];
  const repeated = body.indexOf(last) !== body.lastIndexOf(last);
  if (kinds.length === 1 && (repeated || last === ARABIC_THOUSANDS)) {
    return last === ARABIC_POINT || !GROUPED.test(body) ? null : [body.replaceAll(last, ""), ""];
  }
  if (kinds.length > 2 || repeated || last === ARABIC_THOUSANDS || (first === ARABIC_POINT && first !== last)) return null;
  const [whole, decimals] = body.split(last);
  return [whole.replaceAll(first, ""), decimals];
}

const cleaned = (text) => text.normalize("NFKC").replace(DROPPED, "").replace(/\p{Nd}/gu, plainDigit);

// The whole number that "12.345" can mean as well, if any. Call it on what is a number.
export function asThousands(text) {
  const [, sign, body] = SIGNED.exec(cleaned(text));
  if (!THOUSANDS.test(body)) return undefined;
  return (/[-\u2212]/.test(sign) ? "-" : "") + body.replace(/[^0-9]/, "");
}

// "12 431,70" gives {value: "12431.70"}; a text that is no number gives {error: code}, codes as in numbers.py.
export function parseNumber(text) {
  // Counted by character, as Python counts: one outside the basic plane is two units here.
  if ([...text.slice(0, 2 * MAX_LENGTH + 1)].length > MAX_LENGTH) return { error: "too_long" };
  if (/\p{No}/u.test(text)) return { error: "not_a_number" };
  const bare = cleaned(text);
  if (bare === "") return { error: "empty" };
  const match = SIGNED.exec(bare);
  if (match === null) return { error: "not_a_number" };
  const found = parts(match[2]);
  if (found === null) return { error: "ambiguous" };
  const whole = found[0].replace(/^0+/, "") || "0";
  if (whole.length > MAX_WHOLE) return { error: "too_long" };
  if (found[1].length > MAX_DECIMALS) return { error: "too_many_decimals" };
  const value = found[1] === "" ? whole : `${whole}.${found[1]}`;
  const negative = /[-\u2212]/.test(match[1]) && /[1-9]/.test(value);
  return { value: negative ? `-${value}` : value };
}

// A number in millionths, to reckon with; and back.
export function millionths(text) {
  const [whole, places = ""] = text.split(".");
  return BigInt(whole + places.padEnd(6, "0"));
}

export function plain(size) {
  const written = (digits) => digits.padStart(7, "0").replace(/.{6}$/, ".$&").replace(/\.?0+$/, "");
  return String(size).replace(/\d+/, written);
}

// As the page writes it: digits in groups of three, a real minus sign.
export function grouped(text, marks) {
  const [whole, places] = text.replace("-", "\u2212").split(".");
  const start = whole.replace(/\B(?=(\d{3})+$)/g, marks.thousands);
  return places === undefined ? start : start + marks.point + places;
}
