// The card of a search whose architectures have settings: the posterior along each, and how much
// each of them matters.

export class Settings {
  constructor(lab) {
    this.lab = lab;
    const names = lab.model.get("measure").settings; // in the order of the charts
    this.charts = names.map((name) => new Chart(`Predictions along ${name}`, 250, lab));
    this.charts.forEach((chart, at) => (lab.charts[`slice${at}`] = chart));
    const height = 70 + 34 * (1 + names.length);
    this.importance = lab.charts.importance = new Chart("What matters", height, lab);
    this.shown = 0;
    this.of = element("p", { class: "nbl-name" });
    this.lines = ["slices", "importance"].map(() =>
      element("p", { class: "nbl-line", "aria-live": "polite" }),
    );
    this.choose = element(
      "select",
      { class: "nbl-select nbl-setting", "aria-label": "Setting", hidden: names.length < 2,
        onchange: (event) => {
          this.shown = event.currentTarget.selectedIndex;
          this.reveal();
          lab.draw();
        } },
      ...names.map((name) => element("option", {}, name)),
    );
    this.host = element(
      "section",
      { class: "nbl-card nbl-wide nbl-area-settings", "aria-label": "Settings" },
      element(
        "div",
        { class: "nbl-slices" },
        element("div", { class: "nbl-head" }, element("h4", {}, "Along a setting"), this.choose),
        this.of,
        ...this.charts.map((chart) => chart.host),
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
    this.reveal();
  }

  reveal() {
    const known = Boolean(this.lab.model.get("settings").panels);
    this.charts.forEach((chart, at) => (chart.host.hidden = !known || at !== this.shown));
  }

  update(settings) {
    this.reveal();
    this.charts.forEach((chart, at) => chart.push(settings.panels?.[at]));
    this.importance.push(settings.importance);
    this.importance.host.hidden = !settings.importance?.data.rows.length;
    write(this.of, settings.key == null ? "" : (this.lab.name(settings.key) ?? ""));
    write(this.lines[0], settings.line ?? "");
    write(this.lines[1], settings.importance?.line ?? "");
  }
}
