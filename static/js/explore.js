// A long line to look into, by uPlot; the server thins the readings to the pixels shown.

const [MINUTE, HOUR, DAY, MONTH, YEAR] = [60, 3600, 86400, 28 * 86400, 365 * 86400];
// uPlot's own would be American: how an instant is written where ticks are at least so far apart, and what stands below
// it where a year, and where a day begins.
const TICKS = [
  [YEAR, "{YYYY}", null, null],
  [MONTH, "{MMM}", "\n{YYYY}", null],
  [DAY, "{D} {MMM}", "\n{YYYY}", null],
  [HOUR, "{HH}:{mm}", "\n{D} {MMM}", "\n{D} {MMM}"],
  [MINUTE, "{HH}:{mm}", "\n{D} {MMM}", "\n{D} {MMM}"],
].map(([from, text, year, day]) => [from, text, year, null, day, null, null, null, 1]);

const load = (url) =>
  new Promise((done, fail) => {
    const script = Object.assign(document.createElement("script"), { src: url, onload: done, onerror: fail });
    document.head.append(script);
  });

/** The names of the lines, and uPlot's table of them: of one source each of its columns, of several their first. */
function together(parts) {
  const [{ at, columns }] = parts;
  if (parts.length < 2) return { lines: columns.map(({ label }) => label), table: [at, ...columns.map(({ values }) => values)] };
  return { lines: parts.map(({ name }) => name), table: uPlot.join(parts.map((part) => [part.at, part.columns[0].values])) };
}

/** Replaces the drawing above the button by one that can be zoomed and moved; of several sources by their means. */
export async function explore(button) {
  const { data, lib, css, unit, zone } = button.dataset;
  const place = button.closest("section").querySelector(".explored");
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: css }));
  await load(lib);
  const known = new Map();
  const drawn = button.closest("section").querySelector(".chart");
  // A canvas knows no variables of the sheet: what the drawing was drawn in.
  const colour = (part, property) => getComputedStyle(part)[property];
  const [soft, rule] = [colour(drawn.querySelector(".tick"), "fill"), colour(drawn.querySelector(".grid"), "stroke")];
  const styles = [...drawn.querySelectorAll("polyline")].map((line) => ({
    stroke: colour(line, "stroke"),
    dash: line.getAttribute("stroke-dasharray")?.split(" ").filter(Boolean).map(Number),
  }));
  const k = styles[0].stroke;
  let whole;
  let shown = [];
  let plot;

  async function fetched(query) {
    if (!known.has(query)) {
      const asked = data.trim().split(" ").map(async (address) => {
        const answer = await fetch(`${address}?width=${Math.round(place.clientWidth)}${query}`);
        if (!answer.ok) throw new Error(answer.status);
        return answer.json();
      });
      known.set(query, together(await Promise.all(asked)));
    }
    return known.get(query);
  }

  async function show(from, to) {
    const query = from === undefined ? "" : `&from=${new Date(from * 1e3).toISOString()}&to=${new Date(to * 1e3).toISOString()}`;
    const { lines, table } = await fetched(query);
    const [at] = table;
    if (!at.length) return;
    shown = from === undefined ? [at[0], at.at(-1)] : [from, to];
    whole ??= shown;
    plot?.destroy();
    const axis = { stroke: soft, grid: { stroke: rule, width: 1 } };
    const several = data.trim().includes(" ");
    const line = (label, number) => ({
      label: `${label} (${unit})`,
      width: several || !number ? 2 : 1,
      spanGaps: several,
      ...(several ? styles[number] : { stroke: k }),
    });
    const bands = several || lines.length < 2 ? [] : [{ series: [3, 2], fill: `color-mix(in oklab, ${k} 15%, transparent)` }];
    plot = new uPlot(
      {
        width: place.clientWidth,
        height: 260,
        scales: { x: { min: shown[0], max: shown[1] } },
        tzDate: (at) => uPlot.tzDate(new Date(at * 1e3), zone),
        axes: [{ ...axis, values: TICKS }, { ...axis, size: 64 }],
        series: [{ value: "{D} {MMM} {YYYY}, {HH}:{mm}" }, ...lines.map(line)],
        bands,
        cursor: { drag: { setScale: false } },
        hooks: {
          setSelect: [
            ({ select }) =>
              select.width > 5 && show(plot.posToVal(select.left, "x"), plot.posToVal(select.left + select.width, "x")),
          ],
        },
      },
      table,
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
  button.parentElement.hidden = true;
}
