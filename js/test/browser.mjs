// A headless Chromium that a test drives, over the pipe of its DevTools protocol.
import { spawn, spawnSync } from "node:child_process";
import { setTimeout } from "node:timers/promises";

/** The name of a browser on this machine, or undefined. */
export const browser = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=860,640", "--remote-debugging-pipe"];

/** Opens the page, waits until the expression is true there, and gives what `read` does: { evaluate, screenshot }. */
export async function visit(url, profile, until, read) {
  const child = spawn(browser, [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const [, , , input, output] = child.stdio;
  const waiting = new Map();
  let text = "";
  output.setEncoding("utf8").on("data", (part) => {
    const messages = (text + part).split("\0");
    text = messages.pop();
    for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
      const { resolve, reject } = waiting.get(id) ?? {};
      if (error) reject?.(new Error(error.message));
      else resolve?.(result);
    }
  });
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      const id = waiting.size + 1;
      waiting.set(id, { resolve, reject });
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  try {
    const { targetId } = await send("Target.createTarget", { url });
    const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
    const evaluate = async (expression) =>
      (await send("Runtime.evaluate", { expression, returnByValue: true }, sessionId)).result.value;
    const screenshot = async () =>
      Buffer.from((await send("Page.captureScreenshot", { format: "png" }, sessionId)).data, "base64");
    while (!(await evaluate(until))) await setTimeout(50);
    return await read({ evaluate, screenshot });
  } finally {
    child.kill();
  }
}
