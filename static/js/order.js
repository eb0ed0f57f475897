// The walking order: drag a row by its grip, or use its buttons without the page being loaded anew. What is moved is
// saved at once; where that fails, the rows go back. The page works without this file.

const form = document.querySelector("[data-order]");
const list = form?.querySelector("ol");
const out = form?.querySelector("[data-out]");

for (const grip of list?.querySelectorAll(".grip") ?? []) grip.hidden = false;

const rows = () => [...list.children];

// The first cannot go up, the last not down; a button that had the focus keeps it, or hands it to its neighbour.
function settle(row, wanted) {
  for (const [place, each] of rows().entries()) {
    const [up, down] = each.querySelectorAll("button");
    up.disabled = place === 0;
    down.disabled = place === list.children.length - 1;
  }
  const buttons = [...row.querySelectorAll("button")];
  if (wanted) (buttons.find((each) => each.name === wanted && !each.disabled) ?? buttons.find((each) => !each.disabled))?.focus();
}

async function save(row, back) {
  const body = new FormData(form);
  body.set("move", row.dataset.id);
  body.set("before", row.nextElementSibling?.dataset.id ?? "");
  const facts = { source: row.dataset.name, place: rows().indexOf(row) + 1, count: list.children.length };
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (answer.status !== 204) throw new Error(String(answer.status));
    out.textContent = form.dataset.said.replace(/%\((\w+)\)s/g, (_, name) => facts[name]);
  } catch {
    back();
    settle(row);
    out.textContent = form.dataset.failed;
  }
}

function move(row, before, wanted) {
  const old = row.nextElementSibling;
  if (before === row || before === old) return;
  list.insertBefore(row, before);
  settle(row, wanted);
  save(row, () => list.insertBefore(row, old));
}

form?.addEventListener("submit", (event) => {
  const { name } = event.submitter;
  const row = event.submitter.closest("li");
  event.preventDefault();
  move(row, name === "up" ? row.previousElementSibling : row.nextElementSibling.nextElementSibling, name);
});

list?.addEventListener("pointerdown", (start) => {
  if (start.button || !start.target.closest(".grip")) return;
  const row = start.target.closest("li");
  const old = row.nextElementSibling;
  start.preventDefault();
  row.classList.add("held");
  const dragging = new AbortController();
  const drag = ({ clientY }) => {
    const other = rows().find((each) => each !== row && clientY < each.getBoundingClientRect().bottom && clientY > each.getBoundingClientRect().top);
    if (!other) return;
    const { top, height } = other.getBoundingClientRect();
    list.insertBefore(row, clientY < top + height / 2 ? other : other.nextElementSibling);
  };
  const drop = ({ type }) => {
    row.classList.remove("held");
    dragging.abort();
    if (type === "pointercancel") list.insertBefore(row, old);
    settle(row);
    if (row.nextElementSibling !== old) save(row, () => list.insertBefore(row, old));
  };
  // On the document: a row that is moved in it loses the pointer it has captured.
  document.addEventListener("pointermove", drag, dragging);
  document.addEventListener("pointerup", drop, dragging);
  document.addEventListener("pointercancel", drop, dragging);
});
