// Compiles the examples and runs one: npm run example -- NAME arguments.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const [name, ...args] = process.argv.slice(2);
const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const run = (...command) => {
  const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
};
if (!["mnist", "gpt", "serve"].includes(name)) {
  console.error("usage: npm run example -- mnist|gpt|serve [arguments]");
  process.exit(2);
}
run(path("node_modules/typescript/bin/tsc"), "-p", path("examples"));
run(path(`examples/dist/${name}.js`), ...args);
