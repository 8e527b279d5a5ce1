// Finds and loads the addon, and says what to do where that fails.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

interface Attempt {
  path: string;
  reason: string;
}

/** The optional package with the libraries for this platform. */
export const platformPackage = `@vibetensor/${process.platform}-${process.arch}`;

function candidates(): string[] {
  const named = process.env["VIBETENSOR_ADDON"];
  if (named) return [named];
  const root = join(__dirname, "..");
  const platform = `${process.platform}-${process.arch}`;
  const places = [join(root, "lib", "vibetensor.node"), join(root, "prebuilt", platform, "vibetensor.node")]; // a checkout, a package
  try {
    places.push(join(dirname(require.resolve(`${platformPackage}/package.json`)), "vibetensor.node"));
  } catch {
    places.push(join("node_modules", platformPackage, "vibetensor.node"));
  }
  return places;
}

function advice(attempts: Attempt[]): string {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return `vibetensor has libraries for linux-x64, and this is ${process.platform}-${process.arch}.`;
  }
  if (attempts.some(({ reason }) => reason.includes("GLIBC"))) {
    return "This system's C library is older than the one vibetensor was built for: use a newer distribution, or build from source.";
  }
  if (attempts.every(({ reason }) => reason === "there is no such file")) {
    return `Install ${platformPackage} (npm leaves optional packages out with --omit=optional), or build from source with VT_NODE=ON.`;
  }
  return "Set VIBETENSOR_ADDON to the path of vibetensor.node to try another file.";
}

/** The exports of the addon; an Error with `code` ERR_VT_LOAD and every path that was tried where none can be loaded. */
export function loadAddon(): unknown {
  const attempts: Attempt[] = [];
  for (const path of candidates()) {
    if (!existsSync(path)) {
      attempts.push({ path, reason: "there is no such file" });
      continue;
    }
    try {
      return require(path);
    } catch (error) {
      attempts.push({ path, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const tried = attempts.map(({ path, reason }) => `\n  ${path}: ${reason}`).join("");
  const error = new Error(`vibetensor: its addon could not be loaded. Tried:${tried}\n${advice(attempts)}`);
  throw Object.assign(error, { code: "ERR_VT_LOAD", attempts });
}
