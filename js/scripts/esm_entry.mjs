// Writes dist/index.mjs and its types: the same exports for `import`, of the one copy of the package that is loaded.
import { createRequire } from "node:module";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const dist = (file) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url));
const addon = fileURLToPath(new URL("../lib/vibetensor.node", import.meta.url));
if (!existsSync(addon)) throw new Error(`${addon} is missing: build it first (docs/node.md)`);
const names = Object.keys(createRequire(import.meta.url)(dist("index.js")));
writeFileSync(dist("index.mjs"), `import all from "./index.js";\nexport const { ${names.join(", ")} } = all;\n`);
writeFileSync(dist("index.d.mts"), `export * from "./index.js";\n`);
