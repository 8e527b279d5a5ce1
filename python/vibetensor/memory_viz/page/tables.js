// Totals, who made what, the stack of one allocation, and the events around a moment.
function showTiles(memory) {
  const sums = memory.totals;
  const peak = memory.total[memory.peak + 1];
  const tiles = [
    ["Allocated", bytes(sums.allocated), `${plural(sums.tensors, "tensor")} at the snapshot`],
    ["Reserved", bytes(sums.reserved), plural(memory.segments.length, "segment")],
    ["Cached", bytes(sums.free), `${bytes(sums.free - sums.stuck)} in segments that are all free`],
    ["Fragmented", percent(sums.stuck, sums.reserved), "free, in segments that tensors still hold"],
    ["Peak of the history", bytes(peak), memory.momentText(memory.peak)],
    ["Events", count(memory.eventCount), memory.hasTimes && memory.eventCount ? `over ${duration(memory.timeOf(memory.end))}` : "without times"],
  ];
  byId("tiles").replaceChildren(...tiles.map(([label, value, note]) =>
    element("div", { className: "tile" }, element("div", { className: "label" }, label),
      element("div", { className: "value" }, value), element("div", { className: "note" }, note))));
}

function showLegend(memory) {
  const items = memory.rankedOrigins.map((frame, rank) => [COLORS[rank], memory.originText(frame)]);
  items.push([REST, "others"]);
  byId("legend").replaceChildren(
    ...items.map(([color, text]) => element("span", {}, element("i", { className: "swatch", style: `background:${color}` }), text)),
    element("span", {}, element("i", { className: "swatch rule", style: "background:currentColor" }), "reserved"));
}

const heading = (...names) => element("thead", {}, element("tr", {}, ...names.map(([text, kind]) => element("th", { className: kind ?? "" }, text))));

function showOrigins(memory, moment, choose) {
  byId("origins-moment").textContent = memory.momentText(moment);
  const groups = memory.byOrigin(moment);
  const all = groups.reduce((sum, group) => sum + group.size, 0);
  const rows = groups.slice(0, 200).map((group) => {
    const color = COLORS[memory.ranks.get(group.frame)] ?? REST;
    const file = group.frame < 0 ? "" : memory.data.frames[group.frame][0];
    const row = element("tr", {},
      element("td", {}, element("div", { className: "where", title: file }, memory.originText(group.frame)),
        element("div", { className: "share", style: `background:${color};width:${(100 * group.size / (groups[0].size || 1)).toFixed(1)}%` })),
      element("td", { className: "number" }, bytes(group.size)),
      element("td", { className: "number" }, percent(group.size, all)),
      element("td", { className: "number" }, count(group.lives.length)),
      element("td", { className: "number" }, bytes(group.largest)));
    row.addEventListener("click", () => {
      for (const other of row.parentElement.children) other.classList.toggle("chosen", other === row);
      choose(group);
    });
    return row;
  });
  byId("origins").replaceChildren(
    heading(["Line of code"], ["Bytes", "number"], ["Share", "number"], ["Tensors", "number"], ["Largest", "number"]),
    element("tbody", {}, ...rows));
}

function stackList(memory, stack) {
  const frames = memory.data.stacks[stack];
  if (frames.length === 0) return element("p", { className: "quiet" }, "The stack was not recorded.");
  const origin = memory.origin(stack);
  return element("ol", { className: "stack" }, ...frames.map((frame) => {
    const [file, line, name] = memory.data.frames[frame];
    const library = /\/(vibetensor|torch|site-packages|dist-packages)\//.test(file);
    return element("li", { className: frame === origin ? "origin" : library ? "library" : "", title: file },
      `${name}  ${file.split("/").slice(-2).join("/")}:${line}`);
  }));
}

// Allocations, the largest first, each with its stack folded away.
function showLives(memory, title, lives, all) {
  byId("detail-title").textContent = title;
  byId("detail-close").hidden = all;
  const { size, address, stack, stream } = memory.lives;
  const ordered = [...lives].sort((a, b) => size[b] - size[a]).slice(0, 100);
  byId("detail").replaceChildren(...ordered.map((life, index) =>
    element("details", { open: !all && index === 0 },
      element("summary", {},
        element("i", { className: "swatch", style: `background:${memory.color(stack[life])}` }),
        ` ${bytes(size[life])} ${memory.noteOf(life)} `,
        element("span", { className: "quiet" }, `${memory.originText(memory.origin(stack[life]))} · ${hex(address[life])} · stream ${hex(stream[life])}`)),
      stackList(memory, stack[life]))));
}

const WORDS = {
  alloc: "allocated", free_requested: "free asked for", free_completed: "freed", segment_alloc: "segment from the driver",
  segment_free: "segment to the driver", segment_map: "segment grown", segment_unmap: "segment shrunk", oom: "out of memory", snapshot: "snapshot",
};
function showEvents(memory, moment, choose) {
  const { action, address, size, stack } = memory.events;
  const first = Math.max(0, Math.min(moment - 60, memory.eventCount - 120));
  const last = Math.min(memory.eventCount, first + 120);
  byId("events-hint").textContent = memory.eventCount === 0 ? "none were recorded"
    : `${count(first + 1)} to ${count(last)} of ${count(memory.eventCount)}, around the chosen moment`;
  const rows = [];
  for (let i = first; i < last; i++) {
    const row = element("tr", { className: i === moment ? "chosen" : "" },
      element("td", { className: "number" }, count(i + 1)),
      element("td", { className: "number" }, memory.hasTimes ? duration(memory.timeOf(i)) : ""),
      element("td", {}, WORDS[action[i]] ?? action[i]),
      element("td", { className: "number" }, bytes(size[i])),
      element("td", {}, action[i] === "oom" ? `${bytes(address[i])} free on the GPU` : hex(address[i])),
      element("td", {}, element("div", { className: "where" }, stack[i] ? memory.originText(memory.origin(stack[i])) : "")),
      element("td", { className: "number" }, bytes(memory.total[i + 1])));
    row.addEventListener("click", () => choose(i));
    rows.push(row);
  }
  byId("events").replaceChildren(
    heading(["#", "number"], ["Time", "number"], ["Event"], ["Bytes", "number"], ["Address"], ["Line of code"], ["In use after", "number"]),
    element("tbody", {}, ...rows));
  const chosen = byId("events").querySelector("tr.chosen");
  if (chosen) byId("events").parentElement.scrollTop = chosen.offsetTop - 120;
}
