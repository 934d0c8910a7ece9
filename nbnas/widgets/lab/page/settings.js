// The card of a search whose architectures have settings: the posterior along each, and how much
// each of them matters.

export class Settings {
  constructor(lab) {
    this.lab = lab;
    const names = lab.model.get("measure").settings; // in the order of the charts
    const of = (name) => `Predictions along ${name}`;
    this.slices = new Alternatives(lab, "slice", names, of, 250, "nbl-setting", "Setting");
    const height = 70 + 34 * (1 + names.length);
    this.importance = lab.charts.importance = new Chart("What matters", height, lab);
    this.of = element("p", { class: "nbl-name" });
    this.lines = ["slices", "importance"].map(() => element("p", { class: "nbl-line" }));
    for (const chart of this.slices.charts) chart.describe(this.of, this.lines[0]);
    this.importance.describe(this.lines[1]);
    this.host = element(
      "section",
      { class: "nbl-card nbl-wide nbl-area-settings", "aria-label": "Settings" },
      element(
        "div",
        { class: "nbl-slices" },
        element("div", { class: "nbl-head" }, element("h4", {}, "Along a setting"), this.slices.choose),
        this.of,
        ...this.slices.hosts,
        this.lines[0],
      ),
      element(
        "div",
        { class: "nbl-matters" },
        element("h4", {}, "What matters"),
        this.importance.host,
        this.lines[1],
      ),
    );
    this.slices.reveal(Boolean(lab.model.get("settings").panels));
  }

  update(settings) {
    this.slices.reveal(Boolean(settings.panels));
    this.slices.push(settings.panels);
    this.importance.push(settings.importance);
    this.importance.host.hidden = !settings.importance?.data.rows.length;
    write(this.of, settings.key == null ? "" : (this.lab.name(settings.key) ?? ""));
    write(this.lines[0], settings.line ?? "");
    write(this.lines[1], settings.importance?.line ?? "");
  }
}
