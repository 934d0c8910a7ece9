// Tells a screen reader what a panel of ipywidgets shows: names and values of its controls, and, once
// it has come to rest, the line below its picture.

const REST = 1000; // milliseconds without a change

function put(place, name, value) {
  if (place && value && place.getAttribute(name) !== value) place.setAttribute(name, value);
}

const words = (place) => place?.textContent.trim() ?? "";

function nameSlider(slider) {
  const label = words(slider.querySelector(".widget-label"));
  const readout = slider.querySelector(".widget-readout");
  for (const handle of slider.querySelectorAll("[role=slider]")) {
    put(handle, "aria-label", label);
    put(handle, "aria-valuetext", words(readout));
    put(handle, "aria-disabled", String(slider.querySelector(".noUi-target[disabled]") !== null));
  }
  put(readout, "role", "textbox");
  put(readout, "aria-label", `${label}, as a number`);
}

function nameChoice(group) {
  const before = group.previousElementSibling;
  if (before?.matches(".widget-label")) put(group, "aria-label", words(before));
  put(group, "role", "group");
  for (const button of group.querySelectorAll("button"))
    put(button, "aria-pressed", String(button.classList.contains("mod-active")));
}

function follow(box, voice) {
  const said = () => words(box.querySelector(".nbnas-said"));
  let [last, timer] = [said(), null];
  const speak = () => {
    const text = said();
    if (text !== last && box.contains(document.activeElement)) voice.textContent = text;
    last = text;
  };
  const look = () => {
    box.querySelectorAll(".widget-slider").forEach(nameSlider);
    box.querySelectorAll(".widget-toggle-buttons").forEach(nameChoice);
    clearTimeout(timer);
    timer = setTimeout(speak, REST);
  };
  const watcher = new MutationObserver(look);
  const attributeFilter = ["aria-valuetext", "class", "disabled"];
  watcher.observe(box, { subtree: true, childList: true, characterData: true, attributeFilter });
  look();
  return () => {
    watcher.disconnect();
    clearTimeout(timer);
  };
}

export default {
  render({ el }) {
    el.classList.add("nbnas-aloud");
    const voice = document.createElement("div");
    voice.setAttribute("role", "status");
    el.append(voice);
    let stop = () => {};
    const waiting = setInterval(() => {
      const box = el.isConnected && el.closest(".widget-vbox");
      if (!box) return; // it is not on the page yet
      clearInterval(waiting);
      box.classList.add("nbnas-panel");
      stop = follow(box, voice);
    }, 100);
    return () => {
      clearInterval(waiting);
      stop();
    };
  },
};
