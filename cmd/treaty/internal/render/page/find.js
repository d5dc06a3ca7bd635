// Finding: words, kinds and sides narrow what is seen. All of it can be read without this.

const kindNames = ["conflict", "create", "update", "delete", "move", "chmod", "touch", "problem"];

// make makes an element with properties, in it what is given.
function make(name, properties, ...inside) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...inside);
  return element;
}

// headOf is the element that the name of a row stands in.
function headOf(row) {
  const first = row.firstElementChild;
  return first?.localName === "details" ? first.firstElementChild : row;
}

// nameOf is what a row is called, without what stands beside it.
function nameOf(row) {
  for (const one of headOf(row).children) {
    if (one.localName === "code") return one.textContent;
  }
  return "";
}

// entryOf is a row as it is looked for; above is the entry of the folder that it is in.
function entryOf(row, above) {
  const kind = kindNames.find((name) => row.classList.contains(name)) || "";
  const name = nameOf(row) || row.textContent;
  const path = above ? above.path + "/" + name.toLowerCase() : name.toLowerCase();
  return {row, above, kind, path, found: false, within: 0};
}

// entriesOf are all rows of a page, each after the one that it is in.
function entriesOf(root) {
  const byRow = new Map(), list = [];
  for (const row of root.querySelectorAll("li.conflict, li.op, li.branch, li.problem")) {
    const entry = entryOf(row, byRow.get(row.parentElement.closest("li")));
    byRow.set(row, entry);
    list.push(entry);
  }
  return list;
}

// matches tells whether an entry is what is looked for.
function matches(entry, wish) {
  const has = entry.row.classList;
  if (!entry.kind || !wish.kinds.has(entry.kind)) return false;
  if (wish.side && entry.kind !== "conflict" && entry.kind !== "problem" && !has.contains(wish.side)) return false;
  if (wish.open && !(entry.kind === "conflict" && has.contains("open"))) return false;
  if (wish.left && !has.contains("out")) return false;
  if (wish.words.length === 0) return true;
  const note = entry.row.querySelector(":scope > .note, :scope > details > .note")?.textContent.toLowerCase() || "";
  return wish.words.every((word) => entry.path.includes(word) || note.includes(word));
}

// fewFound is up to how many rows that were found are unfolded.
const fewFound = 200;

// narrow shows what matches a wish, with the folders that it is in, and returns how much that is.
function narrow(entries, wish) {
  let count = 0;
  for (const entry of entries) {
    entry.found = matches(entry, wish);
    entry.within = 0;
    if (entry.found) count++;
  }
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i], seen = entry.found || entry.within > 0;
    if (seen && entry.above) entry.above.within++;
    if (entry.row.hidden === seen) entry.row.hidden = !seen;
  }
  if (wish.any && count <= fewFound) {
    for (const entry of entries) {
      if (entry.within > 0) headOf(entry.row).parentElement.open = true;
    }
  }
  return count;
}

// wishOf is what a form asks for.
function wishOf(form) {
  const kinds = new Set();
  let all = true;
  for (const box of form.querySelectorAll("#kinds input")) {
    if (box.checked) kinds.add(box.value);
    else all = false;
  }
  const words = form.elements.words.value.toLowerCase().split(/\s+/).filter((word) => word);
  const wish = {kinds, words, side: form.elements.side.value, open: form.elements.open.checked, left: form.elements.left.checked};
  wish.any = !all || words.length > 0 || wish.side !== "" || wish.open || wish.left;
  return wish;
}

// startFinding makes the form work.
function startFinding(form, main) {
  const entries = entriesOf(main), total = entries.filter((entry) => entry.kind).length;
  if (total === 0) return;
  const sections = [...main.querySelectorAll("section.part")].filter((one) => one.querySelector("li.op, li.conflict, li.problem"));
  const chips = form.querySelector("#kinds");
  for (const kind of kindNames) {
    const count = entries.filter((entry) => entry.kind === kind).length;
    if (count === 0) continue;
    const box = make("input", {type: "checkbox", checked: true, value: kind, name: "kind"});
    chips.append(make("label", {className: "chip"}, box, ` ${kind} ${count}`));
  }
  const said = form.querySelector("#found");
  const find = () => {
    const wish = wishOf(form), count = narrow(entries, wish);
    for (const section of sections) section.hidden = !section.querySelector("li.op:not([hidden]), li.conflict:not([hidden]), li.problem:not([hidden])");
    said.textContent = wish.any ? `${count} of ${total} found` : `${total} in all`;
  };
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(find, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  const fold = (open) => () => {
    for (const one of main.querySelectorAll(".tree details, .conflict > details")) {
      if (!one.classList.contains("diff")) one.open = open;
    }
  };
  form.elements.unfold.addEventListener("click", fold(true));
  form.elements.fold.addEventListener("click", fold(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(input|textarea|select)$/.test(event.target.localName)) {
      event.preventDefault();
      form.elements.words.focus();
    }
  });
  form.hidden = false;
  said.textContent = `${total} in all`;
}

// unfoldTo shows what the address leads to.
function unfoldTo(hash) {
  const target = hash.length > 1 ? document.getElementById(hash.slice(1)) : null;
  for (let one = target?.parentElement; one; one = one.parentElement) {
    if (one.localName === "details") one.open = true;
  }
  if (target?.firstElementChild?.localName === "details") target.firstElementChild.open = true;
  target?.scrollIntoView({block: "center"});
}

// copying adds to each command a button that copies it.
function copying(main) {
  for (const command of main.querySelectorAll(".command")) {
    const code = command.querySelector("code"), button = make("button", {type: "button", className: "copy"}, "Copy");
    button.setAttribute("aria-label", "Copy " + code.textContent);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    command.append(" ", button);
  }
}

function startReading() {
  const main = document.getElementById("main");
  startFinding(document.getElementById("find"), main);
  copying(main);
  addEventListener("hashchange", () => unfoldTo(location.hash));
  unfoldTo(location.hash);
}

if (typeof document === "object") startReading();
