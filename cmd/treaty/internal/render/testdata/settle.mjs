// Settles plans by the page's script, without a page: node settle.mjs SCRIPT <CASES >RESULTS
//
// A case is {settling, steps}, with steps such as {"ids": [1], "name": "note", "value": "text"}; a result {text, held,
// opened}. The steps are what clicks come to, and are undone once more.
import {readFileSync} from "node:fs";
import vm from "node:vm";

const draftOf = vm.runInThisContext(readFileSync(process.argv[2], "utf8") + `
async (data) => new Draft(await unpacked(data.plan), JSON.parse(await unpacked(data.known)))`);
const results = [];
for (const {settling, steps} of JSON.parse(readFileSync(0, "utf8"))) {
  const draft = await draftOf(settling);
  const opened = draft.file();
  const take = ({ids, name, value}) => draft.set(name === "resolution" ? ids.filter((id) => draft.allows(id, value)) : ids, name, value);
  steps.forEach(take);
  const text = draft.file();
  const held = Object.fromEntries([...draft.held()].filter(([, why]) => why));
  while (draft.past.length > 0) draft.undo();
  results.push({text, held, opened, undone: draft.file()});
}
process.stdout.write(JSON.stringify(results));
