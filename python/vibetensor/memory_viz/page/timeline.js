// Memory over time: the bytes of each origin stacked, or every allocation at its address.
class Timeline {
  constructor(canvas, choose) {
    this.canvas = canvas;
    this.choose = choose; // called with a moment, or with a moment and a life
    this.view = "bytes";
    this.axis = "events";
    canvas.addEventListener("mousemove", (event) => this.hover(event));
    canvas.addEventListener("mouseleave", () => { tip.hide(); this.drag = null; this.draw(); });
    canvas.addEventListener("mousedown", (event) => { this.drag = { from: this.x(event), to: this.x(event) }; });
    canvas.addEventListener("mouseup", (event) => this.release(event));
    canvas.addEventListener("dblclick", () => this.zoom(-1, this.memory.end));
  }
  show(memory) {
    this.memory = memory;
    this.offsets = [];
    let offset = 0;
    const all = memory.ranges.reduce((sum, [first, end]) => sum + end - first, 0);
    for (const [first, end] of memory.ranges) {
      this.offsets.push(offset);
      offset += end - first + all * 0.004; // a gap that can be seen
    }
    this.span = offset || 1;
    this.zoom(-1, memory.end);
  }
  zoom(first, last) {
    this.first = first;
    this.last = Math.max(last, first + 1);
    this.draw();
  }
  set moment(moment) { this.chosen = moment; this.draw(); }

  x(event) { return event.clientX - this.canvas.getBoundingClientRect().left; }
  y(event) { return event.clientY - this.canvas.getBoundingClientRect().top; }
  position(moment) { // 0 to 1 between first and last
    const { memory, first, last } = this;
    if (this.axis === "events") return (moment - first) / (last - first);
    const [from, to] = [memory.timeOf(first), memory.timeOf(Math.min(last, memory.end))];
    return to > from ? (memory.timeOf(Math.min(moment, memory.end)) - from) / (to - from) : 0;
  }
  left(moment) { return this.box.left + this.position(moment) * (this.box.right - this.box.left); }
  momentAt(x) {
    const wanted = (x - this.box.left) / (this.box.right - this.box.left);
    let [low, high] = [this.first, Math.min(this.last, this.memory.end)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.position(middle) <= wanted) low = middle;
      else high = middle - 1;
    }
    return low;
  }
  heightOf(address) {
    let [low, high] = [0, this.memory.ranges.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.memory.ranges[middle][0] <= address) low = middle;
      else high = middle - 1;
    }
    const range = this.memory.ranges[low];
    const at = this.offsets[low] + (range ? address - range[0] : 0);
    return this.box.bottom - (at / this.span) * (this.box.bottom - this.box.top);
  }

  draw() {
    if (!this.memory) return;
    const plot = prepare(this.canvas, 300);
    this.box = { left: 68, right: plot.width - 8, top: 8, bottom: plot.height - 22 };
    if (this.view === "bytes") this.drawBytes(plot);
    else this.drawAddresses(plot);
    this.drawAxis(plot);
    this.drawMarks(plot);
  }
  // One column per pixel, of the moment in it when most was in use, so that no peak is lost.
  columns() {
    const { memory, box } = this;
    const width = Math.floor(box.right - box.left);
    const moments = new Int32Array(width + 1).fill(-2);
    for (let moment = this.first; moment <= Math.min(this.last, memory.end); moment++) {
      const column = Math.min(width, Math.max(0, Math.round(this.position(moment) * width)));
      if (moments[column] === -2 || memory.total[moment + 1] > memory.total[moments[column] + 1]) moments[column] = moment;
    }
    let latest = this.first;
    return moments.map((moment) => (latest = moment === -2 ? latest : moment));
  }
  drawBytes(plot) {
    const { memory, box } = this;
    const { context } = plot;
    const moments = this.columns();
    let most = 1;
    for (const moment of moments) most = Math.max(most, memory.total[moment + 1], memory.reservedAt[moment + 1]);
    most *= 1.04;
    axisOfBytes(plot, box, most);
    const scale = (box.bottom - box.top) / most;
    const base = new Float64Array(moments.length).fill(box.bottom);
    memory.series.forEach((values, rank) => {
      context.fillStyle = COLORS[rank] && rank < memory.rankedOrigins.length ? COLORS[rank] : REST;
      context.beginPath();
      context.moveTo(box.left, base[0]);
      for (let i = 0; i < moments.length; i++) context.lineTo(box.left + i, base[i] - values[moments[i] + 1] * scale);
      for (let i = moments.length - 1; i >= 0; i--) context.lineTo(box.left + i, base[i]);
      context.fill();
      for (let i = 0; i < moments.length; i++) base[i] -= values[moments[i] + 1] * scale;
    });
    context.strokeStyle = themed("--text");
    context.lineWidth = 1.25;
    context.setLineDash([5, 3]);
    context.beginPath();
    moments.forEach((moment, i) => context.lineTo(box.left + i, box.bottom - memory.reservedAt[moment + 1] * scale));
    context.stroke();
    context.setLineDash([]);
  }
  drawAddresses({ context }) {
    const { memory, box } = this;
    context.fillStyle = themed("--free");
    for (const [first, end] of memory.ranges) {
      context.fillRect(box.left, this.heightOf(end - 1), box.right - box.left, Math.max(1, this.heightOf(first) - this.heightOf(end - 1)));
    }
    const { start, end, address, size, stack } = memory.lives;
    const order = Array.from({ length: memory.lifeCount }, (_, i) => i).filter((i) => start[i] <= this.last && end[i] >= this.first);
    order.sort((a, b) => memory.rank(a) - memory.rank(b)); // one colour after the other
    for (const life of order) {
      const from = Math.max(box.left, this.left(Math.max(start[life], this.first)));
      const to = Math.min(box.right, this.left(Math.min(end[life], this.last)));
      const low = this.heightOf(address[life]);
      const high = Math.max(0.6, (size[life] / this.span) * (box.bottom - box.top));
      context.fillStyle = memory.color(stack[life]);
      context.fillRect(from, low - high, Math.max(0.6, to - from), high > 3 ? high - 0.5 : high);
    }
    context.fillStyle = themed("--quiet");
    context.textAlign = "right";
    context.textBaseline = "middle";
    memory.ranges.forEach(([first, end]) => {
      const [low, high] = [this.heightOf(first), this.heightOf(end - 1)];
      if (low - high > 13) context.fillText(bytes(end - first), box.left - 6, (low + high) / 2);
    });
  }
  drawAxis({ context }) {
    const { memory, box } = this;
    context.fillStyle = themed("--quiet");
    context.textBaseline = "top";
    const byTime = this.axis === "time";
    const value = (moment) => (byTime ? memory.timeOf(moment) : moment + 1);
    const [from, to] = [value(this.first), value(Math.min(this.last, memory.end))];
    for (const step of ticks(to - from, 8, false)) {
      const x = box.left + (to > from ? step / (to - from) : 0) * (box.right - box.left);
      context.textAlign = x > box.right - 40 ? "right" : x < box.left + 40 ? "left" : "center";
      context.fillText(byTime ? duration(from + step) : count(Math.round(from + step)), x, box.bottom + 6);
    }
  }
  drawMarks({ context }) {
    const { memory, box } = this;
    context.fillStyle = "#c62828";
    memory.events.action.forEach((action, moment) => {
      if (action === "oom" && moment >= this.first && moment <= this.last) context.fillRect(this.left(moment) - 1, box.top, 2, box.bottom - box.top);
    });
    if (this.chosen >= this.first && this.chosen <= this.last) {
      context.fillStyle = themed("--text");
      context.fillRect(Math.round(this.left(this.chosen)), box.top, 1, box.bottom - box.top);
    }
    if (this.drag && Math.abs(this.drag.to - this.drag.from) > 3) {
      context.globalAlpha = 0.15;
      context.fillStyle = themed("--accent");
      context.fillRect(Math.min(this.drag.from, this.drag.to), box.top, Math.abs(this.drag.to - this.drag.from), box.bottom - box.top);
      context.globalAlpha = 1;
    }
  }

  lifeAt(x, y) {
    const { memory } = this;
    const moment = this.momentAt(x);
    for (const life of memory.livesAt(moment)) {
      const low = this.heightOf(memory.lives.address[life]);
      if (y <= low && y >= low - (memory.lives.size[life] / this.span) * (this.box.bottom - this.box.top)) return life;
    }
    return -1;
  }
  hover(event) {
    const [x, y] = [this.x(event), this.y(event)];
    if (this.drag) {
      this.drag.to = x;
      return this.draw();
    }
    if (x < this.box.left || x > this.box.right) return tip.hide();
    const { memory } = this;
    const moment = this.momentAt(x);
    if (this.view === "addresses") {
      const life = this.lifeAt(x, y);
      if (life < 0) return tip.hide();
      const stack = memory.lives.stack[life];
      return tip.show(event, element("b", {}, `${bytes(memory.lives.size[life])} ${memory.noteOf(life)}`),
        tipLine(memory.color(stack), memory.originText(memory.origin(stack))), `at ${hex(memory.lives.address[life])}`);
    }
    const rows = memory.series.map((values, rank) => [values[moment + 1], rank]).filter(([size]) => size > 0).sort((a, b) => b[0] - a[0]);
    tip.show(event, element("b", {}, `${bytes(memory.total[moment + 1])} in use, ${bytes(memory.reservedAt[moment + 1])} reserved`),
      element("div", { className: "quiet" }, memory.momentText(moment)),
      ...rows.slice(0, 7).map(([size, rank]) => rank < memory.rankedOrigins.length
        ? tipLine(COLORS[rank], `${bytes(size)}  ${memory.originText(memory.rankedOrigins[rank])}`)
        : tipLine(REST, `${bytes(size)}  others`)));
  }
  release(event) {
    const { drag } = this;
    this.drag = null;
    if (!drag) return;
    const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    if (to - from > 3) return this.zoom(this.momentAt(from), this.momentAt(to));
    const life = this.view === "addresses" ? this.lifeAt(this.x(event), this.y(event)) : -1;
    this.choose(this.momentAt(this.x(event)), life);
  }
}
