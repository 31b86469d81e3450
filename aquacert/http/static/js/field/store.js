/* What is on this device, in IndexedDB: the day as downloaded, the queue of records, photographs until the server has them.
   A promise here is kept only when the transaction is on disk (durability "strict"): the screen says 已存本机 after it, never before.
   Every record carries its person: on a device that two people use, each sees and sends only his own. */
const NAME = "aquacert-field";
let opening = null;

function open() {
  opening = opening || new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 2);
    asked.onupgradeneeded = ({ oldVersion }) => {
      const db = asked.result;
      if (oldVersion < 1) {
        db.createObjectStore("kv");
        const records = db.createObjectStore("records", { keyPath: "seq", autoIncrement: true });
        records.createIndex("id", "id", { unique: true });
        records.createIndex("person", "person");
        db.createObjectStore("files", { keyPath: ["person", "sha256"] });
      }
      db.createObjectStore("bytes", { keyPath: ["person", "sha256"] });
      if (oldVersion === 1) { apart(asked.transaction); }
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); opening = null; };
      asked.result.onclose = () => { opening = null; };
      done(asked.result);
    };
    asked.onerror = () => { opening = null; fail(asked.error); };
  });
  return opening;
}

/* Bytes lie apart from what is said of them: a screen reads every file's small picture, and must not read a day of photographs for it */
function apart(tx) {
  tx.objectStore("files").openCursor().onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) { return; }
    const { data, ...file } = cursor.value;
    if (data) { tx.objectStore("bytes").put({ person: file.person, sha256: file.sha256, data }); }
    cursor.update(file);
    cursor.continue();
  };
}

const asked = (request) => new Promise((done, fail) => { request.onsuccess = () => done(request.result); request.onerror = () => fail(request.error); });

/* A phone may take the connection away while the app sleeps: then it is opened anew, once */
async function begun(names, mode) {
  const how = mode === "readwrite" ? { durability: "strict" } : {};
  try {
    return (await open()).transaction(names, mode, how);
  } catch (error) {
    if (error.name !== "InvalidStateError") { throw error; }
    opening = null;
    return (await open()).transaction(names, mode, how);
  }
}

/* Run `work` in one transaction; the promise is kept when it is durable, broken when anything of it was not. */
async function unit(names, mode, work) {
  const tx = await begun(names, mode);
  const ended = new Promise((done, fail) => { tx.oncomplete = done; tx.onabort = () => fail(tx.error || new Error("aborted")); });
  let result;
  try {
    result = await work(...names.map((name) => tx.objectStore(name)));
  } catch (error) {
    try { tx.abort(); } catch { /* it is over already */ }
    ended.catch(() => {});
    throw tx.error || error;
  }
  await ended;
  return result;
}

const read = (key) => unit(["kv"], "readonly", (kv) => asked(kv.get(key)));
const write = (key, value) => unit(["kv"], "readwrite", (kv) => asked(value === undefined ? kv.delete(key) : kv.put(value, key)));

/* UUIDv7 (RFC 9562): the device makes the ids of what it records, so that a record sent twice is known as one */
export function newId(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i += 1) { bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) % 256; }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/* In one transaction: two tabs that begin at once are one device */
export const device = () => unit(["kv"], "readwrite", async (kv) => {
  const known = await asked(kv.get("device"));
  if (known) { return known; }
  const made = newId();
  await asked(kv.put(made, "device"));
  return made;
});

export const me = () => read("me");
export const setMe = (person) => write("me", person);
export const setting = (name) => read(`setting:${name}`);
export const setSetting = (name, value) => write(`setting:${name}`, value);

/* What is being decided and not yet given: batch → values */
export const drafts = async (person) => (await read(`drafts:${person}`)) || {};
export const keepDraft = (person, batch, said) => unit(["kv"], "readwrite", async (kv) => {
  const all = (await asked(kv.get(`drafts:${person}`))) || {};
  if (said) { all[batch] = said; } else { delete all[batch]; }
  await asked(kv.put(all, `drafts:${person}`));
});

/* The day: { etag, at (device ms when it was asked for), data } */
export const day = (person) => read(`day:${person}`);
/* `told`: records (seq) that the server had taken before it was asked for this day: the day says what they said, on whatever clock */
export const keepDay = (person, kept, told = []) => unit(["kv", "records"], "readwrite", async (kv, store) => {
  await asked(kv.put(kept, `day:${person}`));
  for (const seq of told) {
    const one = await asked(store.get(seq));
    if (one) { one.told = true; await asked(store.put(one)); }
  }
});
export const dropDay = async (person) => { await write(`day:${person}`, undefined); await write(`drafts:${person}`, undefined); };

export const records = (person) => unit(["records"], "readonly", (store) => asked(store.index("person").getAll(person)));
export const record = (id) => unit(["records"], "readonly", (store) => asked(store.index("id").get(id)));
export const waitingOf = async (person) => (await records(person)).filter((one) => one.state === "waiting");

export async function othersWaiting(person) {
  const all = await unit(["records"], "readonly", (store) => asked(store.getAll()));
  return all.filter((one) => one.person !== person && one.state === "waiting").length;
}

/* Add records to the queue, with the files they need and `settled` ones that they take the place of: all of it or nothing is on the disk.
   Findings of one batch that were never sent grow in place: one record, not forty. */
export function enqueue(list, files = [], settled = []) {
  return unit(["records", "files", "bytes"], "readwrite", async (store, known, bytes) => {
    for (const { data, ...file } of files) {
      await asked(known.put(file));
      await asked(bytes.put({ person: file.person, sha256: file.sha256, data }));
    }
    for (const made of list) { await add(store, made); }
    for (const [seq, change] of settled) { await asked(store.put({ ...(await asked(store.get(seq))), ...change })); }
  });
}

async function add(store, made) {
  if (made.kind === "findings") {
    const all = await asked(store.index("person").getAll(made.person));
    const last = all.filter((one) => one.subject === made.subject).pop();
    if (last && last.kind === "findings" && last.state === "waiting" && !last.tried && !last.choice && !made.choice) {
      last.body.answers = { ...last.body.answers, ...made.body.answers };
      last.about = { ...made.about, names: { ...last.about.names, ...made.about.names } };
      last.at = made.at;
      last.elapsed_ms = made.elapsed_ms;
      last.run = made.run;
      await asked(store.put(last));
      return;
    }
  }
  await asked(store.add({ ...made, id: made.id || newId(), state: "waiting", tried: false }));
}

/* From here on a record's body is what it is: the server may have it although its reply was lost. */
export function markTried(list) {
  return unit(["records"], "readwrite", async (store) => {
    const fixed = [];
    for (const { seq } of list) {
      const one = await asked(store.get(seq));
      if (!one || one.state !== "waiting") { continue; }
      one.tried = true;
      await asked(store.put(one));
      fixed.push(one);
    }
    return fixed;
  });
}

/* Write receipts; photographs that the server holds give their room back and leave their small picture. */
export function settle(changes) {
  return unit(["records", "bytes"], "readwrite", async (store, bytes) => {
    for (const [seq, change] of changes) {
      const one = await asked(store.get(seq));
      if (!one) { continue; }
      Object.assign(one, change);
      await asked(store.put(one));
      if (one.state === "accepted" && one.body.sha256) { await asked(bytes.delete([one.person, one.body.sha256])); }
    }
  });
}

/* Take back what was never sent; it stays listed as taken back. Returns whether it could be. */
export function withdraw(seq) {
  return unit(["records"], "readwrite", async (store) => {
    const one = await asked(store.get(seq));
    if (!one || one.state !== "waiting" || one.tried) { return false; }
    one.state = "withdrawn";
    await asked(store.put(one));
    return true;
  });
}

export const files = (person) => unit(["files"], "readonly", (blobs) => asked(blobs.getAll(IDBKeyRange.bound([person], [person, []]))));
export const file = (person, sha256) => unit(["files"], "readonly", (blobs) => asked(blobs.get([person, sha256])));
/* The bytes of a file, or null when they are not on this device */
export const bytesOf = async (person, sha256) => ((await unit(["bytes"], "readonly", (bytes) => asked(bytes.get([person, sha256])))) || { data: null }).data;
export const fileArrived = (person, sha256, whole = true) => unit(["files"], "readwrite", async (blobs) => {
  const one = await asked(blobs.get([person, sha256]));
  if (one) { one.uploaded = whole; await asked(blobs.put(one)); }
});

/* Tidy what is settled and a day old. Nothing that waits, is disputed, or was refused and not yet seen goes. */
const isOver = (one) => ["accepted", "withdrawn", "resolved"].includes(one.state) || (one.state === "refused" && one.seen);
export function tidy(person, before) {
  return unit(["records", "files", "bytes"], "readwrite", async (store, known, bytes) => {
    const all = await asked(store.index("person").getAll(person));
    const over = all.filter((one) => isOver(one) && one.at < before);
    const needed = new Set(all.filter((one) => !over.includes(one)).map((one) => one.body.sha256));
    for (const one of over) {
      await asked(store.delete(one.seq));
      if (one.body.sha256 && !needed.has(one.body.sha256)) {
        await asked(known.delete([person, one.body.sha256]));
        await asked(bytes.delete([person, one.body.sha256]));
      }
    }
  });
}

/* Somebody leaves: with nothing unsent his day, his drafts and what is settled go; what he has not seen refused stays */
export async function forget(person) {
  if ((await waitingOf(person)).length) { return; }
  await dropDay(person);
  await tidy(person, "9999");
}

/* Room left on the device, in bytes; null when the browser does not say */
export async function room() {
  if (!navigator.storage || !navigator.storage.estimate) { return null; }
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  return Math.max(0, quota - usage);
}

export async function keepForGood() {
  if (navigator.storage && navigator.storage.persist) { await navigator.storage.persist().catch(() => false); }
}
