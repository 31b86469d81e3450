/* A photograph with proof around it: the code of the visit large on the screen to be written on a slate, the device's own time and place,
   the bytes' SHA-256. The live preview where the browser allows it; the system's camera always. The same bytes never fill two slots. */
import * as day from "./day.js";
import { button, h, icon, note, say } from "./dom.js";
import { shaOf } from "./files.js";
import { t } from "./words.js";

const LONGEST = 2048, QUALITY = 0.85, THUMB = 320, LARGEST_AS_IS = 3 * 1024 * 1024;
let place = null;

/* Where we are, if it may be known; asked once, then kept fresh while the app is open */
export function watchPlace() {
  if (place || !navigator.geolocation) { return; }
  place = { known: null };
  let first = () => {};
  place.first = new Promise((done) => { first = done; });
  navigator.geolocation.watchPosition(
    ({ coords }) => { place.known = { lat: coords.latitude, lon: coords.longitude, accuracy_m: Math.round(coords.accuracy), at: day.elapsed() }; first(); },
    () => first(), { enableHighAccuracy: true, maximumAge: 60000, timeout: 30000 });
}
export function placeNow() {
  if (!place || !place.known || day.elapsed() - place.known.at > 600000) { return null; }
  const { lat, lon, accuracy_m } = place.known;
  return { lat, lon, accuracy_m };
}

/* Here, if it is known within so many seconds; nobody waits longer for a place */
export async function placeWithin(seconds) {
  watchPlace();
  if (place) { await Promise.race([place.first, new Promise((done) => setTimeout(done, seconds * 1000))]); }
  return placeNow();
}

const drawn = (source, width, height, longest) => {
  const scale = Math.min(1, longest / Math.max(width, height)), canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
};
const jpeg = (canvas, quality) => new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("unreadable"))), "image/jpeg", quality));

/* What was picked or taken, as it is kept: JPEG of at most 2048 px; a smaller JPEG stays as the camera wrote it, with its EXIF. */
export async function pictureOf(source) {
  if (!crypto.subtle) { throw new Error("insecure"); }
  let blob = source instanceof Blob ? source : null, image = source;
  if (blob) {
    try { image = await createImageBitmap(blob); } catch { throw new Error("unreadable"); }
  }
  const width = image.videoWidth || image.width, height = image.videoHeight || image.height;
  if (!width || !height) { throw new Error("unreadable"); }
  const original = blob ? await shaOf(blob) : null;
  if (!blob || blob.type !== "image/jpeg" || Math.max(width, height) > LONGEST || blob.size > LARGEST_AS_IS) { blob = await jpeg(drawn(image, width, height, LONGEST), QUALITY); }
  const thumb = await jpeg(drawn(image, width, height, THUMB), 0.6);
  if (image.close) { image.close(); }
  const data = await blob.arrayBuffer();
  return { data, thumb: await thumb.arrayBuffer(), size: data.byteLength, type: "image/jpeg", sha256: await shaOf(data), original };
}

/* Words of the slot that already holds these bytes, or null */
export function usedIn(state, picture, labels) {
  const same = (file) => file && (file.sha256 === picture.sha256 || (picture.original && file.original === picture.original));
  for (const one of state.records) {
    if (one.kind !== "photo" || ["withdrawn", "refused"].includes(one.state)) { continue; }
    if (same(state.files.find((file) => file.sha256 === one.body.sha256))) { return labels(one.body.slot); }
  }
  for (const photo of state.day.visits.flatMap((visit) => visit.batches).flatMap((batch) => (batch.check ? batch.check.photos : []))) {
    if (photo.sha256 === picture.sha256) { return labels(photo.slot); }
  }
  return null;
}

/* Ask for one picture: { file, taken_at, elapsed_ms, place, live } or null when it was put away */
export function shoot({ code, label, expired }) {
  watchPlace();
  return new Promise((done) => {
    const video = h("video", { playsinline: true, muted: true, autoplay: true, hidden: true, "aria-label": t("camera_preview") });
    const told = h("div", { class: "told" });
    const picked = h("input", { type: "file", accept: "image/*", capture: "environment", id: "camera-file", "data-k": "camera-file", onchange: () => picked.files[0] && taken(picked.files[0], false) });
    const shutter = button(t("shutter"), () => taken(video, true), { kind: "primary big", glyph: "camera", key: "shutter", hidden: true });
    const box = h("div", { class: "camera", role: "dialog", "aria-modal": "true", "aria-label": t("camera_of", { slot: label }) },
      h("div", { class: "slate" }, h("p", {}, t("camera_of", { slot: label }), h("small", {}, t("code_write"))), h("b", { class: "code", "aria-label": t("code") }, code || "—")),
      h("div", { class: "view" }, video, told),
      h("div", { class: "dock" }, shutter,
        h("div", { class: "pair" }, button(t("cancel"), () => close(null), { glyph: "x", key: "camera-cancel" }), h("label", { class: "btn file" }, picked, icon("camera"), t("camera_system")))));
    let stream = null, isOver = false;
    const close = (result) => { isOver = true; if (stream) { stream.getTracks().forEach((track) => track.stop()); } box.remove(); done(result); };
    async function taken(source, live) {
      const taken_at = day.now(), elapsed_ms = day.elapsed();
      shutter.disabled = true;
      try {
        close({ picture: await pictureOf(source), taken_at, elapsed_ms, place: placeNow(), live });
      } catch (error) {
        shutter.disabled = false;
        picked.value = "";
        if (error.message !== "unreadable") { console.error(error); }
        const known = ["unreadable", "insecure"].includes(error.message) ? error.message : "unreadable";
        told.replaceChildren(note("no", t(`camera_${known}`)));
        say(t(`camera_${known}`));
      }
    }
    if (expired) { told.append(note("warn", t("code_expired"), t("code_expired_more"))); }
    box.addEventListener("keydown", (event) => { if (event.key === "Escape") { close(null); } });
    document.body.append(box);
    (picked.closest("label") || box).focus();
    begin();
    async function begin() {
      try {
        if (!navigator.mediaDevices) { throw new DOMException("", "NotFoundError"); }
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, width: { ideal: 2048 }, height: { ideal: 1536 } }, audio: false });
        if (isOver) { stream.getTracks().forEach((track) => track.stop()); return; }
        video.srcObject = stream;
        await video.play();
        video.hidden = shutter.hidden = false;
      } catch (error) {
        const isRefused = error.name === "NotAllowedError" || error.name === "SecurityError";
        told.append(note(isRefused ? "warn" : "info", t(isRefused ? "camera_refused" : "camera_none"), t(isRefused ? "camera_refused_more" : "camera_none_more")));
      }
    }
  });
}

const kept = new Map();
/* An address for a small picture; made once and given back when the page goes */
export function thumbOf(file) {
  if (!file || !file.thumb) { return null; }
  if (!kept.has(file.sha256)) { kept.set(file.sha256, URL.createObjectURL(new Blob([file.thumb], { type: "image/jpeg" }))); }
  return kept.get(file.sha256);
}
