"""What must hold of the lab's cards, whatever they show."""


def check(page):
    """No card overlaps another or is wider than the lab; no text is wider than its card."""
    found = page.evaluate("""() => {
        const lab = document.querySelector('.nbl-lab'), out = lab.getBoundingClientRect();
        const boxes = [...lab.querySelectorAll('.nbl-card')].map((e) => e.getBoundingClientRect());
        const bad = [];
        boxes.forEach((a, i) => {
            if (a.left < out.left - 1 || a.right > out.right + 1) bad.push(`card ${i} sticks out`);
            boxes.slice(i + 1).forEach((b, j) => {
                const apart = a.right <= b.left + 1 || b.right <= a.left + 1 ||
                    a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
                if (!apart) bad.push(`cards ${i} and ${i + 1 + j} overlap`);
            });
        });
        for (const e of lab.querySelectorAll('.nbl-card, .nbl-bar, .nbl-row'))
            if (e.scrollWidth > e.clientWidth + 1) bad.push(`${e.className} is cut off`);
        return bad;
    }""")
    assert found == []
