// Small tools. Text from the kernel becomes text nodes only, never markup.

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

export function write(place, text) {
  const whole = together(text);
  if (place.textContent !== whole) place.textContent = whole; // a live region speaks once
}

// No line ends between a number and its sign.
export function together(text) {
  return `${text ?? ""}`.replaceAll(" %", "\u00a0%");
}

// An identifier of an element, for others that refer to it: the same lab may be on a page twice.
export function named(place) {
  place.id ||= `nbl-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  return place.id;
}

// Change what an element holds. Where that takes the focus away, `next` gets it: who goes by the
// keys would be at the beginning of the page otherwise.
export function keepFocus(place, next, change) {
  const inside = place.contains(document.activeElement);
  change();
  if (inside && !place.contains(document.activeElement)) next.focus({ preventScroll: true });
}

const LATEST = 200; // milliseconds: a browser that makes no frames for long must not stop the page

// Draws once a frame however often it is asked.
export function perFrame(draw) {
  let frame = null;
  let timer = null;
  const cancel = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = timer = null;
  };
  const now = () => {
    cancel();
    draw();
  };
  const again = () => {
    if (frame !== null) return;
    frame = requestAnimationFrame(now);
    timer = setTimeout(now, LATEST);
  };
  again.cancel = cancel;
  return again;
}

// The one script of Vega on this page; each lab brings it, packed, and the first one unpacks it.
export async function loadVega(model) {
  const page = globalThis;
  page.nbnasVega ??= (async () => {
    const packed = new Blob([model.get("script")]).stream();
    const text = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).text();
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    try {
      return (await import(address)).default;
    } finally {
      URL.revokeObjectURL(address);
    }
  })();
  return page.nbnasVega.catch((error) => {
    page.nbnasVega = undefined;
    throw error;
  });
}
