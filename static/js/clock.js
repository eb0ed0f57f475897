// Say what time it is in the zone that is chosen.
for (const select of document.querySelectorAll("select[data-clock]")) {
  const out = select.closest(".field").querySelector("[data-now]");
  const shape = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const tell = () => {
    const time = new Date().toLocaleTimeString("en", { ...shape, timeZone: select.value });
    out.textContent = select.dataset.clock.replace("%s", time);
  };
  select.addEventListener("change", tell);
  setInterval(tell, 10_000);
}
