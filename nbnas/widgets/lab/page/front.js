// The card of a search with several goals: the front, and how much it dominates over time.

export class Front {
  constructor(lab) {
    const names = lab.model.get("measure").pairs; // of goals, as the charts come
    this.charts = names.map((name) => new Chart(`The front so far, ${name}`, 330, lab));
    this.charts.forEach((chart, at) => (lab.charts[`front${at}`] = chart));
    this.volume = lab.charts.volume = new Chart("Hypervolume", 250, lab);
    this.shown = 0;
    this.line = element("p", { class: "nbl-line", "aria-live": "polite" });
    this.choose = element(
      "select",
      { class: "nbl-select nbl-pair", "aria-label": "Goals of the front", hidden: names.length < 2,
        onchange: (event) => {
          this.shown = event.currentTarget.selectedIndex;
          this.reveal();
          lab.draw();
        } },
      ...names.map((name) => element("option", {}, name)),
    );
    this.host = element(
      "section",
      { class: "nbl-card nbl-wide nbl-area-front", "aria-label": "The front" },
      element(
        "div",
        { class: "nbl-front" },
        element("div", { class: "nbl-head" }, element("h4", {}, "The front so far"), this.choose),
        ...this.charts.map((chart) => chart.host),
      ),
      element(
        "div",
        { class: "nbl-volume" },
        element("h4", {}, "Hypervolume of the front"),
        this.volume.host,
        this.line,
      ),
    );
    this.reveal();
  }

  reveal() {
    this.charts.forEach((chart, at) => (chart.host.hidden = at !== this.shown));
  }

  update(front) {
    this.charts.forEach((chart, at) => chart.push(front?.fronts[at]));
    this.volume.push(front?.volume);
    write(this.line, front?.line ?? "");
  }
}
