// The last step: the work takes a file that arrived whole, and its page shows it.

// Resolves to {} when it was taken, {refused: words} when not, {isSignedOut}. Throws while the line or the server is away.
export async function takeIn(form, body) {
  const answer = await fetch(form.action, { method: "POST", body });
  if (answer.status >= 500) throw new Error(`${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const errors = page.querySelector("#upload-errors")?.textContent.trim();
  if (errors) return { refused: errors };
  if (page.getElementById("file-rows")) {
    for (const id of ["file-rows", "preview", "next"]) swap(id, page.getElementById(id));
    return {};
  }
  // The door stands where the work was, or the page was left with a session that is over.
  if (answer.ok || page.querySelector("[data-too-old]")) return { isSignedOut: true };
  return { refused: (page.querySelector("main h1 + p") ?? page.querySelector("main p"))?.textContent.trim() ?? "" };
}

function swap(id, fresh) {
  const old = document.getElementById(id);
  if (!old || !fresh) return;
  const own = document.adoptNode(fresh);
  old.replaceWith(own);
  window.htmx?.process(own);
  const film = own.querySelector("[data-player]");
  if (film) import(film.dataset.player).then((module) => module.start(film));
}
