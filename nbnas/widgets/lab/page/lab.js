// The lab: one page of linked views. All state that must survive a reload is in the model.

const COLOURS = [
  ["mean", "predicted accuracy"],
  ["stddev", "uncertainty (stddev)"],
  ["ei", "expected improvement"],
];
const FOLLOWED = [
  ...["status", "trace", "best", "curve", "sample", "extras", "map", "candidates", "why"],
  ...["answer", "answered", "rounds", "trials", "chosen", "selected", "round", "what_if", "budget"],
];
const SAMPLE = "sample of the space";
const SHAPES = [
  ["●", SAMPLE],
  ["▲", "ranked candidate"],
  ["■", "evaluated"],
  ["✕", "failed"],
  ["★", "chosen next"],
  ["◆", "what if"],
];

// The kernel puts a picture of the search, and a style, below the lab, for where no lab can live.
function hiding(identifier) {
  const output = ".jp-OutputArea-child";
  const own = `${output}:has([data-lab="${CSS.escape(identifier)}"])`;
  const picture = `${own} + ${output}:has(.jp-RenderedImage)`;
  const style = `${picture} + ${output}:has(.nbnas-style)`;
  return `${picture}, ${style} { display: none; }`;
}

class Lab {
  constructor(model, embed) {
    this.model = model;
    this.embed = embed;
    this.hovered = "";
    this.colour = "mean";
    this.asRegret = false;
    this.build();
    this.draw = perFrame(() => this.attempt());
    this.mark = perFrame(() => this.highlight());
    this.changed = () => this.draw();
    for (const name of FOLLOWED) model.on(`change:${name}`, this.changed);
  }

  // The key that is selected, or else that of what was chosen.
  get shown() {
    return this.model.get("selected") || this.model.get("chosen");
  }

  build() {
    this.controls = new Controls(this.model, this);
    this.rewind = new Rewind(this.model, this);
    this.why = new Why(this);
    this.trials = new Trials(this);
    this.best = new Picture(this);
    this.charts = {
      trace: new Chart("The search so far", 215, this),
      regret: new Chart("The regret so far", 215, this),
      curve: new Chart("The current training", 150, this),
      map: new Chart("Map of the search space", 390, this, true),
      candidates: new Chart("Ranked candidates", 290, this),
    };
    this.lines = {};
    for (const name of ["trace", "best", "curve", "map", "candidates"])
      this.lines[name] = element("p", { class: "nbl-line", "aria-live": "polite" });
    this.titles = {
      best: element("h4", {}, "The best so far"),
      curve: element("h4", {}, "In training"),
      candidates: element("h4", {}, "Ranked candidates"),
    };
    this.error = element("div", { class: "nbnas-error", role: "alert", hidden: true });
    this.said = element("p", { class: "nbl-said", "aria-live": "polite" });
    this.tip = element("div", { class: "nbl-tip", role: "status", hidden: true });
    this.choose = element(
      "select",
      { class: "nbl-select nbl-colour", "aria-label": "Colour of the map",
        onchange: (event) => {
          this.colour = COLOURS[event.currentTarget.selectedIndex][0];
          this.mapped = undefined;
          this.draw();
        } },
      ...COLOURS.map(([, word]) => element("option", {}, word)),
    );
    this.measure = element(
      "select",
      { class: "nbl-select nbl-measure", "aria-label": "What the course shows", hidden: true,
        onchange: (event) => {
          this.asRegret = event.currentTarget.selectedIndex === 1;
          this.draw();
        } },
      element("option", {}, "accuracy"),
      element("option", {}, "regret"),
    );
    this.parts = element(
      "p",
      { class: "nbl-shapes" },
      element("span", {}, "●― held out"),
      element("span", {}, "■┄ training"),
    );
    const shapes = element("p", { class: "nbl-shapes" });
    for (const [sign, word] of SHAPES)
      shapes.append(
        element("span", {}, element("span", { "aria-hidden": "true" }, sign), ` ${word}`),
      );
    const card = (area, label, ...children) =>
      element("section", { class: `nbl-card nbl-area-${area}`, "aria-label": label }, ...children);
    const head = (...children) => element("div", { class: "nbl-head" }, ...children);
    this.root = element(
      "div",
      {
        class: "nbnas nbl-lab",
        role: "group",
        "aria-label": "Architecture search",
        "data-lab": this.model.get("identifier"),
        onkeydown: (event) => {
          // JupyterLab takes arrows and Enter at the document; here they are the lab's.
          if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
        },
      },
      element("style", {}, hiding(this.model.get("identifier"))),
      this.controls.host,
      this.error,
      this.said,
      element(
        "div",
        { class: "nbl-grid" },
        card("trace", "The search so far",
          head(element("h4", {}, "The search so far"), this.measure),
          this.charts.trace.host, this.charts.regret.host, this.lines.trace),
        card("now", "The best and the current training",
          element("div", { class: "nbl-best" }, this.titles.best, this.best.host, this.lines.best),
          element("div", { class: "nbl-training" },
            this.titles.curve, this.charts.curve.host, this.parts, this.lines.curve)),
        this.rewind.host,
        card("map", "Map of the search space",
          head(element("h4", {}, "Map of the space"),
            element("label", { class: "nbl-label" }, "colour ", this.choose)),
          this.charts.map.host, shapes, this.lines.map),
        this.why.host,
        card("candidates", "Ranked candidates",
          this.titles.candidates, this.charts.candidates.host, this.lines.candidates),
        this.trials.host,
      ),
      this.tip,
    );
  }

  async start() {
    const specifications = this.model.get("specs");
    for (const [name, chart] of Object.entries(this.charts))
      await chart.start(this.embed, specifications[name]);
    this.draw();
  }

  attempt() {
    try {
      this.update();
    } catch (error) {
      this.failed(error);
    }
  }

  update() {
    const get = (name) => this.model.get(name);
    const status = get("status");
    this.controls.update(status);
    write(this.said, status.said);
    write(this.error, status.error);
    this.error.hidden = !status.error;
    this.rewind.update();
    this.course(get("trace"));
    const curve = get("curve");
    this.charts.curve.push(curve);
    write(this.titles.curve, curve.title);
    write(this.lines.curve, curve.line);
    this.charts.curve.host.hidden = this.parts.hidden = !curve.data.reports.length;
    const best = get("best");
    this.best.show(this.embed, best.picture ?? null);
    write(this.titles.best, best.title ?? "The best so far");
    write(this.lines.best, best.line ?? "");
    this.map(get("map"));
    const candidates = get("candidates");
    this.charts.candidates.push(candidates);
    this.charts.candidates.host.hidden = !candidates.data.rows.length;
    write(this.titles.candidates, candidates.title);
    write(this.lines.candidates, candidates.line);
    this.why.update(this.embed, get("why"));
    this.trials.update(get("trials"));
    this.highlight();
  }

  course(trace) {
    this.measure.hidden = !trace.regret;
    const regret = Boolean(this.asRegret && trace.regret);
    this.charts.trace.host.hidden = regret;
    this.charts.regret.host.hidden = !regret;
    this.charts.trace.push(trace);
    if (regret) this.charts.regret.push(trace.regret);
    write(this.lines.trace, trace.line);
  }

  // Rows of the map: positions and predictions come as columns, names once.
  map(map) {
    if (this.mapped !== map) {
      this.mapped = map;
      const values = map[this.colour] ?? [];
      const finite = values.filter((value) => value != null);
      const rows = map.x.map((x, at) => ({
        key: String(at), x, y: map.y[at], value: values[at] ?? null,
        kind: map.kinds[at] ?? SAMPLE,
      }));
      const rank = (row) => SHAPES.findIndex(([, word]) => word === row.kind);
      rows.sort((a, b) => rank(a) - rank(b));
      const low = finite.length ? Math.min(...finite) : 0; // without colours low is high
      const high = finite.length ? Math.max(...finite, low + 1e-6) : 0;
      this.charts.map.push({
        data: { points: rows },
        signals: {
          low, high,
          places: [Math.min(...map.x), Math.max(...map.x), Math.min(...map.y), Math.max(...map.y)],
        },
      });
    }
    this.charts.map.host.hidden = !map.x.length;
    write(this.lines.map, map.line);
  }

  name(key) {
    const known = this.model.get("sample").names;
    const at = Number(key);
    return at < known.length ? known[at] : this.model.get("extras").names[at - known.length];
  }

  text(key) {
    const known = this.model.get("sample").texts;
    const at = Number(key);
    return at < known.length ? known[at] : this.model.get("extras").texts[at - known.length];
  }

  // What is known of an architecture, line by line.
  facts(key) {
    const map = this.model.get("map");
    const at = Number(key);
    const lines = [this.name(key) ?? "", this.text(key) ?? ""];
    for (const row of this.model.get("trials"))
      if (row.key === key)
        lines.push(`trial ${row.trial}: ${row.value == null ? "failed" : percent(row.value)}`);
    if (map.mean?.[at] != null) {
      const band = `${percent(map.lower[at])} to ${percent(map.upper[at])}`;
      lines.push(`predicted ${percent(map.mean[at])}, 95 % band ${band}`);
      lines.push(`expected improvement ${points(map.ei[at])} points`);
    }
    return [...new Set(lines.filter(Boolean))];
  }

  hover(key, x, y, focus) {
    if (key === this.hovered && !focus) {
      if (key) this.place(x, y);
      return;
    }
    this.hovered = key;
    this.tip.hidden = !key;
    if (key) {
      this.tip.replaceChildren(...this.facts(key).map((line) => element("div", {}, line)));
      this.place(x, y);
    }
    this.mark();
  }

  place(x, y) {
    const box = this.root.getBoundingClientRect();
    const width = this.tip.offsetWidth;
    const left = Math.max(4, Math.min(x - box.left + 14, box.width - width - 4));
    this.tip.style.left = `${left}px`;
    const below = y - box.top + 16;
    const above = below - this.tip.offsetHeight - 30;
    this.tip.style.top = `${below + this.tip.offsetHeight > box.height ? above : below}px`;
  }

  select(key) {
    this.model.set("selected", key === this.model.get("chosen") ? "" : key);
    this.model.save_changes();
    this.draw();
  }

  highlight() {
    for (const chart of Object.values(this.charts)) chart.draw();
    this.trials.mark();
  }

  say(text) {
    write(this.said, text);
  }

  failed(error) {
    this.error.hidden = false;
    write(this.error, `This view could not be drawn; the search goes on. ${error.message ?? error}`);
  }

  stop() {
    for (const name of FOLLOWED) this.model.off(`change:${name}`, this.changed);
    this.draw.cancel();
    this.mark.cancel();
    for (const chart of Object.values(this.charts)) chart.stop();
    this.best.stop();
    this.why.picture.stop();
  }
}

export default {
  initialize({ model }) {
    // Says how far this page has read, so that nothing piles up where nobody reads.
    const heard = () =>
      setTimeout(() => {
        model.set("read", model.get("sent"));
        model.save_changes();
      });
    model.on("change:sent", heard);
    heard();
    return () => model.off("change:sent", heard);
  },
  async render({ model, el }) {
    el.classList.add("nbl-host");
    const embed = await loadVega(model);
    const lab = new Lab(model, embed);
    el.append(lab.root);
    await lab.start();
    return () => lab.stop();
  },
};
