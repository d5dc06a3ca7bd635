// Settling: choices of conflicts, operations to leave out, and notes. What is saved is the plan's file as treaty would
// have written it.

// unpacked is a text that treaty packed.
async function unpacked(letters) {
  const bytes = Uint8Array.from(atob(letters), (c) => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

// Draft is a plan with what was decided about it.
class Draft {
  constructor(text, known) {
    this.text = text;
    this.known = known;
    this.plan = JSON.parse(text);
    this.elements = new Map([...this.plan.operations, ...this.plan.conflicts].map((one) => [one.id, one]));
    this.changes = new Map();
    this.past = [];
    this.saved = 0;
  }

  // get is a member of an element as it was decided.
  get(id, name) {
    const change = this.changes.get(id);
    return change && name in change ? change[name] : this.elements.get(id)[name];
  }

  // allows tells whether a conflict may be settled so.
  allows(id, resolution) { return resolution === null || resolution in this.elements.get(id).choices; }

  // set decides a member of some elements, and returns how many of them that changed.
  set(ids, name, value) {
    if (name === "decision" && value === "apply") ids = this.together(ids);
    const were = ids.filter((id) => this.get(id, name) !== value).map((id) => [id, name, this.get(id, name)]);
    for (const [id] of were) this.change(id, name, value);
    if (were.length > 0) this.past.push(were);
    return were.length;
  }

  // together are operations with all that belong to a directory that is taken whole with one of them.
  together(ids) {
    const all = new Set(ids), id = (at) => this.plan.operations[at].id;
    for (const members of this.known.units || []) {
      if (members.some((at) => all.has(id(at)))) members.forEach((at) => all.add(id(at)));
    }
    return [...all];
  }

  change(id, name, value) {
    const change = this.changes.get(id) || {};
    change[name] = value;
    this.changes.set(id, change);
  }

  // undo takes the last decision back, and returns what it was about.
  undo() {
    const were = this.past.pop() || [];
    for (const [id, name, value] of were) this.change(id, name, value);
    return were.map(([id]) => id);
  }

  // open are the conflicts without a resolution.
  open() { return this.plan.conflicts.map((one) => one.id).filter((id) => this.get(id, "resolution") === null); }

  // held are the reasons why operations are not carried out, by id.
  held() {
    const {operations, conflicts} = this.plan;
    const whys = heldUp(this.known, (i) => this.get(operations[i].id, "decision") === "skip",
      (i) => this.get(conflicts[i].id, "resolution"));
    return new Map(operations.map((one, i) => [one.id, whys[i]]));
  }

  // file is the text of the plan as it was settled.
  file() { return edited(this.text, this.changes); }
}

// rowOf is the row of an operation or a conflict.
function rowOf(id) { return document.getElementById("op-" + id); }

// idOf is the id that a row is about, 0 for none.
function idOf(row) { return Number(row.id.slice(3)); }

// idsIn are the operations in a row.
function idsIn(row) {
  return [row, ...row.querySelectorAll("li.op")].map(idOf).filter((id) => id > 0);
}

// partOf is what a row's head says of some kind, after its name.
function partOf(head, kind) {
  const known = head.querySelector(":scope > ." + kind);
  if (known) return known;
  const part = make("span", {className: kind});
  head.querySelector(":scope > code").after(" ", part);
  return part;
}

// times says a number with its noun.
function times(count, noun) { return `${count} ${noun}${count === 1 ? "" : "s"}`; }

// Table is the page on which a draft is settled.
class Table {
  constructor(draft, bar, main, file) {
    Object.assign(this, {draft, bar, main, file, held: draft.held()});
    this.said = bar.querySelector("#settled");
    this.remark = document.querySelector('nav a[href="#conflicts"] ~ .warned');
  }

  // decided shows what a decision about some elements comes to, of which so many were to be left out.
  decided(ids, told, left = 0) {
    for (const id of ids) this.draw(id);
    const held = this.draft.held();
    for (const [id, why] of held) {
      if (why !== this.held.get(id)) this.drawHeld(id, why);
    }
    const before = [...this.held.values()].filter(Boolean).length, after = [...held.values()].filter(Boolean).length;
    this.held = held;
    this.tell(told, after - before - left);
  }

  // tell says what was decided and how the plan stands; more is how many more operations are left out.
  tell(told, more) {
    const open = this.draft.open().length, out = [...this.held.values()].filter(Boolean).length;
    const parts = told ? [told] : [];
    if (more > 0 && told) parts.push(`with it ${more} more, which depend on it`);
    parts.push(open > 0 ? `${times(open, "conflict")} open` : "no conflict open");
    if (out > 0) parts.push(`${out} of ${times(this.held.size, "operation")} left out`);
    this.said.textContent = parts.join(" · ");
    this.bar.elements.undo.disabled = this.draft.past.length === 0;
    this.bar.elements.all.hidden = open === 0;
    if (this.remark) this.remark.textContent = open > 0 ? `${open} open` : "";
  }

  // draw shows what was decided about an element.
  draw(id) {
    const row = rowOf(id);
    for (let one = row; one; one = one.parentElement.closest("li.branch")) this.drawLeave(one);
    const note = row.querySelector(":scope > .note-form textarea, :scope > details > .note-form textarea");
    if (note) note.value = this.draft.get(id, "note");
    if (row.classList.contains("conflict")) this.drawConflict(row, this.draft.get(id, "resolution"));
  }

  drawConflict(row, resolution) {
    row.classList.toggle("open", resolution === null);
    row.classList.toggle("settled", resolution !== null);
    const state = row.querySelector("summary > .state");
    state.textContent = resolution === null ? "not resolved" : "resolved: " + resolution;
    state.className = "state " + (resolution === null ? "warned" : "added");
    for (const one of row.querySelectorAll(".choice input")) {
      one.checked = one.value === (resolution === null ? "" : resolution);
      one.closest("tr").classList.toggle("chosen", one.checked && one.value !== "");
    }
  }

  // drawHeld shows why an operation is not carried out, or that it is.
  drawHeld(id, why) {
    const row = rowOf(id), head = headOf(row);
    row.classList.toggle("out", why !== "");
    partOf(head, "state").textContent = why && "skipped: " + why;
    this.drawLeave(row);
    const more = (why !== "") - Boolean(this.held.get(id));
    for (let one = row; one; one = one.parentElement.closest("li.branch")) {
      if (headOf(one) === one || more === 0) continue;
      const left = partOf(headOf(one), "left");
      const count = (parseInt(left.textContent) || 0) + more;
      left.textContent = count > 0 ? `${count} skipped` : "";
    }
  }

  // drawLeave says what the button does that leaves a row out.
  drawLeave(row) {
    const button = row.querySelector(":scope > .acts > .leave"), folder = row.classList.contains("branch");
    if (button) button.textContent = (this.isLeft(row) ? "take in" : "skip") + (folder ? " all" : "");
  }

  // isLeft tells whether all in a row is to be left out.
  isLeft(row) { return idsIn(row).every((id) => this.draft.get(id, "decision") === "skip"); }

  // choosing makes a conflict's choices ones that can be made.
  choosing(row) {
    const id = idOf(row), table = row.querySelector(".choices tbody"), name = "choice-" + id;
    const radio = (value, text) => {
      const input = make("input", {type: "radio", name, value});
      input.addEventListener("change", () => this.choose([id], value || null));
      return make("label", {}, input, " " + text);
    };
    for (const line of table.rows) {
      const head = line.cells[0], value = head.textContent.replace("✓ ", "");
      head.replaceChildren(radio(value, value));
    }
    const open = make("tr", {className: "choice"}, make("th", {scope: "row"}, radio("", "open")), make("td", {}, "decide later"));
    table.append(open);
    row.querySelector("details").insertBefore(this.noting(id), table.parentElement.nextSibling);
    row.querySelector("details > .note")?.remove();
    this.drawConflict(row, this.draft.get(id, "resolution"));
  }

  choose(ids, resolution) {
    const able = ids.filter((id) => this.draft.allows(id, resolution));
    const count = this.draft.set(able, "resolution", resolution);
    const not = ids.length - able.length;
    this.decided(able, `${times(count, "conflict")}: ${resolution || "open"}` + (not > 0 ? `, ${not} do not allow it` : ""));
  }

  // noting is a field for a note.
  noting(id) {
    const field = make("textarea", {rows: 1, value: this.draft.get(id, "note")});
    field.addEventListener("change", () => {
      if (this.draft.set([id], "note", field.value) > 0) this.decided([id], "noted");
    });
    return make("label", {className: "note-form"}, "Note ", field);
  }

  // leaving gives an operation, or a folder of them, what leaves it out.
  leaving(row) {
    if (row.classList.contains("acting")) return;
    const id = idOf(row), name = nameOf(row), acts = make("span", {className: "acts"});
    if (id > 0) acts.append(this.button("note", "Note on " + name, () => this.unfoldNote(row, id)), " ");
    const leave = this.button("", "", () => this.leave(row));
    leave.classList.add("leave");
    leave.title = name;
    acts.append(leave);
    row.append(acts);
    row.classList.add("acting");
    this.drawLeave(row);
  }

  // leave leaves out what is in a row or, where all of it is, takes it in again.
  leave(row) {
    const skips = !this.isLeft(row), ids = skips ? idsIn(row) : this.draft.together(idsIn(row));
    const count = this.draft.set(ids, "decision", skips ? "skip" : "apply");
    this.decided(ids, `${times(count, "operation")} ${skips ? "left out" : "taken in again"}`, skips ? count : 0);
  }

  button(text, label, act) {
    const button = make("button", {type: "button", className: "do"}, text);
    if (label) button.setAttribute("aria-label", label);
    button.addEventListener("click", (event) => {
      event.preventDefault();
      act();
    });
    return button;
  }

  unfoldNote(row, id) {
    const body = headOf(row) === row ? row : row.firstElementChild, known = body.querySelector(":scope > .note-form");
    const form = known || this.noting(id);
    if (!known) {
      const note = body.querySelector(":scope > .note");
      if (note) note.replaceWith(form);
      else body.insertBefore(form, body === row ? row.querySelector(":scope > .diff") : headOf(row).nextSibling);
    }
    if (body !== row) body.open = true;
    form.querySelector("textarea").focus();
  }

  // save gives the plan's file to whoever settled it.
  save() {
    const link = make("a", {download: this.file, href: URL.createObjectURL(new Blob([this.draft.file()], {type: "application/json"}))});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    this.draft.saved = this.draft.past.length;
    this.said.textContent = `${this.file} saved: treaty approve takes it where the trees are`;
  }
}

// startSettling makes the page settle its plan. Rows get what settles them when they are seen.
async function startSettling(data, bar, main) {
  const draft = new Draft(await unpacked(data.plan), JSON.parse(await unpacked(data.known)));
  const table = new Table(draft, bar, main, data.file);
  for (const row of main.querySelectorAll("li.conflict")) table.choosing(row);
  const seen = new IntersectionObserver((changes) => {
    for (const change of changes) {
      if (!change.isIntersecting) continue;
      seen.unobserve(change.target);
      table.leaving(change.target);
    }
  }, {rootMargin: "200px"});
  for (const row of main.querySelectorAll(".tree li")) seen.observe(row);
  const choices = new Set(draft.plan.conflicts.flatMap((one) => Object.keys(one.choices)));
  for (const choice of choices) bar.elements.all.append(make("option", {value: choice}, choice));
  bar.elements.all.addEventListener("change", () => {
    if (bar.elements.all.value) table.choose(draft.open(), bar.elements.all.value);
    bar.elements.all.value = "";
  });
  bar.elements.undo.addEventListener("click", () => table.decided(draft.undo(), "undone"));
  bar.elements.save.addEventListener("click", () => table.save());
  bar.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("beforeunload", (event) => {
    if (draft.past.length !== draft.saved) event.preventDefault();
  });
  table.tell("", 0);
  bar.hidden = false;
}

function startSettlingHere() {
  const data = document.getElementById("settling");
  if (!data || typeof DecompressionStream !== "function") return;
  startSettling(JSON.parse(data.textContent), document.getElementById("bar"), document.getElementById("main"));
}

if (typeof document === "object") startSettlingHere();
