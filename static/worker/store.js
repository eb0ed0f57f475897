// What lies on the device. "outbox": readings by id, each with its writer. "kept": "household", the pages and whose they
// are; which stops of the round are "passed" since; whether it is "stale".

let turn = 0;

function opened() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("homelog", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("outbox", { keyPath: "id" });
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

async function change(name, mode, work) {
  const database = await opened();
  try {
    return await new Promise((done, fail) => {
      const transaction = database.transaction(name, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(name));
      transaction.oncomplete = () => done(asked?.result);
      transaction.onabort = () => fail(transaction.error);
    });
  } finally {
    database.close();
  }
}

const get = (name, key) => change(name, "readonly", (store) => store.get(key));
const put = (name, value, key) => change(name, "readwrite", (store) => store.put(value, key));

// Everything of a household, at sign-in and sign-out; the outbox stays, for who wrote it.
function forget() {
  turn += 1;
  return change("kept", "readwrite", (store) => store.clear());
}

const stale = () => put("kept", true, "stale");

async function waiting() {
  const all = await change("outbox", "readonly", (store) => store.getAll());
  return all.sort((a, b) => (a.at < b.at ? -1 : 1));
}

// Nothing where the browser refuses to keep anything: then all is as without this file.
const household = () => get("kept", "household").catch(() => undefined);

async function householdOf(person) {
  const known = await household();
  return known?.person === person ? known : undefined;
}
