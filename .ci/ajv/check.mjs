// check.mjs SCHEMAS (--valid FILE… | --invalid FILE…)…
//
// Compiles all schemas in the folder SCHEMAS, strictly, and demands that each file is accepted or refused.
import {readFileSync, readdirSync} from "node:fs";
import {basename, join} from "node:path";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const [folder, ...args] = process.argv.slice(2);
const ajv = new Ajv({strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true});
ajv.addVocabulary(["enumDescriptions", "patternErrorMessage", "errorMessage", "defaultSnippets", "markdownDescription"]);
addFormats(ajv);

const validators = new Map();
for (const name of readdirSync(folder).filter((name) => name.endsWith("-v1.schema.json"))) {
  validators.set(name.replace("-v1.schema.json", ""), ajv.compile(JSON.parse(readFileSync(join(folder, name), "utf8"))));
}

// A document says what it is; a fixture's and a config's name does.
function kindOf(file, value) {
  const said = value && typeof value.format === "string" ? value.format.replace(/^treaty\./, "") : "";
  const named = basename(file).split(/[-.]/)[0];
  return file.includes("/testdata/") && validators.has(named) ? named : validators.has(said) ? said : named;
}

const counts = {"--valid": 0, "--invalid": 0};
let wrong = 0, demand = "--valid";
for (const arg of args) {
  if (arg in counts) {
    demand = arg;
    continue;
  }
  let value, validate, accepted = false;
  try {
    value = JSON.parse(readFileSync(arg, "utf8"));
    validate = validators.get(kindOf(arg, value));
    if (!validate) {
      console.log(`${arg}: no schema is for this`);
      wrong++;
      continue;
    }
    accepted = validate(value);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  counts[demand]++;
  if (accepted !== (demand === "--valid")) {
    wrong++;
    console.log(`${arg}: ${accepted ? "accepted" : "refused"}`);
    for (const e of (!accepted && validate && validate.errors) || []) console.log(`  ${e.instancePath} ${e.message}`);
  }
}
console.log(`ajv: ${validators.size} schemas, ${counts["--valid"]} files to accept, ${counts["--invalid"]} to refuse, ${wrong} wrong`);
if (wrong || !counts["--valid"] || !counts["--invalid"]) process.exit(1);
