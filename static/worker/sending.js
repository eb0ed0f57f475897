// Sending what waits: in order, one at a time over all tabs and versions, by who wrote it and with a fresh token.

const CLOCK_IS_RIGHT = 60_000;
let sending;
let arrived = 0;

function send() {
  sending ??= (navigator.locks?.request("homelog-outbox", sendAll) ?? sendAll()).finally(() => {
    sending = undefined;
  });
  return sending;
}

async function sendAll() {
  const items = (await waiting()).filter(({ state }) => state === "waiting");
  if (!items.length) return;
  const [who] = await asked(AT.token);
  const known = await household();
  if (known && known.person !== who.person) await forget();
  const ahead = Date.parse(who.now) - Date.now();
  const skew = Math.abs(ahead) > CLOCK_IS_RIGHT ? ahead : 0;
  for (const item of items) {
    if (item.person === who.person && !(await isSettled(item, who, skew))) return;
  }
}

const withToken = (item, token, skew = 0) => {
  const body = new FormData();
  for (const field of item.fields) body.append(...field);
  body.set("csrfmiddlewaretoken", token);
  body.set("typed_at", new Date(Date.parse(item.at) + skew).toISOString());
  return body;
};

// Whether the server has decided: then it is stored, or waits for the person. Else all that follows waits too.
async function isSettled(item, who, skew) {
  const body = withToken(item, who.token, skew);
  const [answer, text] = await sent(item.path, body, "application/json", withText);
  if (answer.ok) {
    await replace(item);
    await stale();
    arrived += 1;
    return true;
  }
  if (answer.status < 400 || answer.status >= 500 || [408, 429].includes(answer.status)) return false;
  // Refused by no rule of the meter: perhaps somebody else signed in a moment ago.
  if (answer.status === 403 && (await asked(AT.token))[0].person !== who.person) return false;
  const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
  const { state, texts } = isOurs ? JSON.parse(text) : { state: "gone", texts: [] };
  await replace(item, { ...item, state, texts });
  return true;
}

// Unless it was written anew while it was on its way.
const replace = (item, next) =>
  change("outbox", "readwrite", (store) => {
    store.get(item.id).onsuccess = ({ target }) => {
      if (target.result?.changed !== item.changed) return;
      if (next) store.put(next);
      else store.delete(item.id);
    };
  });

// The server's own page for a reading that it asks about, with all its ways on.
async function decide(id, known) {
  const item = await get("outbox", id);
  if (!item || item.person !== known?.person) return Response.redirect(AT.kept, 303);
  try {
    const [{ token, person }] = await asked(AT.token);
    if (person !== item.person) return Response.redirect(AT.kept, 303);
    const body = withToken(item, token);
    const answer = await sent(item.path, body, "text/html");
    if (answer.type === "opaqueredirect") {
      await put("outbox", { ...item, state: "waiting", texts: [] });
      return answer;
    }
    // The button that the form of an entry page begins with.
    const html = (await answer.text()).replace("<button hidden>", (start) => {
      return `<input type="hidden" name="decides" value="${item.id}">${start}`;
    });
    return new Response(html, { status: answer.status, headers: headersOf(answer.headers) });
  } catch {
    return instead(known);
  }
}
