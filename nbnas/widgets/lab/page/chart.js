// One Vega view: it gets its specification once, afterwards data and signals only. It tells the
// lab which architecture the pointer or the arrow keys are at, and which one was chosen.

const OPTIONS = {
  mode: "vega",
  renderer: "svg",
  actions: false,
  tooltip: false,
  defaultStyle: false,
  logLevel: 1, // errors; that a chart has no data yet is none
};

export class Chart {
  // `height` in pixels; a chart that `fills` its card takes what is free there, if that is more.
  constructor(label, height, lab, fills = false) {
    this.lab = lab;
    this.height = height;
    this.fills = fills;
    this.view = null;
    this.cursor = ""; // where the arrow keys are
    this.sent = {};
    this.waiting = {};
    this.place = element("div", { class: "nbl-plot" });
    this.host = element(
      "div",
      {
        class: fills ? "nbl-chart nbl-fills" : "nbl-chart",
        style: fills ? `min-height:${height}px` : "",
        tabindex: "0",
        role: "application", // so that screen readers leave the arrow keys to it
        "aria-roledescription": "chart",
        "aria-label": label,
        onkeydown: (event) => this.pressed(event),
        onmouseleave: (event) => this.lab.point("", event),
        onblur: () => this.left(),
      },
      this.place,
    );
    this.describe();
    this.draw = perFrame(() => this.update());
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(this.host);
  }

  // The lines that say what is to be seen in it.
  describe(...lines) {
    const places = [...lines, this.lab.hint].filter(Boolean);
    this.host.setAttribute("aria-describedby", places.map(named).join(" "));
  }

  async start(embed, specification) {
    const made = await embed(this.place, specification, OPTIONS);
    this.made = made;
    this.view = made.view;
    this.place.setAttribute("aria-hidden", "true"); // the line below says what is to be seen
    this.view.addEventListener("mousemove", (event, item) => this.pointed(event, item));
    this.view.addEventListener("click", (_, item) => {
      const key = item?.datum?.key;
      if (key) this.lab.select(key);
    });
    this.draw();
  }

  push(payload) {
    this.waiting = { data: payload?.data ?? {}, signals: payload?.signals ?? {} };
    this.draw();
  }

  update() {
    const width = Math.floor(this.host.clientWidth);
    if (this.view === null || width < 60) return;
    const wanted = {
      ...(this.waiting.signals ?? {}),
      hovered: this.lab.hovered,
      selected: this.lab.shown,
    };
    for (const [name, value] of Object.entries(wanted)) this.signal(name, value);
    for (const [name, rows] of Object.entries(this.waiting.data ?? {})) {
      if (this.sent[name] === rows) continue;
      this.sent[name] = rows;
      this.view.data(name, rows.map((row) => ({ ...row })));
    }
    const height = this.fills ? Math.max(this.height, this.host.clientHeight) : this.height;
    this.view.width(width).height(height);
    this.view.runAsync().catch((error) => this.lab.failed(error));
  }

  signal(name, value) {
    try {
      this.view.signal(name, value);
    } catch {
      // this chart has no such signal
    }
  }

  pointed(event, item) {
    this.lab.point(item?.datum?.key ?? "", event);
  }

  // Marks that stand for architectures, with their places in pixels from the chart's corner.
  marks() {
    const found = new Map();
    const visit = (node, x, y) => {
      for (const item of node.items ?? []) {
        const key = item.datum?.key;
        if (node.marktype === "group") {
          for (const inner of item.items ?? []) visit(inner, x + (item.x || 0), y + (item.y || 0));
        } else if (key && node.marktype === "symbol") {
          found.set(key, { key, x: x + item.x, y: y + item.y });
        }
      }
    };
    const [left, top] = this.view.origin();
    visit(this.view.scenegraph().root, left, top);
    return [...found.values()];
  }

  left() {
    this.cursor = "";
    this.lab.hover("");
  }

  // Where the arrow keys are stays when the pointer moves.
  pressed(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Enter" || event.key === " ") {
      if (this.cursor) this.lab.select(this.cursor);
    } else if (event.key === "Escape") {
      this.lab.select("");
    } else if (step[event.key] && this.view !== null) {
      const next = nearest(this.marks(), this.cursor || this.lab.shown, step[event.key]);
      const box = this.place.getBoundingClientRect();
      if (next) this.lab.hover(next.key, box.left + next.x, box.top + next.y, true);
      if (next) this.cursor = next.key;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  stop() {
    this.watcher.disconnect();
    this.draw.cancel();
    this.made?.finalize();
  }
}

// The nearest mark in a direction; things ahead count, things aside count three times.
function nearest(marks, key, [right, down]) {
  const from = marks.find((mark) => mark.key === key);
  if (!from) return marks.sort((a, b) => a.x - b.x)[0];
  let best = null;
  let least = Infinity;
  for (const mark of marks) {
    const ahead = (mark.x - from.x) * right + (mark.y - from.y) * down;
    const aside = Math.abs((mark.x - from.x) * down) + Math.abs((mark.y - from.y) * right);
    if (mark.key === key || ahead <= 0.5) continue;
    if (ahead + 3 * aside < least) [best, least] = [mark, ahead + 3 * aside];
  }
  return best;
}

// Charts of one kind, of which one is shown, and the list that chooses it.
export class Alternatives {
  // `key` begins their names in the lab; `of` gives the label of each.
  constructor(lab, key, names, of, height, kind, label) {
    this.charts = names.map((name) => new Chart(of(name), height, lab));
    this.charts.forEach((chart, at) => (lab.charts[`${key}${at}`] = chart));
    this.hosts = this.charts.map((chart) => chart.host);
    this.shown = 0;
    this.known = true;
    this.choose = element(
      "select",
      { class: `nbl-select ${kind}`, "aria-label": label, hidden: names.length < 2,
        onchange: (event) => {
          this.shown = event.currentTarget.selectedIndex;
          this.reveal(this.known);
          lab.draw();
        } },
      ...names.map((name) => element("option", {}, name)),
    );
  }

  // Where nothing is `known` yet none of them is shown.
  reveal(known = true) {
    this.known = known;
    this.hosts.forEach((host, at) => (host.hidden = !known || at !== this.shown));
  }

  push(payloads) {
    this.charts.forEach((chart, at) => chart.push(payloads?.[at]));
  }
}

// A picture that only shows, such as an architecture; a new specification replaces it.
export class Picture {
  constructor(lab) {
    this.lab = lab;
    this.shown = null;
    this.host = element("div", { class: "nbl-picture", "aria-hidden": "true" });
  }

  async show(embed, specification) {
    if (this.shown === specification) return;
    this.shown = specification;
    this.made?.finalize();
    this.made = undefined;
    this.host.replaceChildren();
    if (!specification) return;
    const place = element("div");
    this.host.append(place);
    try {
      const made = await embed(place, specification, OPTIONS);
      if (this.shown === specification) this.made = made;
      else made.finalize();
      const { width, height } = specification;
      this.host.classList.toggle("nbl-tall", Number(height) > 1.2 * Number(width));
    } catch (error) {
      this.lab.failed(error);
    }
  }

  stop() {
    this.made?.finalize();
  }
}
