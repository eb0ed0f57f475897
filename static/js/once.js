// What is shown only once: copied with a tap, and on a phone handed to another program. The page works without this file.

const SEEN = 4_000;

for (const box of document.querySelectorAll("[data-once]")) {
  const text = box.querySelector("textarea");
  const [copy, share, said] = ["copy", "share", "said"].map((name) => box.nextElementSibling.querySelector(`[data-${name}]`));
  const { textContent: label } = copy;
  text.addEventListener("focus", () => text.select());
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    // Where the browser refuses, the text is at least chosen, for the device's own menu.
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      return;
    }
    copy.textContent = said.textContent = copy.dataset.copy;
    setTimeout(() => {
      copy.textContent = label;
      said.textContent = "";
    }, SEEN);
  });
  if (!share || !navigator.share || !matchMedia("(pointer: coarse)").matches) continue;
  share.hidden = false;
  share.addEventListener("click", () => navigator.share({ url: text.value }).catch(() => {}));
}
