// The service worker, in parts that readings/views/worker.py puts together, with AT (addresses) above the first.
// Pages for writing readings down are kept as the person who is signed in sees them, and open without network. What is
// written down then waits in the outbox, and is sent in order by who wrote it. Each reading has its id from the start:
// what is sent twice is stored once, so every doubt ends in sending it once more.
//
// This part: reaching the server. A real try that ends, because a line can be there and carry nothing.

const PATIENCE = 6_000;
const BYTES_A_MILLISECOND = 20;
const TRY_AGAIN = 20_000;
const SERVER_IS_DOWN = [502, 503, 504];
const ENTRY = /^\/sources\/([0-9a-f-]{36})\/read\/(skip\/)?$/;

// Until when the line is taken for dead, so that a round does not wait for it at every step.
let deadUntil = 0;
let answers = false;
const isDead = () => Date.now() < deadUntil;

// What `read` makes of the answer; until it has done so the try may fail.
async function reached(resource, options = {}, wait = PATIENCE, read = (answer) => answer) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), wait);
  try {
    const answer = await fetch(resource, { ...options, signal: giveUp.signal });
    if (SERVER_IS_DOWN.includes(answer.status)) throw new Error(String(answer.status));
    const found = await read(answer);
    deadUntil = 0;
    answers = true;
    return found;
  } catch (error) {
    deadUntil = Date.now() + TRY_AGAIN;
    answers = false;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const withText = async (answer) => [answer, await answer.text()];

async function asked(path, wait = PATIENCE) {
  const [answer, text] = await reached(path, { cache: "no-store" }, wait, withText);
  if (!answer.ok) throw new Error(String(answer.status));
  return [JSON.parse(text), answer.headers];
}

// Sends a form as the page would; what comes back is for the eye (a page, or the way to one) or for us.
function sent(path, body, accept, read) {
  const bytes = [...body.values()].reduce((sum, each) => sum + (each.size ?? each.length), 0);
  const options = { method: "POST", body, headers: { Accept: accept }, redirect: "manual" };
  return reached(path, options, PATIENCE + bytes / BYTES_A_MILLISECOND, read);
}

// As accounts/ids.py makes them.
function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
