// Remembers where dropped files lie, so that after a reload nobody has to choose them again.
// Chromium on https (or localhost) only; everywhere else nothing is kept and nothing is missing.
// The browser forgets all of it when somebody signs out (Clear-Site-Data).

const SHELF = "files";

function opened() {
  return new Promise((done, failed) => {
    const request = indexedDB.open("kodipest-sending", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(SHELF);
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

async function ask(mode, question) {
  try {
    const database = await opened();
    return await new Promise((done, failed) => {
      const request = question(database.transaction(SHELF, mode).objectStore(SHELF));
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
  } catch {
    return undefined; // private windows keep nothing: then the file is chosen again
  }
}

export const keep = (id, handle) => ask("readwrite", (shelf) => shelf.put(handle, id));
export const forget = (id) => ask("readwrite", (shelf) => shelf.delete(id));

// The handle of an upload, and whether it may be read without asking.
export async function kept(id) {
  const handle = await ask("readonly", (shelf) => shelf.get(id));
  if (!handle) return null;
  return { handle, isOpen: (await handle.queryPermission({ mode: "read" })) === "granted" };
}

// Ask the person, who must just have pressed something. Null when they say no or the file is gone.
export async function fileOf(handle) {
  try {
    if ((await handle.requestPermission({ mode: "read" })) !== "granted") return null;
    return await handle.getFile();
  } catch {
    return null;
  }
}
