// Lays the binaries of this platform out as a package of their own in prebuilt/, which `npm pack` takes along. The same
// folder can be packed by itself and be an optional dependency, for a main package without binaries.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const platform = `${process.platform}-${process.arch}`;
const folder = join(root, "prebuilt", platform);
const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const addon = realpathSync(join(root, "lib", "vibetensor.node"));
for (const source of [addon, join(dirname(addon), "libvibetensor.so")]) {
  const target = join(folder, source.split("/").at(-1));
  copyFileSync(source, target);
  execFileSync("strip", ["--strip-unneeded", target]);
}
const manifest = {
  name: `@vibetensor/${platform}`,
  version,
  license,
  description: `The libraries of vibetensor for ${platform}`,
  os: [process.platform],
  cpu: [process.arch],
  main: "vibetensor.node",
  files: ["vibetensor.node", "libvibetensor.so"],
};
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
