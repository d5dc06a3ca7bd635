// What depends on what: the operations that are not carried out under decisions and resolutions as they stand. It
// comes to what plan.Skips comes to, of which it is a translation; a test holds the two against each other.

const nothing = 0, directory = 1;
// These are places in known.whys, from 1.
const [saysSo, notCreated, notThere, notEmpty, notVacated, givenUp, notWhole] = [1, 2, 3, 4, 5, 6, 7];

function parentOf(path) {
  const at = path.lastIndexOf("/");
  return at < 0 ? "" : path.slice(0, at);
}

// addAbove notes the directories above a path.
function addAbove(paths, path) {
  while (path !== "") {
    path = parentOf(path);
    if (paths.has(path)) return;
    paths.add(path);
  }
}

function deedOf([side, before, after, moves, from, to, fromPair, toPair]) {
  return {side, before, after, moves: moves === 1, from, to, fromPair, toPair, why: 0};
}

// isBelow tells whether a path lies below one of some directories.
function isBelow(path, dirs) {
  if (dirs.size === 0) return false;
  for (let dir = parentOf(path); dir !== ""; dir = parentOf(dir)) {
    if (dirs.has(dir)) return true;
  }
  return false;
}

// Holding is what holds things up on one side: directories that are not made, names that are not vacated, and the
// directories in which something stays.
class Holding {
  missing = new Set();
  occupied = new Set();
  above = new Set();

  // note notes what it means that a deed is not done.
  note(d) {
    addAbove(this.above, d.from);
    if (d.after === directory && d.before !== directory) this.missing.add(d.to);
    if (d.moves && d.after !== nothing && d.before !== nothing) this.occupied.add(d.from);
  }

  // holds is why a deed cannot be done, 0 if it can.
  holds(d) {
    if (d.to !== "" && isBelow(d.to, this.missing)) return notCreated;
    if (d.before === directory && d.after !== directory && this.above.has(d.from)) return notEmpty;
    if (d.to !== "" && d.moves && this.occupied.has(d.to)) return notVacated;
    return 0;
  }

  // drag skips until nothing more is held up.
  drag(deeds) {
    for (let changed = true; changed;) {
      changed = false;
      for (const d of deeds) {
        if (d.why || !(d.why = this.holds(d))) continue;
        this.note(d);
        changed = true;
      }
    }
  }
}

// dragAll skips what cannot be done because something else is not.
function dragAll(deeds, stays) {
  for (const side of [0, 1]) {
    const own = deeds.filter((d) => d.side === side), holding = new Holding();
    for (const path of stays[side]) addAbove(holding.above, path.Key);
    for (const d of own) {
      if (d.why) holding.note(d);
    }
    holding.drag(own);
    // What comes into a directory keeps it, if it comes.
    for (const d of own) {
      if (!d.why) addAbove(holding.above, d.to);
    }
    holding.drag(own);
  }
}

// dragWhole is dragAll that leaves out all of a unit of which it leaves out something.
function dragWhole(deeds, stays, units) {
  for (let more = true; more;) {
    dragAll(deeds, stays);
    more = false;
    for (const members of units) {
      if (!members.some((i) => deeds[i].why)) continue;
      for (const i of members) {
        if (deeds[i].why) continue;
        deeds[i].why = notWhole;
        more = true;
      }
    }
  }
}

// givesUp tells, of what settles a conflict, whether it takes one of two names for the other.
function givesUp(d) {
  return !d.why && d.from !== "" && d.to !== "" && d.moves && d.before !== directory;
}

// giveUp skips directories that would only hold names that resolutions give up. The first deeds, so many as are
// listed, are the plan's operations.
function giveUp(deeds, listed, stays, paths) {
  const vacated = [new Set(), new Set()];
  for (const d of deeds.slice(listed)) {
    if (!givesUp(d)) continue;
    for (let dir = parentOf(d.fromPair); dir !== ""; dir = parentOf(dir)) vacated[d.side].add(dir);
  }
  if (vacated[0].size + vacated[1].size === 0) return;
  const empties = (d) => vacated[1 - d.side].has(d.toPair) && !d.why && d.before === nothing && d.after === directory;
  const used = new Set();
  for (const path of [...stays[0].map((one) => one.Pair), ...stays[1].map((one) => one.Pair), ...paths]) addAbove(used, path);
  deeds.forEach((d, i) => {
    if (i < listed && empties(d)) return;
    addAbove(used, d.toPair);
    if (i < listed || !givesUp(d)) addAbove(used, d.fromPair);
  });
  for (const d of deeds.slice(0, listed).filter((one) => empties(one) && !used.has(one.toPair))) d.why = givenUp;
}

// heldUp is why each operation is not carried out, by its place, "" where it is. isSkipped and choiceOf tell what was
// decided, by place.
function heldUp(known, isSkipped, choiceOf) {
  const deeds = known.operations.map(deedOf), listed = deeds.length, stays = [[], []], paths = [...(known.blocked || [])];
  deeds.forEach((d, i) => { if (isSkipped(i)) d.why = saysSo; });
  (known.conflicts || []).forEach((conflict, i) => {
    const outcome = conflict.outcomes[choiceOf(i)];
    if (!choiceOf(i)) paths.push(...conflict.at);
    if (!outcome) return;
    deeds.push(...outcome.deeds.map(deedOf));
    outcome.stays.forEach((path, side) => { if (path.Key) stays[side].push(path); });
  });
  for (const i of known.orphans || []) deeds[i].why ||= notThere;
  dragWhole(deeds, stays, known.units || []);
  giveUp(deeds, listed, stays, paths);
  return deeds.slice(0, listed).map((d) => (d.why ? known.whys[d.why - 1] : ""));
}
