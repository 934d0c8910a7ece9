// Panels of words: why an architecture was chosen, and the table of trials.

export class Why {
  constructor(lab) {
    this.lab = lab;
    this.picture = new Picture(lab);
    this.title = element("h4", {}, "Why this one");
    this.back = element(
      "button",
      { type: "button", class: "nbl-button nbl-back", hidden: true, onclick: () => lab.select("") },
      "Back to the choice",
    );
    this.body = element("div", { class: "nbl-why", "aria-live": "polite" });
    this.host = element(
      "section",
      { class: "nbl-card nbl-area-why", "aria-label": "Why this architecture" },
      element("div", { class: "nbl-head" }, this.title, this.back),
      this.picture.host,
      this.body,
    );
  }

  update(embed, why) {
    if (why === this.known) return;
    this.known = why;
    write(this.title, why.title ?? "Why this one");
    this.back.hidden = why.chosen !== false;
    this.picture.show(embed, why.picture ?? null);
    this.body.replaceChildren(
      element("p", { class: "nbl-name", title: why.text ?? "" }, why.name ?? ""),
      ...(why.sentences ?? []).map((text) => element("p", { class: "nbl-line" }, together(text))),
      ...this.gain(why.gain),
      ...this.neighbours(why.neighbours ?? []),
    );
  }

  // Expected improvement in its two parts.
  gain(gain) {
    if (!gain?.title) return [];
    const part = (name, words) =>
      element(
        "div",
        { class: "nbl-gain" },
        element("span", { class: "nbl-gain-word" }, words),
        element(
          "span",
          { class: "nbl-gain-track", "aria-hidden": "true" },
          element("span", { class: `nbl-gain-${name}`, style: `width:${100 * gain.shares[name]}%` }),
        ),
        element("span", { class: "nbl-figure" }, gain.words[name]),
      );
    return [
      element("h5", {}, gain.title),
      part("exploitation", "exploitation: a better mean"),
      part("exploration", "exploration: uncertainty"),
    ];
  }

  neighbours(found) {
    if (!found.length) return [];
    const one = (near) =>
      element(
        "li",
        {},
        element(
          "button",
          {
            type: "button",
            class: "nbl-link",
            onclick: () => this.lab.select(near.key),
            onmouseenter: (event) => this.lab.point(near.key, event),
            onmouseleave: (event) => this.lab.point("", event),
          },
          near.name,
        ),
        element("span", { class: "nbl-line" }, together(near.words)),
        near.difference ? element("span", { class: "nbl-difference" }, near.difference) : null,
      );
    return [
      element("h5", {}, "Trials that weigh most in this prediction"),
      element("ol", { class: "nbl-neighbours" }, ...found.map(one)),
    ];
  }
}

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
    this.empty = element("p", { class: "nbl-line" }, "No trial has ended yet.");
    this.table = element(
      "table",
      { class: "nbl-table nbl-trials", hidden: true },
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
    const focused = this.body.contains(document.activeElement)
      ? document.activeElement.dataset.trial
      : null;
    this.body.replaceChildren(...sorted.map((row) => this.line(row)));
    if (focused) this.body.querySelector(`[data-trial="${Number(focused)}"]`)?.focus();
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
        tabindex: "0",
        "data-key": row.key,
        "data-trial": row.trial,
        title: failed ? row.error : row.text,
        onclick: () => this.lab.select(row.key),
        onkeydown: (event) => this.pressed(event, row.key),
        onmouseenter: (event) => this.lab.point(row.key, event),
        onmouseleave: (event) => this.lab.point("", event),
      },
      element("td", { class: "nbl-figure" }, `${row.trial}`),
      element("td", { class: "nbl-long" }, row.name),
      ...(this.far ? [element("td", { class: "nbl-figure" }, `${row.epochs}`)] : []),
      element("td", { class: "nbl-figure" }, failed ? "✕ failed" : together(row.said)),
      ...this.further.map((goal) =>
        element("td", { class: "nbl-figure" }, together(row.told?.[goal.name])),
      ),
      element("td", { class: "nbl-figure" }, row.seconds.toFixed(row.seconds < 10 ? 2 : 0)),
    );
  }

  pressed(event, key) {
    const row = event.currentTarget;
    if (event.key === "Enter" || event.key === " ") this.lab.select(key);
    else if (event.key === "ArrowDown") row.nextElementSibling?.focus();
    else if (event.key === "ArrowUp") row.previousElementSibling?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  mark() {
    for (const row of this.body.children) {
      row.classList.toggle("nbl-selected", row.dataset.key === this.lab.shown);
      row.classList.toggle("nbl-hovered", row.dataset.key === this.lab.hovered);
      row.setAttribute("aria-current", String(row.dataset.key === this.lab.shown));
    }
  }
}
