// The lab: one page of linked views. All state that must survive a reload is in the model.

const FOLLOWED = [
  ...["status", "trace", "best", "curve", "sample", "extras", "map", "candidates", "why"],
  ...["answer", "answered", "rounds", "trials", "chosen", "selected", "round", "what_if", "budget"],
  ...["workers", "unit", "looks", "beliefs", "settings"],
];

class Lab {
  constructor(model, embed) {
    this.model = model;
    this.embed = embed;
    this.hovered = "";
    this.byKeys = false; // whether that is where the arrow keys are
    this.told = ""; // the last key of which that was told aloud
    this.wants = new Set(); // what a person asked for and was not told yet
    this.asRegret = false;
    layout(this);
    this.draw = perFrame(() => this.attempt());
    this.mark = perFrame(() => this.highlight());
    this.changed = () => this.draw();
    for (const name of FOLLOWED) model.on(`change:${name}`, this.changed);
  }

  // The key that is selected, or else that of what was chosen.
  get shown() {
    return this.model.get("selected") || this.model.get("chosen");
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
    this.charts.curve.host.hidden = !curve.data.reports.length;
    this.parts.hidden = !curve.parts;
    this.ahead.hidden = !curve.data.rest?.length;
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
    this.looks?.update(get("looks"), get("beliefs"));
    this.settings?.update(get("settings"));
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
    this.tell(this.model.get("status"), trace.line);
    this.front?.update(trace.front);
  }

  // Rows of the map: positions and predictions come as columns, names once.
  map(map) {
    if (this.mapped !== map) {
      this.mapped = map;
      const { column, turned, percent, ends } = this.colour;
      const values = map[column] ?? [];
      const finite = values.filter((value) => value != null);
      const rows = map.x.map((x, at) => ({
        key: String(at), x, y: map.y[at], value: values[at] ?? null,
        kind: map.kinds[at] ?? SAMPLE,
      }));
      const rank = (row) => SHAPES.findIndex(([, word]) => word === row.kind);
      rows.sort((a, b) => rank(a) - rank(b));
      const fixed = finite.length ? ends : null;
      const low = fixed?.[0] ?? (finite.length ? Math.min(...finite) : 0);
      const high = fixed?.[1] ?? (finite.length ? Math.max(...finite, low + 1e-6) : 0); // or low
      this.charts.map.push({
        data: { points: rows },
        signals: {
          low, high, turned, percent,
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
      if (row.key === key) {
        const far = row.epochs == null ? "" : ` after ${row.epochs} epochs`;
        const told = Object.values(row.told ?? {}).map((text) => `, ${text}`).join("");
        lines.push(`trial ${row.trial}: ${row.value == null ? "failed" : row.said}${told}${far}`);
        if (row.stand) lines.push(row.stand);
      }
    lines.push(this.model.get("looks").reasons?.[key]);
    if (map.said?.[at] != null) lines.push(map.said[at], map.beside?.[at], map.promised[at]);
    return [...new Set(lines.filter(Boolean))];
  }

  // The pointer is at an architecture, or at none. A page that scrolls under a pointer at rest, as
  // it does for the focus, tells of it too: then what the arrow keys are at stays.
  point(key, event) {
    if (this.byKeys && !event.movementX && !event.movementY) return;
    this.hover(key, event.clientX, event.clientY);
  }

  // What an element that stands for an architecture listens to: the pointer, and the focus.
  pointing(key) {
    return {
      onmouseenter: (event) => this.point(key, event),
      onmouseleave: (event) => this.point("", event),
      onfocusin: (event) => this.focused(key, event.target),
      onfocusout: () => this.hover(""),
    };
  }

  focused(key, place) {
    if (!place.matches(":focus-visible")) return;
    const { right, bottom } = place.getBoundingClientRect();
    this.hover(key, right, bottom, true);
  }

  hover(key, x, y, focus = false) {
    this.byKeys = focus;
    if (focus && key !== this.told) {
      this.told = key;
      this.voice.sayOnly(`${this.facts(key).join(". ")}.`);
    }
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
    this.asked("why");
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
    this.voice.say(text);
  }

  // A person has asked for something, and is told aloud once it is there.
  asked(...what) {
    for (const each of what) this.wants.add(each);
  }

  answered(what, text) {
    if (this.wants.delete(what)) this.voice.say(text);
  }

  // How the run goes, aloud: what has changed by itself, and at times how far a run is.
  tell({ state, said }, line) {
    if (state === "running" && state === this.state) this.voice.report(line);
    else if (this.state !== undefined && said !== this.heard) this.voice.say(said);
    if (state !== "running") this.voice.rest();
    this.state = state;
    this.heard = said;
  }

  failed(error) {
    this.error.hidden = false;
    write(this.error, `This view could not be drawn; the search goes on. ${error.message ?? error}`);
  }

  stop() {
    for (const name of FOLLOWED) this.model.off(`change:${name}`, this.changed);
    this.draw.cancel();
    this.mark.cancel();
    this.voice.stop();
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
