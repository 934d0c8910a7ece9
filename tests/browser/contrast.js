// The text of the lab that stands out least from its card, and how much.
() => {
    const light = (c) => {
        const [r, g, b] = c.map((v) => v / 255).map(
            (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const numbers = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
    const paper = numbers(getComputedStyle(document.querySelector('.nbl-card')).backgroundColor);
    let worst = { ratio: 99 };
    for (const e of document.querySelectorAll('.nbl-lab p, .nbl-lab h4, .nbl-lab td')) {
        if (!e.textContent.trim() || !e.offsetParent || e.closest('.nbl-shapes')) continue;
        const [r, g, b, a = 1] = numbers(getComputedStyle(e).color);
        const ink = [r, g, b].map((v, i) => a * v + (1 - a) * paper[i]);
        const [x, y] = [light(ink), light(paper.slice(0, 3))].sort((p, q) => q - p);
        const ratio = (x + 0.05) / (y + 0.05);
        if (ratio < worst.ratio) worst = { ratio, text: e.textContent.slice(0, 60) };
    }
    return worst;
}
