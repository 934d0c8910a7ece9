// The panel of words: why an architecture was chosen.

export class Why {
  constructor(lab) {
    this.lab = lab;
    this.picture = new Picture(lab);
    this.title = element("h4", { tabindex: "-1" }, "Why this one");
    this.back = element(
      "button",
      { type: "button", class: "nbl-button nbl-back", hidden: true, onclick: () => this.leave() },
      "Back to the choice",
    );
    this.body = element("div", { class: "nbl-why" });
    this.host = element(
      "section",
      { class: "nbl-card nbl-area-why", "aria-label": "Why this architecture" },
      element("div", { class: "nbl-head" }, this.title, this.back),
      this.picture.host,
      this.body,
    );
  }

  // The button goes away; the focus stays in the card.
  leave() {
    this.lab.select("");
    this.title.focus({ preventScroll: true });
  }

  // In a sentence or two, for who asked.
  get words() {
    const { title, name, sentences } = this.known ?? {};
    return !title ? "" : `${title}: ${[name, ...(sentences ?? [])].join(". ").replaceAll("..", ".")}`;
  }

  update(embed, why) {
    if (why === this.known) return;
    this.known = why;
    write(this.title, why.title ?? "Why this one");
    this.back.hidden = why.chosen !== false;
    this.picture.show(embed, why.picture ?? null);
    keepFocus(this.body, this.title, () => this.fill(why));
    this.lab.answered("why", this.words);
  }

  fill(why) {
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
            ...this.lab.pointing(near.key),
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
