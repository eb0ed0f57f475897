// What charts gain from JavaScript: each says the same without it, in its titles and in the table below.

// Say in words what is under the finger or the pointer in a chart.
for (const chart of document.querySelectorAll(".chart")) {
  const tip = chart.closest("section")?.querySelector("[data-tip-out]");
  if (!tip) continue;
  const point = ({ target }) => {
    const slot = target.closest(".slot");
    if (!slot || slot.classList.contains("on")) return;
    chart.querySelector(".on")?.classList.remove("on");
    slot.classList.add("on");
    tip.textContent = slot.getAttribute("aria-label");
  };
  chart.addEventListener("pointermove", point);
  chart.addEventListener("pointerdown", point);
  chart.addEventListener("focusin", point);
}

// A long line to look into, with what that takes: fetched when somebody asks for it.
for (const button of document.querySelectorAll("[data-explore]")) {
  button.hidden = false;
  button.addEventListener("click", async () => (await import(button.dataset.explore)).explore(button), { once: true });
}
