// Text of a page that is cut off, or crosses other text, found by its boxes. Gives sentences.
(root) => {
  const SLACK = 1.5; // pixels
  const visible = (e) =>
    e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !e.closest("[hidden], .nbl-unseen"); // what is only heard
  const said = (text) => JSON.stringify(text.trim().replace(/\s+/g, " ").slice(0, 70));
  const round = (box) => box.map((corner) => corner.map(Math.round).join(",")).join(" ");

  // Where text is set: its four corners on the screen, without the room above and below letters.
  const inSvg = (e) => {
    const { x, y, width, height } = e.getBBox();
    const matrix = e.getScreenCTM();
    const [top, bottom] = [y + 0.22 * height, y + 0.8 * height];
    return [[x, top], [x + width, top], [x + width, bottom], [x, bottom]].map(([a, b]) => {
      const point = new DOMPoint(a, b).matrixTransform(matrix);
      return [point.x, point.y];
    });
  };
  const inHtml = ({ left, right, top, bottom }) => {
    const [high, low] = [top + 0.22 * (bottom - top), top + 0.8 * (bottom - top)];
    return [[left, high], [right, high], [right, low], [left, low]];
  };

  const found = [];
  for (const svg of root.querySelectorAll("svg"))
    for (const e of svg.querySelectorAll("text, tspan")) {
      if (e.children.length || !e.textContent.trim() || !visible(e)) continue;
      found.push({ text: e.textContent, box: inSvg(e), within: svg, clip: clipping(svg) });
    }
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const host = node.parentElement;
    if (!node.data.trim() || host.closest("svg, style, script, option, .cm-editor, .MathJax, mjx-container"))
      continue;
    if (!visible(host)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects())
      if (rect.width > 1.5 && rect.height > 1.5)
        found.push({ text: node.data, box: inHtml(rect), within: null, clip: clipping(host), node });
  }

  // The nearest ancestor that cuts off what is wider than itself and cannot be scrolled.
  function clipping(e) {
    for (let at = e; at && at !== document.body; at = at.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(at);
      if (/auto|scroll/.test(overflowX)) return null;
      if (/hidden|clip/.test(overflowX) && at.namespaceURI.endsWith("xhtml")) return at;
    }
    return null;
  }

  const limits = (corners) => {
    const [xs, ys] = [corners.map((c) => c[0]), corners.map((c) => c[1])];
    return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  };
  const outside = ([left, right, top, bottom], frame) =>
    left < frame.left - SLACK || right > frame.right + SLACK ||
    top < frame.top - SLACK || bottom > frame.bottom + SLACK;

  // Two convex boxes are apart where the sides of one of them separate them.
  const cross = (a, b) => {
    for (const box of [a, b])
      for (let i = 0; i < 4; i += 1) {
        const [[x0, y0], [x1, y1]] = [box[i], box[(i + 1) % 4]];
        const length = Math.hypot(x1 - x0, y1 - y0) || 1;
        const normal = [(y1 - y0) / length, (x0 - x1) / length];
        const along = (c) => c[0] * normal[0] + c[1] * normal[1];
        const [p, q] = [a.map(along), b.map(along)];
        if (Math.max(...p) < Math.min(...q) + SLACK || Math.max(...q) < Math.min(...p) + SLACK)
          return false;
      }
    return true;
  };

  // Text over its own halo.
  const twice = (a, b) =>
    a.text === b.text &&
    a.box.every(([x, y], i) => Math.hypot(x - b.box[i][0], y - b.box[i][1]) < SLACK);

  const bad = [];
  for (const { text, box, within, clip } of found) {
    const edges = limits(box);
    for (const frame of [within, clip].filter(Boolean))
      if (outside(edges, frame.getBoundingClientRect())) {
        const where = frame.getAttribute("class") || frame.tagName;
        bad.push(`${said(text)} leaves its ${where} (${round(box)})`);
      }
  }
  found.forEach((a, i) => {
    const [left, right, top, bottom] = limits(a.box);
    for (const b of found.slice(i + 1)) {
      if ((a.node && a.node === b.node) || twice(a, b)) continue;
      const [l, r, t, d] = limits(b.box);
      if (r < left || l > right || d < top || t > bottom) continue;
      if (cross(a.box, b.box))
        bad.push(`${said(a.text)} crosses ${said(b.text)} (${round(a.box)} | ${round(b.box)})`);
    }
  });
  return { bad, texts: found.length };
};
