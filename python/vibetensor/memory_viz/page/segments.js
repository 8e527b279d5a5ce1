// What the allocator held when the snapshot was taken: a bar per segment, as long as the segment, with its blocks.
const ROW = 22;
const BAR = 16;
const GAP = 3;
class Segments {
  constructor(canvas, choose) {
    this.canvas = canvas;
    this.choose = choose; // called with a block
    canvas.addEventListener("mousemove", (event) => this.hover(event));
    canvas.addEventListener("mouseleave", () => tip.hide());
    canvas.addEventListener("click", (event) => {
      const found = this.at(event);
      if (found?.block && found.block[3] !== "inactive") this.choose(found.block);
    });
  }
  show(memory) {
    this.memory = memory;
    this.ordered = [...memory.segments].sort((a, b) => b.size - a.size);
    const streams = new Set(this.ordered.map((segment) => segment.stream)).size;
    const pools = new Set(this.ordered.map((segment) => segment.pool.join(":"))).size;
    byId("segments-hint").textContent =
      `${plural(this.ordered.length, "segment")} of ${plural(streams, "stream")} and ${plural(pools, "pool")}, the largest first`;
    byId("segments-legend").replaceChildren(
      ...[["--free", "free in its segment"], ["--pending", "freed, another stream may still use it"]].map(([color, text]) =>
        element("span", {}, element("i", { className: "swatch", style: `background:var(${color})` }), text)),
      element("span", {}, "in use: coloured by who made it"));
    this.draw();
  }
  // Where each segment goes: [segment, x, y], in rows as long as the largest, each segment in the first row with room.
  place(width) {
    this.scale = (width - 2) / (this.ordered[0]?.size ?? 1);
    const ends = []; // of the rows, in pixels
    this.places = this.ordered.map((segment) => {
      const length = Math.max(2, segment.size * this.scale);
      let row = ends.findIndex((end) => end + length <= width);
      if (row < 0) row = ends.push(0) - 1;
      const x = ends[row];
      ends[row] += length + GAP;
      return [segment, x, row * ROW + 2];
    });
    return ends.length;
  }
  draw() {
    if (!this.memory) return;
    const rows = this.place(Math.max(200, this.canvas.parentElement.clientWidth));
    const { context } = prepare(this.canvas, Math.max(1, rows) * ROW);
    context.textBaseline = "middle";
    context.textAlign = "left";
    for (const [segment, left, y] of this.places) {
      context.fillStyle = themed("--free");
      context.fillRect(left, y, Math.max(2, segment.size * this.scale), BAR);
      for (const [address, size, , state, stack] of segment.blocks) {
        if (state === "inactive") continue;
        const width = size * this.scale;
        context.fillStyle = state === "active_allocated" ? this.memory.color(stack) : themed("--pending");
        context.fillRect(left + (address - segment.address) * this.scale, y, Math.max(0.5, width > 3 ? width - 0.75 : width), BAR);
      }
      const text = `${bytes(segment.size)}${segment.pool[0] || segment.pool[1] ? ` pool ${segment.pool.join(":")}` : ""}`;
      const empty = segment.blocks.every((block) => block[3] === "inactive");
      if (empty && context.measureText(text).width + 10 < segment.size * this.scale) {
        context.fillStyle = themed("--quiet");
        context.fillText(text, left + 5, y + BAR / 2 + 0.5);
      }
    }
  }
  at(event) {
    const bounds = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    const found = this.places.find(([segment, left, top]) =>
      y >= top && y < top + BAR && x >= left && x < left + Math.max(2, segment.size * this.scale));
    if (!found) return undefined;
    const [segment, left] = found;
    const address = segment.address + (x - left) / this.scale;
    return { segment, block: segment.blocks.find(([first, size]) => address >= first && address < first + size) };
  }
  hover(event) {
    const found = this.at(event);
    if (!found?.block) return tip.hide();
    const { segment } = found;
    const [address, size, requested, state, stack, note] = found.block;
    const words = { inactive: "free", active_allocated: "in use" }[state] ?? "freed, another stream may still use it";
    const kind = `${segment.kind}${segment.expandable ? ", expandable" : ""}`;
    tip.show(event, element("b", {}, `${bytes(size)} ${words} ${note}`),
      state === "inactive" ? "" : tipLine(this.memory.color(stack), this.memory.originText(this.memory.origin(stack))),
      element("div", { className: "quiet" },
        `${hex(address)}${state === "inactive" || size === requested ? "" : `, ${bytes(size - requested)} of it rounding`}`),
      element("div", { className: "quiet" },
        `in a segment of ${bytes(segment.size)} (${kind || "?"}), stream ${hex(segment.stream)}, pool ${segment.pool.join(":")}`));
  }
}
