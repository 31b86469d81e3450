/* A photograph or a clip on its way: asked for by its hash, sent in pieces from where the server stands, verified there at the end.
   After a cut the server says how much it kept, and only the rest is sent: the same bytes never go twice. */
import { Trouble, ask } from "./net.js";
import * as store from "./store.js";

const TRIES = 8, SMALLEST = 32 * 1024, LARGEST = 1024 * 1024;
let most = 256 * 1024, piece = most;
export function pieces(bytes) { most = bytes ? Math.min(bytes, LARGEST) : most; piece = most; }

/* Send one file if the server lacks it; keeps its promise when the server holds it whole and verified. */
export async function sendFile(person, sha256, tell = () => {}) {
  const file = await store.file(person, sha256);
  if (file && file.uploaded) { return; }
  const held = await store.bytesOf(person, sha256);
  if (!file || !held) { throw new Trouble("lost"); }
  const data = held instanceof Blob ? held : new Blob([held], { type: file.type });
  let spoilt = 0;
  for (let cuts = 0; cuts <= TRIES; cuts += 1) {
    const { body } = await ask("/field/files", person, { method: "POST", json: { sha256, size: data.size, media_type: file.type } });
    if (body.done) { await store.fileArrived(person, sha256); return; }
    if (!body.id || !Number.isInteger(body.offset)) { throw new Trouble("later"); }
    try {
      if (!await rest(person, body.id, data, body.offset, tell)) { spoilt += 1; }
    } catch (error) {
      if (!["offline", "large"].includes(error.kind) || (error.kind === "large" && piece <= SMALLEST)) { throw error.kind === "large" ? new Trouble("later") : error; }
      piece = Math.max(SMALLEST, Math.floor(piece / 2));
      await new Promise((done) => setTimeout(done, 200 * cuts));
    }
    if (spoilt && await shaOf(data) !== sha256) { throw new Trouble("lost"); }
    if (spoilt > 1) { throw new Trouble("later"); }
  }
  throw new Trouble("offline");
}

/* Everything from `offset` on. A piece that the server counts otherwise ends it, and the next round asks where it stands; false: the whole was something else. */
async function rest(person, id, data, from, tell) {
  for (let offset = from; offset < data.size;) {
    const part = data.slice(offset, offset + piece);
    const { status, body, headers } = await ask(`/field/files/${id}`, person, {
      method: "PATCH", bytes: part, allow: [404, 409, 422], seconds: 90, headers: { "Upload-Offset": String(offset), "Content-Type": "application/octet-stream" }
    });
    if (status === 422) { if (body.code !== "hash-mismatch") { throw new Trouble("later"); } return false; }
    if (status >= 400) { return true; }
    const reached = Number(headers.get("Upload-Offset") ?? NaN);
    if (!(reached > offset)) { throw new Trouble("offline"); }
    offset = reached;
    tell(offset / data.size);
  }
  return true;
}

export async function shaOf(data) {
  const bytes = data instanceof Blob ? await data.arrayBuffer() : data;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
