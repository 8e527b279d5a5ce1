// The snapshot: what lived when, by whom it was made, and sums of it. No drawing here.
class Memory {
  constructor(data, device) {
    this.data = data;
    Object.assign(this, device);
    this.eventCount = this.events.action.length;
    this.lifeCount = this.lives.start.length;
    this.total = new Float64Array(this.eventCount + 1); // in use after event i - 1
    this.addLives(this.total, () => true);
    this.peak = this.total.reduce((best, value, i) => (value > this.total[best] ? i : best), 0) - 1;
    this.rankOrigins();
    this.reservedAt = this.spread(this.reserved);
    this.blocks = this.segments.flatMap((segment) => segment.blocks);
  }

  // Moments are events; -1 is before the first, eventCount - 1 is the end.
  get end() { return this.eventCount - 1; }
  addLives(sums, wanted) {
    const { start, end, size } = this.lives;
    for (let i = 0; i < this.lifeCount; i++) {
      if (!wanted(i)) continue;
      sums[start[i] + 1] += size[i];
      if (end[i] < this.eventCount) sums[end[i] + 1] -= size[i];
    }
    for (let i = 1; i < sums.length; i++) sums[i] += sums[i - 1];
    return sums;
  }
  spread(steps) {
    const values = new Float64Array(this.eventCount + 1);
    steps.forEach(([from, value], i) => values.fill(value, from + 1, i + 1 < steps.length ? steps[i + 1][0] + 1 : undefined));
    return values;
  }
  isAlive(life, moment) { return this.lives.start[life] <= moment && this.lives.end[life] > moment; }
  livesAt(moment) {
    const found = [];
    for (let i = 0; i < this.lifeCount; i++) if (this.isAlive(i, moment)) found.push(i);
    return found;
  }

  // The frame that names a stack, -1 for an unknown one.
  origin(stack) { return this.data.origins[stack]; }
  originText(frame) {
    if (frame < 0) return "not recorded";
    const [file, line, name] = this.data.frames[frame];
    return `${file.slice(file.lastIndexOf("/") + 1)}:${line} ${name}`;
  }
  // The origins that hold most at the peak or at the end get a colour each.
  rankOrigins() {
    const most = new Map();
    for (const moment of [this.peak, this.end]) {
      for (const { frame, size } of this.byOrigin(moment)) most.set(frame, Math.max(size, most.get(frame) ?? 0));
    }
    const ranked = [...most].sort((a, b) => b[1] - a[1]).slice(0, COLORS.length).map(([frame]) => frame);
    this.ranks = new Map(ranked.map((frame, rank) => [frame, rank]));
    this.rankedOrigins = ranked;
    const stacks = this.data.stacks.length;
    this.rankOfStack = Int32Array.from({ length: stacks }, (_, stack) => this.ranks.get(this.origin(stack)) ?? ranked.length);
  }
  rank(life) { return this.rankOfStack[this.lives.stack[life]]; }
  color(stack) { return COLORS[this.rankOfStack[stack]] ?? REST; }

  // [{frame, size, count, largest, lives}], largest sum first.
  byOrigin(moment) {
    const groups = new Map();
    for (const life of this.livesAt(moment)) {
      const frame = this.origin(this.lives.stack[life]);
      let group = groups.get(frame);
      if (!group) groups.set(frame, (group = { frame, size: 0, largest: 0, lives: [] }));
      group.size += this.lives.size[life];
      group.largest = Math.max(group.largest, this.lives.size[life]);
      group.lives.push(life);
    }
    return [...groups.values()].sort((a, b) => b.size - a.size);
  }
  // Bytes over time of each ranked origin and of the rest, made when asked for.
  get series() {
    this.seriesMade ??= Array.from({ length: this.rankedOrigins.length + 1 }, (_, rank) =>
      this.addLives(new Float64Array(this.eventCount + 1), (life) => this.rank(life) === rank));
    return this.seriesMade;
  }

  get hasTimes() { return this.events.time.length > 0; }
  timeOf(moment) { return this.events.time[Math.max(0, moment)] - this.events.time[0]; }
  momentText(moment) {
    if (this.eventCount === 0) return "at the snapshot";
    if (moment < 0) return "before the first event";
    const where = moment === this.end ? "at the end" : `after event ${count(moment + 1)} of ${count(this.eventCount)}`;
    return this.hasTimes ? `${where}, ${duration(this.timeOf(moment))}` : where;
  }
  // A note of the block at the address, such as its shape, for what lives at the end.
  noteOf(life) {
    if (this.lives.end[life] < this.eventCount) return "";
    this.notes ??= new Map(this.blocks.filter((block) => block[5]).map((block) => [block[0], block[5]]));
    return this.notes.get(this.lives.address[life]) ?? "";
  }

  // Totals of the snapshot itself.
  get totals() {
    const sums = { reserved: 0, allocated: 0, requested: 0, pending: 0, free: 0, stuck: 0, tensors: 0 };
    for (const segment of this.segments) {
      sums.reserved += segment.size;
      if (segment.blocks.every((block) => block[3] === "inactive")) continue;
      for (const [, size, , state] of segment.blocks) sums.stuck += state === "inactive" ? size : 0;
    }
    for (const [, size, requested, state] of this.blocks) {
      if (state === "inactive") {
        sums.free += size;
      } else if (state === "active_allocated") {
        sums.allocated += size;
        sums.requested += requested;
        sums.tensors++;
      } else sums.pending += size;
    }
    return sums;
  }
}
