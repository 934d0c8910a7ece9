// The lab's elements and where they are: controls above, cards below, in one grid.

const SAMPLE = "sample of the space";
const SHAPES = [
  ["●", SAMPLE],
  ["▲", "ranked candidate"],
  ["■", "evaluated"],
  ["✕", "failed"],
  ["★", "chosen next"],
  ["◆", "what if"],
];

const HINT = "Arrow keys move between architectures, Enter selects, Escape goes back.";

// The kernel puts a picture of the search, and a style, below the lab, for where no lab can live.
function hiding(identifier) {
  const output = ".jp-OutputArea-child";
  const own = `${output}:has([data-lab="${CSS.escape(identifier)}"])`;
  const picture = `${own} + ${output}:has(.jp-RenderedImage)`;
  const style = `${picture} + ${output}:has(.nbnas-style)`;
  return `${picture}, ${style} { display: none; }`;
}

// Makes the elements of a lab and keeps them as its attributes.
export function layout(lab) {
  const { noun, colours } = lab.model.get("measure");
  lab.voice = new Voice();
  lab.hint = element("p", { hidden: true }, HINT);
  lab.colour = colours[0];
  lab.controls = new Controls(lab.model, lab);
  lab.rewind = new Rewind(lab.model, lab);
  lab.why = new Why(lab);
  lab.trials = new Trials(lab);
  lab.best = new Picture(lab);
  lab.charts = {
    trace: new Chart("The search so far", 215, lab),
    regret: new Chart("The regret so far", 215, lab),
    curve: new Chart("The current training", 150, lab),
    map: new Chart("Map of the search space", 390, lab, true),
    candidates: new Chart("Ranked candidates", 290, lab),
  };
  lab.looks = lab.model.get("specs").rungs ? new Looks(lab) : null;
  lab.front = lab.model.get("specs").volume ? new Front(lab) : null;
  lab.settings = lab.model.get("specs").importance ? new Settings(lab) : null;
  lab.lines = {};
  for (const name of ["trace", "best", "curve", "map", "candidates"])
    lab.lines[name] = element("p", { class: "nbl-line" });
  for (const name of ["trace", "curve", "map", "candidates"]) lab.charts[name].describe(lab.lines[name]);
  lab.charts.regret.describe(lab.lines.trace);
  lab.titles = {
    best: element("h4", {}, "The best so far"),
    curve: element("h4", {}, "In training"),
    candidates: element("h4", {}, "Ranked candidates"),
  };
  lab.error = element("div", { class: "nbnas-error", role: "alert", hidden: true });
  lab.said = element("p", { class: "nbl-said" });
  lab.tip = element("div", { class: "nbl-tip", hidden: true });
  lab.choose = element(
    "select",
    { class: "nbl-select nbl-colour", "aria-label": "Colour of the map",
      onchange: (event) => {
        lab.colour = colours[event.currentTarget.selectedIndex];
        lab.mapped = undefined;
        lab.draw();
      } },
    ...colours.map(({ words }) => element("option", {}, words)),
  );
  lab.measure = element(
    "select",
    { class: "nbl-select nbl-measure", "aria-label": "What the course shows", hidden: true,
      onchange: (event) => {
        lab.asRegret = event.currentTarget.selectedIndex === 1;
        lab.draw();
      } },
    element("option", {}, noun),
    element("option", {}, "regret"),
  );
  lab.parts = element(
    "p",
    { class: "nbl-shapes" },
    element("span", {}, "●― held out"),
    element("span", {}, "■┄ training"),
  );
  lab.ahead = element("p", { class: "nbl-shapes" }, "┄ predicted, with its 95 % band");
  const shapes = element("p", { class: "nbl-shapes" });
  for (const [sign, word] of SHAPES)
    shapes.append(
      element("span", {}, element("span", { "aria-hidden": "true" }, sign), ` ${word}`),
    );
  const card = (area, label, ...children) =>
    element("section", { class: `nbl-card nbl-area-${area}`, "aria-label": label }, ...children);
  const head = (...children) => element("div", { class: "nbl-head" }, ...children);
  lab.root = element(
    "div",
    {
      class: "nbnas nbl-lab",
      role: "group",
      "aria-label": "Architecture search",
      "data-lab": lab.model.get("identifier"),
      onkeydown: (event) => {
        if (event.key === "Escape") lab.hover("");
        // JupyterLab takes arrows and Enter at the document; here they are the lab's.
        if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
      },
    },
    element("style", {}, hiding(lab.model.get("identifier"))),
    lab.controls.host,
    lab.error,
    lab.said,
    element(
      "div",
      { class: "nbl-grid" },
      card("trace", "The search so far",
        head(element("h4", {}, "The search so far"), lab.measure),
        lab.charts.trace.host, lab.charts.regret.host, lab.lines.trace),
      card("now", "The best and the current training",
        element("div", { class: "nbl-best" }, lab.titles.best, lab.best.host, lab.lines.best),
        element("div", { class: "nbl-training" },
          lab.titles.curve, lab.charts.curve.host, lab.parts, lab.ahead, lab.lines.curve)),
      lab.front?.host ?? "",
      lab.looks?.host ?? "",
      lab.rewind.host,
      card("map", "Map of the search space",
        head(element("h4", {}, "Map of the space"),
          element("label", { class: "nbl-label" }, "colour ", lab.choose)),
        lab.charts.map.host, shapes, lab.lines.map),
      lab.why.host,
      lab.settings?.host ?? "",
      card(lab.trials.further.length > 1 ? "candidates nbl-wide" : "candidates", "Ranked candidates",
        lab.titles.candidates, lab.charts.candidates.host, lab.lines.candidates),
      lab.trials.host,
    ),
    lab.tip,
    lab.hint,
    lab.voice.host,
  );
}
