// A long line to look into, by uPlot; the server thins the readings to the pixels shown.

const load = (url) =>
  new Promise((done, fail) => {
    const script = Object.assign(document.createElement("script"), { src: url, onload: done, onerror: fail });
    document.head.append(script);
  });

/** Replaces the drawing beside the button by one that can be zoomed and moved. */
export async function explore(button) {
  const { data, lib, css, unit } = button.dataset;
  const place = button.closest("section").querySelector(".explored");
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: css }));
  await load(lib);
  const known = new Map();
  const drawn = place.previousElementSibling;
  // A canvas knows no variables of the sheet: what the drawing was drawn in.
  const colour = (part, property) => getComputedStyle(drawn.querySelector(part))[property];
  const [k, soft, rule] = [colour(".l", "stroke"), colour(".tick", "fill"), colour(".grid", "stroke")];
  let whole;
  let shown = [];
  let plot;

  async function fetched(query) {
    if (!known.has(query)) {
      const answer = await fetch(`${data}?width=${Math.round(place.clientWidth)}${query}`);
      if (!answer.ok) throw new Error(answer.status);
      known.set(query, await answer.json());
    }
    return known.get(query);
  }

  async function show(from, to) {
    const query = from === undefined ? "" : `&from=${new Date(from * 1e3).toISOString()}&to=${new Date(to * 1e3).toISOString()}`;
    const { at, columns } = await fetched(query);
    if (!at.length) return;
    shown = from === undefined ? [at[0], at.at(-1)] : [from, to];
    whole ??= shown;
    plot?.destroy();
    const axis = { stroke: soft, grid: { stroke: rule, width: 1 } };
    const line = (label) => ({ label: `${label} (${unit})`, stroke: k, width: label === columns[0].label ? 2 : 1 });
    const bands = columns.length > 1 ? [{ series: [3, 2], fill: `color-mix(in oklab, ${k} 15%, transparent)` }] : [];
    plot = new uPlot(
      {
        width: place.clientWidth,
        height: 260,
        scales: { x: { min: shown[0], max: shown[1] } },
        axes: [axis, { ...axis, size: 64 }],
        series: [{}, ...columns.map(({ label }) => line(label))],
        bands,
        cursor: { drag: { setScale: false } },
        hooks: {
          setSelect: [
            ({ select }) =>
              select.width > 5 && show(plot.posToVal(select.left, "x"), plot.posToVal(select.left + select.width, "x")),
          ],
        },
      },
      [at, ...columns.map(({ values }) => values)],
      place.querySelector("div"),
    );
  }

  const moves = {
    in: (a, b) => [a + (b - a) / 4, b - (b - a) / 4],
    out: (a, b) => [Math.max(whole[0], a - (b - a) / 2), Math.min(whole[1], b + (b - a) / 2)],
    back: (a, b) => [a - (b - a) / 2, b - (b - a) / 2],
    on: (a, b) => [a + (b - a) / 2, b + (b - a) / 2],
  };
  place.addEventListener("click", ({ target }) => {
    const move = moves[target.closest("[data-move]")?.dataset.move];
    if (move) show(...move(...shown));
  });
  addEventListener("resize", () => plot.setSize({ width: place.clientWidth, height: 260 }));
  place.hidden = false;
  await show();
  drawn.hidden = true;
  button.hidden = true;
}
