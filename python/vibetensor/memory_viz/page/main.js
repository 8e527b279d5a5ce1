// Ties the parts together: one GPU at a time, one moment of it.
const data = JSON.parse(byId("snapshot").textContent);
let memory;

const timeline = new Timeline(byId("timeline"), (moment, life) => {
  chooseMoment(moment);
  if (life >= 0) showLives(memory, "One allocation", [life], false);
});
const segments = new Segments(byId("segments"), (block) => {
  chooseMoment(memory.end);
  const life = memory.livesAt(memory.end).find((i) => memory.lives.address[i] === block[0]);
  if (life !== undefined) showLives(memory, "One allocation", [life], false);
});

function showLargest(moment) { showLives(memory, "Largest tensors", memory.livesAt(moment), true); }
function chooseMoment(moment) {
  timeline.moment = moment;
  showOrigins(memory, moment, (group) => showLives(memory, memory.originText(group.frame), group.lives, false));
  showLargest(moment);
  showEvents(memory, moment, chooseMoment);
  byId("detail-close").onclick = () => chooseMoment(moment);
}

function chooseDevice(index) {
  memory = new Memory(data, data.devices.find((device) => String(device.index) === index));
  showTiles(memory);
  showLegend(memory);
  timeline.axis = "events";
  const axes = memory.hasTimes ? { events: "by event", time: "by time" } : { events: "by event" };
  buttons(byId("timeline-axis"), axes, timeline.axis, (axis) => { timeline.axis = axis; timeline.draw(); });
  timeline.show(memory);
  segments.show(memory);
  byId("timeline-panel").hidden = memory.eventCount === 0;
  byId("events-panel").hidden = memory.eventCount === 0;
  chooseMoment(memory.eventCount ? memory.peak : memory.end);
}

function start() {
  if (data.devices.length === 0) {
    byId("tiles").replaceChildren(element("div", { className: "tile" }, "The snapshot is empty: no segments and no events."));
    for (const panel of document.querySelectorAll(".panel")) panel.hidden = true;
    return;
  }
  buttons(byId("timeline-view"), { bytes: "Bytes by origin", addresses: "Addresses" }, timeline.view, (view) => {
    timeline.view = view;
    timeline.draw();
  });
  const names = Object.fromEntries(data.devices.map(({ index }) => [String(index), `cuda:${index}`]));
  const busiest = data.devices.reduce((a, b) => (b.lives.start.length > a.lives.start.length ? b : a));
  buttons(byId("devices"), names, String(busiest.index), chooseDevice);
  chooseDevice(String(busiest.index));
}

let resizing;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => { timeline.draw(); segments.draw(); }, 80);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { timeline.draw(); segments.draw(); });
start();
document.documentElement.dataset.ready = "yes"; // tests wait for it
