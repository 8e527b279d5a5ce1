// Serves a character GPT over HTTP: text streams as it is written, and stops when the client goes away.
//
//     npm run example -- serve ../demo/checkpoint.safetensors --port 8080
//
// The checkpoint is that of examples/gpt.py, or one that gpt.ts wrote with --out. GET / is a page; GET /generate with
// prompt, length and temperature streams text; GET /stats has the executor's and the memory's counters.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { memory, runtime, safetensors, type Tensor } from "vibetensor";

import { demo, generate, GPT, type Config } from "./gpt_model.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: "string", default: "8080" }, device: { type: "string", default: "cpu" } },
});

const page = readFileSync(join(__dirname, "..", "page.html"));

interface Loaded {
  model: GPT;
  vocabulary: string;
}

// A Python checkpoint nests the model's state among others, named "model.<key>" in the file, and describes the rest in
// its metadata; one of gpt.ts holds the state alone.
async function load(path: string): Promise<Loaded> {
  const { tensors, metadata } = await safetensors.load(path);
  const nested = Object.keys(tensors).some((name) => name.startsWith("model."));
  const state: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(tensors)) {
    if (!nested) state[name] = value;
    else if (name.startsWith("model.")) state[name.slice("model.".length)] = value;
    else value.dispose();
  }
  const described = description(metadata);
  const config: Config = { ...demo, ...described.config, vocab: state["token.weight"]!.shape[0]! };
  const model = new GPT(config);
  if (!("head.weight" in state)) state["head.weight"] = state["token.weight"]!;
  model.loadStateDict(state);
  for (const value of Object.values(state)) value.dispose();
  if (values.device !== "cpu") model.to(values.device);
  model.eval();
  return { model, vocabulary: described.vocabulary };
}

interface Description {
  vocabulary: string;
  config: Partial<Config>;
}

function description(metadata: Record<string, string>): Description {
  const structure = metadata["vibetensor.structure"];
  const found = structure === undefined ? metadata : plain(JSON.parse(structure));
  const { vocabulary, config } = found as { vocabulary?: string; config?: string | Partial<Config> };
  if (vocabulary === undefined)
    throw new Error("this checkpoint says nothing of a vocabulary: it is not one of gpt.py or gpt.ts");
  return { vocabulary, config: typeof config === "string" ? (JSON.parse(config) as Partial<Config>) : (config ?? {}) };
}

// A dict in the structure that Python's save describes: {"dict": [[key, value], ...]}.
function plain(value: unknown): unknown {
  const pairs =
    typeof value === "object" && value !== null && "dict" in value ? (value.dict as [string, unknown][]) : undefined;
  return pairs ? Object.fromEntries(pairs.map(([key, entry]) => [key, plain(entry)])) : value;
}

function number(query: URLSearchParams, name: string, fallback: number, most: number): number {
  const value = Number(query.get(name) ?? fallback);
  return Number.isFinite(value) && value > 0 ? Math.min(value, most) : fallback;
}

async function stream({ model, vocabulary }: Loaded, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const controller = new AbortController();
  response.on("close", () => controller.abort());
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  const options = {
    length: number(query, "length", 200, 5000),
    temperature: number(query, "temperature", 0.8, 10),
    signal: controller.signal,
    device: values.device,
  };
  try {
    for await (const character of generate(model, vocabulary, query.get("prompt") ?? "", options)) {
      if (!response.write(character))
        await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
    }
    response.end();
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  }
}

async function answer(loaded: Loaded, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname === "/") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
  } else if (url.pathname === "/generate") {
    await stream(loaded, url.searchParams, response);
  } else if (url.pathname === "/stats") {
    const { handles, bytes, tensors } = memory();
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      JSON.stringify({ runtime: runtime.stats(), memory: { handles, bytes, tensors, rss: process.memoryUsage().rss } }),
    );
  } else {
    response.writeHead(404).end("not found\n");
  }
}

async function main(): Promise<void> {
  const [path] = positionals;
  if (!path) throw new Error("usage: npm run example -- serve CHECKPOINT [--port 8080] [--device cuda]");
  const loaded = await load(path);
  const server = createServer((request, response) => {
    answer(loaded, request, response).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.listen(Number(values.port), () => {
    const address = server.address();
    console.log(`http://localhost:${typeof address === "object" && address ? address.port : values.port}`);
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
