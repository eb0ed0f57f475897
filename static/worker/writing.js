// Writing down: by the network where it answers, else into the outbox, and on to the next meter.

const UUID = /^[0-9a-f-]{36}$/;

async function write(request, url) {
  // What waits gets a fresh token, so nothing may wait that another site made somebody's browser send.
  if (!request.referrer.startsWith(`${location.origin}/`)) return fetch(request);
  const form = await request.formData();
  const isSkip = url.pathname.endsWith("skip/");
  const isRound = isSkip || url.searchParams.has("round");
  const waits = form.has("held") || form.has("decides");
  if (!isDead() && (!waits || isSkip)) {
    try {
      const answer = await sent(url.pathname + url.search, form, "text/html");
      if (answer.type === "opaqueredirect") await pass(url.pathname);
      return answer;
    } catch {
      // The line is gone: it waits here, and is sent once more even if it did arrive.
    }
  }
  const known = await householdOf(form.get("writer"));
  if (isSkip) await pass(url.pathname);
  else if (!filled(form).length) return Response.redirect(url, 303);
  else {
    const item = await keep(form, url.pathname, known).catch(() => undefined);
    // Where nothing can be kept, the network is the last hope, whatever it was a moment ago.
    if (!item) return sent(url.pathname + url.search, form, "text/html").catch(() => lost(form));
    await pass(url.pathname);
    if (waits && !isDead()) return settled(item, known, isRound, form.has("decides"));
  }
  await tell();
  return Response.redirect(isRound ? await onward(known, null, url.pathname) : AT.kept, 303);
}

// Where somebody goes whose reading waited while the network came back.
async function settled(item, known, isRound, decides) {
  await send().catch(() => {});
  const left = await get("outbox", item.id);
  await tell();
  if (left && left.state !== "waiting") return Response.redirect(`${AT.kept}?decide=${encodeURIComponent(left.id)}`, 303);
  if (isRound) return Response.redirect(await onward(known, null, item.path, left ? AT.kept : `${AT.today}?round=1`), 303);
  return Response.redirect(left || decides ? AT.kept : item.path.replace("read/", ""), 303);
}

const named = (form, end) => [...form].filter(([name, value]) => (name === end || name.endsWith(`-${end}`)) && String(value).trim());
const filled = (form) => named(form, "value");

async function keep(form, path, known) {
  const written = filled(form);
  const ids = written.map(([name]) => form.get(name.replace(/value$/, "public_id"))).map((id) => (UUID.test(id) ? id : uuid7()));
  const before = form.get("decides") && (await get("outbox", form.get("decides")));
  const lines = written.map(([name, value]) => {
    const source = name === "value" ? ENTRY.exec(path)[1] : name.replace(/-value$/, "");
    const [label, unit] = known?.stops.find(({ registers }) => source in registers)?.registers[source] ?? ["", ""];
    return { source, label, value, unit };
  });
  const carried = ["csrfmiddlewaretoken", "held", "decides", "typed_at", "taken"];
  const item = {
    id: ids.join(" "),
    person: form.get("writer") || known?.person || "",
    path,
    at: before?.at ?? (form.get("typed_at") || new Date().toISOString()),
    changed: uuid7(),
    state: "waiting",
    texts: [],
    lines,
    fields: [...form].filter(([name, value]) => !carried.includes(name) && value !== "" && value.size !== 0),
  };
  await change("outbox", "readwrite", (store) => {
    if (before) store.delete(before.id);
    store.put(item);
  });
  registration.sync?.register("outbox").catch(() => {});
  return item;
}

// What could not even be kept: at least nobody leaves the meter without it.
async function lost(form) {
  const bare = await caches.match(AT.offline);
  if (!bare) return Response.error();
  const mask = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const values = filled(form).map(([, value]) => mask(value)).join(" · ");
  const html = (await bare.text()).replace(" hidden data-lost", "").replace("<b></b>", () => `<b>${values}</b>`);
  return new Response(html, { headers: bare.headers });
}
