// The budget: how much, and what it is counted in where trainings may go less far than all.

const UNITS =
  "Trials, however far they go; or what all trainings may cost together: a look at few epochs costs its part of a full training";
const TRIALS = "trials";
const PAID = "full trainings";
const EPOCHS = "epochs";
const cents = (cost) => Math.round(100 * cost) / 100;

export class Budget {
  constructor(model) {
    this.model = model;
    this.amount = element("input", {
      type: "number",
      min: "1",
      step: "1",
      class: "nbl-number",
      onchange: () => this.spend(),
      onkeydown: (event) => event.key === "Enter" && this.spend(),
    });
    const units = model.get("units");
    this.unit = element(
      "select",
      {
        class: "nbl-select nbl-unit",
        title: UNITS,
        "aria-label": "What the budget is counted in",
        onchange: (event) => this.recount(units[event.currentTarget.selectedIndex]),
      },
      ...units.map((unit) => element("option", { value: unit }, unit)),
    );
    const counted = units.length > 1 ? this.unit : ` ${TRIALS}`;
    this.host = element("label", { class: "nbl-label" }, "Budget ", this.amount, counted);
  }

  set(unit, amount) {
    this.model.set("unit", unit);
    this.model.set("budget", amount);
    this.model.save_changes();
  }

  spend() {
    const amount = Number(this.amount.value) || 0;
    const unit = this.model.get("unit");
    this.set(unit, unit === PAID ? Math.max(0.01, cents(amount)) : Math.max(1, Math.round(amount)));
  }

  // The same budget in another unit, and at least what is spent of it: epochs are parts of full
  // trainings, and as many trials as full trainings fit into it for certain.
  recount(unit) {
    const each = (name) => (name === EPOCHS ? this.model.get("full_epochs") : 1);
    const { trials, spent } = this.model.get("status");
    const meant = (this.model.get("budget") / each(this.model.get("unit"))) * each(unit);
    const amount = Math.max(meant, unit === TRIALS ? trials : spent * each(unit));
    this.set(unit, unit === PAID ? cents(amount) : Math.max(1, Math.ceil(amount - 1e-6)));
  }

  update() {
    const unit = this.model.get("unit");
    if (this.unit.value !== unit) this.unit.value = unit;
    this.amount.step = unit === PAID ? "0.5" : "1";
    this.amount.min = unit === PAID ? "0" : "1";
    this.amount.setAttribute("aria-label", `Budget: number of ${unit} in all`);
    if (document.activeElement !== this.amount) this.amount.value = this.model.get("budget");
  }
}
