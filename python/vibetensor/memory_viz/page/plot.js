// A canvas that is as sharp as the screen, and the scales of a plot.
function prepare(canvas, height) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(200, canvas.parentElement.clientWidth);
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "11px system-ui, sans-serif";
  return { context, width, height };
}

// Round steps in powers of two for bytes, of ten for the rest; about `wanted` of them up to `most`.
function ticks(most, wanted, binary) {
  if (!(most > 0)) return [0];
  const raw = most / wanted;
  const base = binary ? 2 ** Math.floor(Math.log2(raw)) : 10 ** Math.floor(Math.log10(raw));
  const step = binary ? base * (raw / base > 1.5 ? 2 : 1) : base * ([1, 2, 5, 10].find((f) => f * base >= raw) ?? 10);
  const found = [];
  for (let value = 0; value <= most; value += step) found.push(value);
  return found;
}

function axisOfBytes({ context }, box, most) {
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of ticks(most, 5, true)) {
    const y = box.bottom - (value / most) * (box.bottom - box.top);
    context.fillStyle = themed("--line");
    context.fillRect(box.left, Math.round(y), box.right - box.left, 1);
    context.fillStyle = themed("--quiet");
    context.fillText(bytes(value), box.left - 6, y);
  }
}

function buttons(parent, names, chosen, choose) {
  parent.replaceChildren(...Object.entries(names).map(([key, text]) => {
    const button = element("button", { textContent: text, "aria-pressed": String(key === chosen) });
    button.addEventListener("click", () => {
      for (const other of parent.children) other.setAttribute("aria-pressed", String(other === button));
      choose(key);
    });
    return button;
  }));
}
