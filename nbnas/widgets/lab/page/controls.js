// What a person sets: the run, the budget, the round, and what if.

const WORKERS =
  "Processes that train at once, in which trials are isolated; 0: the kernel, one after the other";
const UNANSWERED = 2500; // milliseconds after which a click asks for patience

export class Controls {
  constructor(model, lab) {
    this.model = model;
    this.lab = lab;
    const button = (action, sign, label, title) =>
      element(
        "button",
        {
          type: "button",
          class: `nbl-button nbl-${action}`,
          title,
          onclick: (event) => this.ask(action, event.currentTarget),
        },
        element("span", { "aria-hidden": "true" }, sign),
        ` ${label}`,
      );
    this.buttons = {
      run: button("run", "▶", "Run", "Train one architecture after the other, up to the budget"),
      pause: button("pause", "❚❚", "Pause", "Pause after the current epoch; Run goes on from there"),
      step: button("step", "▶❚", "Step", "Train one more architecture"),
      stop: button("stop", "■", "Stop", "End the run; a training under way is dropped"),
    };
    this.budget = new Budget(model);
    this.workers = element("input", {
      type: "number",
      min: "0",
      step: "1",
      class: "nbl-workers",
      "aria-label": "Workers: number of processes that train at once; 0 for the kernel itself",
      onchange: () => this.employ(),
      onkeydown: (event) => event.key === "Enter" && this.employ(),
    });
    this.progress = element("progress", { class: "nbl-progress", "aria-label": "How much of the budget is spent" });
    this.state = element("span", { class: "nbl-state" });
    this.text = element("span", { class: "nbl-progress-text" });
    const workers = element("label", { class: "nbl-label", title: WORKERS }, "Workers ", this.workers);
    this.steers = [...Object.values(this.buttons), this.budget.host, workers, this.progress];
    this.host = element(
      "div",
      { class: "nbl-bar", role: "group", "aria-label": "Run the search" },
      ...Object.values(this.buttons),
      this.budget.host,
      workers,
      element("span", { class: "nbl-grow" }, this.progress, this.text),
      this.state,
    );
  }

  set(name, value) {
    this.model.set(name, value);
    this.model.save_changes();
  }

  employ() {
    this.set("workers", Math.max(0, Math.round(Number(this.workers.value) || 0)));
  }

  ask(action, button) {
    if (button.getAttribute("aria-disabled") === "true") return;
    this.set("asked", { action, number: (this.model.get("asked")?.number ?? 0) + 1 });
    clearTimeout(this.patience);
    this.patience = setTimeout(() => {
      if (this.model.get("heard") !== this.model.get("asked")?.number)
        this.lab.say("The kernel has not answered yet: it is busy with a cell, or not running.");
    }, UNANSWERED);
  }

  update(status) {
    const { state } = status;
    for (const each of this.steers) each.hidden = status.opened; // of a study that is looked at, nothing can run
    const can = {
      run: ["idle", "paused", "failed"].includes(state) && status.more,
      pause: state === "running",
      step: ["idle", "paused", "failed"].includes(state),
      stop: ["running", "pausing", "paused"].includes(state),
    };
    for (const [name, button] of Object.entries(this.buttons))
      button.setAttribute("aria-disabled", String(!can[name]));
    this.budget.update();
    if (document.activeElement !== this.workers) this.workers.value = this.model.get("workers");
    this.workers.disabled = can.stop || !status.countable; // a run keeps those it has
    this.progress.max = status.target || 1;
    this.progress.value = Math.min(status.done, status.target);
    this.progress.setAttribute("aria-valuetext", status.progress);
    write(this.text, status.progress);
    write(this.state, status.word);
    this.state.dataset.state = state;
  }
}

export class Rewind {
  constructor(model, lab) {
    this.model = model;
    this.lab = lab;
    this.slider = element("input", {
      type: "range",
      min: "0",
      step: "1",
      class: "nbl-slider nbl-rewind",
      "aria-label": "Round to look at",
      oninput: () => this.moved(Number(this.slider.value)),
    });
    this.words = element("span", { class: "nbl-round" }); // the slider's own value says it, too
    this.computing = element("span", { class: "nbl-computing" });
    this.now = element(
      "button",
      { type: "button", class: "nbl-button nbl-now", onclick: () => this.set("round", -1) },
      "Now",
    );
    const choices = model.get("choices");
    this.acquisition = this.select("acquisition", choices.acquisitions);
    this.kernel = this.select("kernel", choices.kernels);
    this.lengthscale = element("input", {
      type: "range",
      min: "-4",
      max: "4",
      step: "1",
      class: "nbl-slider nbl-lengthscale",
      "aria-label": "Length-scale, as a multiple",
      oninput: () => this.change("lengthscale", Number(this.lengthscale.value)),
    });
    this.scaled = element("span", { class: "nbl-scaled", "aria-hidden": "true" });
    this.reset = element(
      "button",
      { type: "button", class: "nbl-button nbl-reset", onclick: () => this.set("what_if", {}) },
      "As it was",
    );
    this.answer = element("div", { class: "nbl-answer", role: "group", "aria-label": "Answer", tabindex: "-1" });
    this.host = element(
      "section",
      { class: "nbl-card nbl-wide", "aria-label": "Rewind and what if" },
      element(
        "div",
        { class: "nbl-row" },
        element("h4", {}, "Rewind"),
        this.slider,
        this.words,
        this.computing,
        this.now,
      ),
      choices.acquisitions.length > 1
        ? element(
            "div",
            { class: "nbl-row nbl-what-if" },
            element("h4", {}, "What if"),
            element("label", { class: "nbl-label" }, "acquisition ", this.acquisition),
            choices.kernels.length > 1
              ? element("label", { class: "nbl-label" }, "kernel ", this.kernel)
              : null,
            choices.lengthscale
              ? element("label", { class: "nbl-label" }, "length-scale ", this.lengthscale, this.scaled)
              : null,
            this.reset,
          )
        : null,
      this.answer,
    );
  }

  select(name, words) {
    return element(
      "select",
      {
        class: `nbl-select nbl-${name}`,
        "aria-label": `What if: ${name}`,
        onchange: (event) => this.change(name, event.currentTarget.selectedIndex),
      },
      ...words.map((word) => element("option", {}, word)),
    );
  }

  set(name, value) {
    this.lab.asked("why", "answer");
    this.model.set(name, value);
    this.model.save_changes();
    this.update();
  }

  moved(number) {
    this.set("round", number >= this.model.get("rounds").last ? -1 : number);
  }

  change(name, value) {
    this.set("what_if", { ...this.model.get("what_if"), [name]: value });
  }

  update() {
    const rounds = this.model.get("rounds");
    const round = this.model.get("round");
    const at = round < 0 ? rounds.last : Math.min(round, rounds.last);
    this.slider.max = rounds.last;
    this.slider.value = at;
    const now = round < 0 ? " (now)" : "";
    const words = `after ${at} ${at === 1 ? "trial" : "trials"}${now}`; // not all ended in order
    write(this.words, words);
    this.slider.setAttribute("aria-valuetext", words);
    this.slider.setAttribute("aria-disabled", String(rounds.last === 0));
    this.now.setAttribute("aria-disabled", String(round < 0));
    const what = this.model.get("what_if");
    this.acquisition.selectedIndex = what.acquisition ?? 0;
    this.kernel.selectedIndex = what.kernel ?? 0;
    this.lengthscale.value = what.lengthscale ?? 0;
    const factor = 2 ** ((what.lengthscale ?? 0) / 2);
    write(this.scaled, what.lengthscale ? `× ${factor.toPrecision(2)}` : "as fitted");
    this.lengthscale.setAttribute("aria-valuetext", this.scaled.textContent);
    const asked = Object.values(what).some((value) => value);
    this.reset.setAttribute("aria-disabled", String(!asked));
    this.wait(round, what);
    this.compare(this.model.get("answer"));
  }

  // The rest of the page is still that of an earlier question.
  wait(round, what) {
    const answered = this.model.get("answered");
    const same = answered.round === round && JSON.stringify(answered.what_if) === JSON.stringify(what);
    write(this.computing, same ? "" : "computing …");
    this.computing.classList.toggle("nbl-waits", !same);
  }

  // What would have been chosen, next to what was chosen.
  compare(answer) {
    const state = JSON.stringify(answer);
    if (state === this.compared) return;
    this.compared = state;
    keepFocus(this.answer, this.answer, () => this.fill(answer));
    if (answer?.text) this.lab.answered("answer", [answer.text, answer.note].filter(Boolean).join(" "));
  }

  fill(answer) {
    this.answer.replaceChildren();
    if (!answer?.text) return;
    this.answer.append(element("p", { class: "nbl-line" }, answer.text));
    if (answer.note) this.answer.append(element("p", { class: "nbl-line" }, answer.note));
    if (!answer.rows?.length) return;
    const row = ({ label, key, name, cells }) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, label),
        element(
          "td",
          {},
          element(
            "button",
            {
              type: "button",
              class: "nbl-link",
              onclick: () => this.lab.select(key),
              ...this.lab.pointing(key),
            },
            name,
          ),
        ),
        ...cells.map((words) => element("td", { class: "nbl-figure" }, together(words))),
      );
    this.answer.append(
      element(
        "table",
        { class: "nbl-table" },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...["", "architecture", ...answer.heads].map((word, at) =>
              element("th", { scope: "col", class: at > 1 ? "nbl-figure" : "" }, word),
            ),
          ),
        ),
        element("tbody", {}, ...answer.rows.map(row)),
      ),
    );
  }
}
