// What the allocator held when the snapshot was taken: a bar per segment, as long as the segment, with its blocks.
const ROW = 20;
const SHOWN = 60;
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
    this.rows = [...memory.segments].sort((a, b) => b.size - a.size);
    const hidden = this.rows.length - SHOWN;
    const streams = new Set(this.rows.map((segment) => segment.stream)).size;
    const pools = new Set(this.rows.map((segment) => segment.pool.join(":"))).size;
    byId("segments-hint").textContent =
      `${plural(this.rows.length, "segment")} of ${plural(streams, "stream")} and ${plural(pools, "pool")}, the largest first` +
      (hidden > 0 ? `; ${count(hidden)} more are below ${bytes(this.rows[SHOWN - 1].size)}` : "");
    byId("segments-legend").replaceChildren(
      ...[["--free", "free in its segment"], ["--pending", "freed, another stream may still use it"]].map(([color, text]) =>
        element("span", {}, element("i", { className: "swatch", style: `background:var(${color})` }), text)),
      element("span", {}, "in use: coloured by who made it"));
    this.rows.length = Math.min(this.rows.length, SHOWN);
    this.draw();
  }
  draw() {
    if (!this.memory) return;
    const plot = prepare(this.canvas, Math.max(1, this.rows.length) * ROW + 4);
    const { context } = plot;
    this.left = 168;
    this.width = plot.width - this.left - 8;
    this.longest = this.rows[0]?.size ?? 1;
    context.textBaseline = "middle";
    this.rows.forEach((segment, row) => {
      const y = row * ROW + 3;
      context.fillStyle = themed("--quiet");
      context.textAlign = "right";
      const pool = segment.pool[0] || segment.pool[1] ? ` pool ${segment.pool.join(":")}` : "";
      context.fillText(`${bytes(segment.size)} ${segment.kind}${segment.expandable ? " expandable" : ""}${pool}`, this.left - 8, y + 7);
      for (const [address, size, , state, stack] of segment.blocks) {
        const x = this.left + ((address - segment.address) / this.longest) * this.width;
        const width = (size / this.longest) * this.width;
        context.fillStyle = state === "inactive" ? themed("--free") : state === "active_allocated" ? this.memory.color(stack) : themed("--pending");
        context.fillRect(x, y, Math.max(0.5, width > 3 ? width - 0.75 : width), 14);
      }
    });
  }
  at(event) {
    const bounds = this.canvas.getBoundingClientRect();
    const segment = this.rows[Math.floor((event.clientY - bounds.top) / ROW)];
    const address = segment && segment.address + ((event.clientX - bounds.left - this.left) / this.width) * this.longest;
    const block = segment?.blocks.find(([first, size]) => address >= first && address < first + size);
    return segment && { segment, block };
  }
  hover(event) {
    const found = this.at(event);
    if (!found?.block) return tip.hide();
    const [address, size, requested, state, stack, note] = found.block;
    const words = { inactive: "free", active_allocated: "in use" }[state] ?? "freed, another stream may still use it";
    tip.show(event, element("b", {}, `${bytes(size)} ${words} ${note}`),
      state === "inactive" ? "" : tipLine(this.memory.color(stack), this.memory.originText(this.memory.origin(stack))),
      element("div", { className: "quiet" },
        `${hex(address)}, ${bytes(size - requested > 0 && state !== "inactive" ? size - requested : 0)} of it rounding, stream ${hex(found.segment.stream)}`));
  }
}
