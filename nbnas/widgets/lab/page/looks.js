// The card of a search whose trainings may go less far than all.

const NO_BELIEF = "A look changes a prediction once there is a full result, and a model of it.";

export class Looks {
  constructor(lab) {
    this.lab = lab;
    this.charts = {
      rungs: new Chart("How far each training went", 350, lab),
      spent: new Chart("What was spent, by length of training", 140, lab),
      stops: new Chart("Who was stopped, and who went on", 200, lab),
      beliefs: new Chart("What looks changed in the predicted full result", 190, lab),
    };
    Object.assign(lab.charts, this.charts);
    this.lines = {};
    this.parts = {};
    const part = (name, title) => {
      this.lines[name] = element("p", { class: "nbl-line" });
      this.charts[name].describe(this.lines[name]);
      this.parts[name] = element(
        "div",
        { class: `nbl-looks-${name}` },
        element("h4", {}, title),
        this.charts[name].host,
        this.lines[name],
      );
      return this.parts[name];
    };
    this.host = element(
      "section",
      { class: "nbl-card nbl-wide nbl-area-looks", "aria-label": "How far trainings went" },
      part("rungs", "How far each training went"),
      element(
        "div",
        { class: "nbl-looks-rest" },
        part("spent", "What was spent, by length of training"),
        part("stops", "Who was stopped, and who went on"),
        part("beliefs", "What looks changed in the predicted full result"),
      ),
    );
  }

  update(looks, beliefs) {
    for (const name of ["rungs", "spent", "stops"]) {
      this.charts[name].push(looks[name]);
      write(this.lines[name], looks[name]?.line ?? "");
    }
    const scheduled = Boolean(looks.stops?.data.rows.length);
    const known = Boolean(beliefs.data?.rows.length);
    this.parts.stops.hidden = !scheduled;
    this.parts.beliefs.hidden = scheduled;
    this.charts.beliefs.push(beliefs);
    this.charts.beliefs.host.hidden = !known;
    this.charts.rungs.host.hidden = !looks.rungs?.data.points.length;
    this.charts.spent.host.hidden = !looks.spent?.data.parts.length;
    write(this.lines.beliefs, known ? beliefs.line : NO_BELIEF);
  }
}
