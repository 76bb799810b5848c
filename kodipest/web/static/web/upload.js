// Takes files into the upload boxes of a work. What sends them is loaded when there is something to send:
// a file was chosen, or one waits to go on. Without it the same form sends the file as any form does.

const shelf = document.getElementById("sending");
let loaded = null;

async function load() {
  const names = ["rows", "face", "figures", "handles", "pieces", "taking", "turns", "tus"];
  const [rows, ...tools] = await Promise.all(names.map((name) => import(shelf.dataset[name])));
  rows.use(Object.assign({ tus: window.tus }, ...tools));
  return rows;
}

function rows() {
  loaded ??= load().catch((error) => {
    loaded = null; // the line was away: the next try asks again
    throw error;
  });
  return loaded;
}

class Box {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector(".drop input");
    this.list = form.querySelector("[data-sendings]");
    this.role = form.elements.role.value;
    if ("many" in this.input.dataset) this.input.multiple = true;
    form.querySelector("[data-send]").closest(".actions").hidden = true; // choosing is sending
    this.input.classList.add("hush"); // its label is the box; the keyboard still reaches it
    this.input.required = false;
    this.input.addEventListener("change", () => {
      const files = [...this.input.files];
      this.input.value = ""; // so that the same file can be chosen once more
      this.take(files.map((file) => ({ file })));
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    this.listenForDrops(form.querySelector(".drop"));
    if (this.list.children.length) this.goOn();
  }

  listenForDrops(drop) {
    for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, () => drop.classList.add("over"));
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
    drop.addEventListener("drop", async (event) => {
      const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
      // A handle lets the same file be read again after a reload; it must be asked for before the event ends.
      const taken = items.map((item) => [item.getAsFile(), item.getAsFileSystemHandle?.()]);
      this.take(await Promise.all(taken.map(async ([file, handle]) => ({ file, handle: await handle }))));
    });
  }

  async take(chosen) {
    const few = this.input.multiple ? inOrder(chosen) : chosen.slice(0, 1);
    this.wrong("");
    try {
      const { take } = await rows();
      await take(this, few);
    } catch (error) {
      this.wrong(shelf.dataset.notLoaded);
      throw error;
    }
  }

  // What waits from another time or another PC.
  async goOn() {
    const { goOn } = await rows();
    for (const element of this.list.children) goOn(this, element);
    this.form.closest("details")?.setAttribute("open", "");
  }

  wrong(text) {
    const note = this.form.querySelector("[data-box-wrong]");
    note.hidden = !text;
    note.querySelector("p").textContent = text;
  }
}

// Pages follow their names: 2 comes before 10.
function inOrder(chosen) {
  return [...chosen].sort((one, other) => one.file.name.localeCompare(other.file.name, undefined, { numeric: true }));
}

// A file dropped beside the box must not make the browser leave the page.
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
if (shelf) for (const form of document.querySelectorAll("form[data-upload]")) new Box(form);
