// The card of a search with several goals: the front, and how much it dominates over time.

export class Front {
  constructor(lab) {
    const names = lab.model.get("measure").pairs; // of goals, as the charts come
    const of = (name) => `The front so far, ${name}`;
    this.fronts = new Alternatives(lab, "front", names, of, 330, "nbl-pair", "Goals of the front");
    this.volume = lab.charts.volume = new Chart("Hypervolume", 250, lab);
    this.line = element("p", { class: "nbl-line" });
    this.volume.describe(this.line);
    this.host = element(
      "section",
      { class: "nbl-card nbl-wide nbl-area-front", "aria-label": "The front" },
      element(
        "div",
        { class: "nbl-front" },
        element("div", { class: "nbl-head" }, element("h4", {}, "The front so far"), this.fronts.choose),
        ...this.fronts.hosts,
      ),
      element(
        "div",
        { class: "nbl-volume" },
        element("h4", {}, "Hypervolume of the front"),
        this.volume.host,
        this.line,
      ),
    );
    this.fronts.reveal();
  }

  update(front) {
    this.fronts.push(front?.fronts);
    this.volume.push(front?.volume);
    write(this.line, front?.line ?? "");
  }
}
