/* A photograph or a clip on its way: asked for by its hash, sent in pieces from where the server stands, verified there at the end.
   After a cut the server says how much it kept, and only the rest is sent: the same bytes never go twice. */
import { Trouble, ask } from "./net.js";
import * as store from "./store.js";

const TRIES = 8;
let piece = 256 * 1024;
export function pieces(bytes) { piece = bytes ? Math.min(bytes, 1024 * 1024) : piece; }

/* Send one file if the server lacks it; keeps its promise when the server holds it whole and verified. */
export async function sendFile(person, sha256, tell = () => {}) {
  const file = await store.file(person, sha256);
  if (!file || file.uploaded) { return; }
  if (!file.data) { throw new Trouble("refused", { words: "lost" }); }
  const data = file.data instanceof Blob ? file.data : new Blob([file.data], { type: file.type });
  for (let cuts = 0; cuts <= TRIES; cuts += 1) {
    const { body } = await ask("/field/files", person, { method: "POST", json: { sha256, size: data.size, media_type: file.type } });
    if (body.done) { await store.fileArrived(person, sha256); return; }
    try {
      await rest(person, body.id, data, body.offset, tell);
    } catch (error) {
      if (error.kind !== "offline") { throw error; }
      await new Promise((done) => setTimeout(done, 200 * cuts));
    }
  }
  throw new Trouble("offline");
}

/* Everything from `offset` on; a piece that the server counts otherwise ends it, and the next round asks where it stands. */
async function rest(person, id, data, from, tell) {
  for (let offset = from; offset < data.size;) {
    const part = data.slice(offset, offset + piece);
    const { status, headers } = await ask(`/field/files/${id}`, person, {
      method: "PATCH", bytes: part, allow: [404, 409, 422], seconds: 90, headers: { "Upload-Offset": String(offset), "Content-Type": "application/octet-stream" }
    });
    if (status >= 400) { return; }
    offset = Number(headers.get("Upload-Offset")) || offset + part.size;
    tell(offset / data.size);
  }
}

export async function shaOf(data) {
  const bytes = data instanceof Blob ? await data.arrayBuffer() : data;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
