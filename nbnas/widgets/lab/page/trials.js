// The table of trials: sorted by a click, and one stop of the Tab key, in which the arrow keys go on.

const columns = (noun, far, further) => [
  ["trial", "trial", "nbl-figure"],
  ["name", "architecture", ""],
  ...(far ? [["epochs", "epochs", "nbl-figure"]] : []),
  ["value", noun, "nbl-figure"],
  ...further.map((goal) => [`goal ${goal.name}`, goal.noun, "nbl-figure"]),
  ["seconds", "seconds", "nbl-figure"],
];

export class Trials {
  constructor(lab) {
    this.lab = lab;
    this.by = "trial";
    this.down = true;
    this.rows = [];
    this.measure = lab.model.get("measure");
    this.far = Boolean(lab.model.get("specs").rungs); // trainings go differently far
    this.further = this.measure.further ?? []; // goals beside the value
    this.columns = columns(this.measure.noun, this.far, this.further);
    this.heads = this.columns.map(([name, word, kind]) =>
      element(
        "th",
        { scope: "col", class: kind },
        element(
          "button",
          { type: "button", class: "nbl-sort", onclick: () => this.sort(name) },
          word,
        ),
      ),
    );
    this.body = element("tbody");
    this.at = null; // the trial where the Tab key enters the table
    this.empty = element("p", { class: "nbl-line" }, "No trial has ended yet.");
    this.table = element(
      "table",
      { class: "nbl-table nbl-trials", hidden: true, "aria-describedby": named(lab.hint) },
      element("thead", {}, element("tr", {}, ...this.heads)),
      this.body,
    );
    const wide = this.further.length > 1 ? " nbl-wide" : ""; // columns need room
    this.host = element(
      "section",
      { class: `nbl-card nbl-area-trials${wide}`, "aria-label": "Trials" },
      element("h4", {}, "Trials"),
      this.empty,
      element(
        "div",
        { class: "nbl-scroll" },
        this.table,
      ),
    );
  }

  // The first click puts the best, the latest and the longest first.
  sort(name) {
    const goal = this.further.find((each) => name === `goal ${each.name}`);
    const best = goal ?? (name === "value" ? this.measure : null);
    const first = best ? best.maximize : name !== "name";
    this.down = this.by === name ? !this.down : first;
    this.by = name;
    this.draw();
  }

  update(rows) {
    if (this.rows === rows) return;
    this.rows = rows;
    this.draw();
  }

  draw() {
    this.empty.hidden = this.rows.length > 0;
    this.table.hidden = !this.rows.length;
    const sign = this.down ? -1 : 1;
    const own = (row) => row[this.by] ?? row.goals?.[this.by.slice("goal ".length)];
    const worth = (row) => own(row) ?? (this.down ? -Infinity : Infinity);
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const sorted = [...this.rows].sort((a, b) => sign * compare(worth(a), worth(b)));
    const focused = this.body.contains(document.activeElement);
    this.body.replaceChildren(...sorted.map((row) => this.line(row)));
    if (focused) this.entry?.focus({ preventScroll: true });
    this.heads.forEach((head, at) => {
      const own = this.columns[at][0] === this.by;
      head.setAttribute("aria-sort", own ? (this.down ? "descending" : "ascending") : "none");
    });
    this.mark();
  }

  line(row) {
    const failed = row.value == null;
    return element(
      "tr",
      {
        "data-key": row.key,
        "data-trial": row.trial,
        title: failed ? row.error : row.text,
        onclick: () => this.lab.select(row.key), // also of the button's, by the keys
        ...this.lab.pointing(row.key),
      },
      element("td", { class: "nbl-figure" }, `${row.trial}`),
      element("td", { class: "nbl-long" }, this.pick(row)),
      ...(this.far ? [element("td", { class: "nbl-figure" }, `${row.epochs}`)] : []),
      element("td", { class: "nbl-figure" }, failed ? "✕ failed" : together(row.said)),
      ...this.further.map((goal) =>
        element("td", { class: "nbl-figure" }, together(row.told?.[goal.name])),
      ),
      element("td", { class: "nbl-figure" }, row.seconds.toFixed(row.seconds < 10 ? 2 : 0)),
    );
  }

  // The button of a row. The table is one stop of the Tab key; inside it the arrow keys go on.
  pick(row) {
    return element(
      "button",
      {
        type: "button",
        class: "nbl-pick",
        tabindex: "-1",
        onkeydown: (event) => this.pressed(event),
        onfocus: () => this.enter(row.trial),
      },
      row.name,
    );
  }

  // The button where the Tab key enters: where the focus was last, or else what is selected.
  get entry() {
    const rows = [...this.body.children];
    const found =
      rows.find((row) => row.dataset.trial === String(this.at)) ??
      rows.find((row) => row.dataset.key === this.lab.shown) ??
      rows[0];
    return found?.querySelector("button");
  }

  enter(trial) {
    this.at = trial;
    this.mark();
  }

  pressed(event) {
    const row = event.currentTarget.closest("tr");
    const next = {
      ArrowDown: row.nextElementSibling,
      ArrowUp: row.previousElementSibling,
      Home: this.body.firstElementChild,
      End: this.body.lastElementChild,
    };
    if (!(event.key in next)) return;
    next[event.key]?.querySelector("button").focus();
    event.preventDefault();
  }

  mark() {
    const entry = this.entry;
    for (const row of this.body.children) {
      const own = row.querySelector("button");
      own.tabIndex = own === entry ? 0 : -1;
      row.classList.toggle("nbl-selected", row.dataset.key === this.lab.shown);
      row.classList.toggle("nbl-hovered", row.dataset.key === this.lab.hovered);
      row.setAttribute("aria-current", String(row.dataset.key === this.lab.shown));
    }
  }
}
