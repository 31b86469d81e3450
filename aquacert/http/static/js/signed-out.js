/* On the sign-in page nobody is signed in: what the app at the pond keeps of the last person's farms goes, unless records wait to be sent. */
async function leave() {
  const known = indexedDB.databases ? await indexedDB.databases() : [];
  if (!known.some(({ name }) => name === "aquacert-field")) { return; }
  const store = await import("/static/js/field/store.js");
  const person = await store.me();
  if (person) { await store.forget(person.id); }
}

leave().catch(() => {});
