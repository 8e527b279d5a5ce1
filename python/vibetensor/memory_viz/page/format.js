// Text and elements.
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
function bytes(n) {
  let unit = 0;
  while (Math.abs(n) >= 1024 && unit < UNITS.length - 1) { n /= 1024; unit++; }
  return `${unit === 0 || Math.abs(n) >= 100 ? Math.round(n) : n.toFixed(1)} ${UNITS[unit]}`;
}
const count = (n) => n.toLocaleString("en-US");
const hex = (n) => "0x" + n.toString(16);
const plural = (n, one) => `${count(n)} ${one}${n === 1 ? "" : "s"}`;
function duration(us) {
  if (us < 1e3) return `${us.toFixed(0)} µs`;
  if (us < 1e6) return `${(us / 1e3).toFixed(us < 1e4 ? 2 : 1)} ms`;
  return `${(us / 1e6).toFixed(2)} s`;
}
function percent(part, whole) {
  return whole > 0 ? `${(100 * part / whole).toFixed(part === whole ? 0 : 1)}%` : "0%";
}

// An element with properties and children; strings become text, never markup.
function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "style") node.style.cssText = value;
    else if (name.includes("-")) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const byId = (id) => document.getElementById(id);

// Colours that can be told apart on light and dark grounds; the last is for all the rest.
const COLORS = ["#3a6fd8", "#e39b1c", "#d65550", "#2f9e98", "#6d9c35", "#d167a3", "#8a62d4", "#5fb0e6", "#a8704a", "#c9b037"];
const REST = "#9aa3af";
const themed = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const tip = {
  show(event, ...lines) {
    const node = byId("tip");
    node.replaceChildren(...lines);
    node.hidden = false;
    const { width, height } = node.getBoundingClientRect();
    node.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
    node.style.top = `${event.clientY + 16 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 16}px`;
  },
  hide() { byId("tip").hidden = true; },
};
const tipLine = (color, text) => element("div", {}, element("i", { className: "swatch", style: `background:${color}` }), text);
