// A long import says how far it is without the page being loaded anew: the page is fetched every few seconds, and what it
// says takes the place of what stands here. Once it says something else, the browser goes there. Without this file the
// page loads itself anew.

const card = document.querySelector("[data-progress]");

async function look() {
  try {
    const answer = await fetch(location.href, { redirect: "manual", headers: { accept: "text/html" } });
    const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const states = page && page.querySelectorAll("[data-progress] [data-state]");
    if (!states?.length) return location.reload();
    for (const [place, old] of card.querySelectorAll("[data-state]").entries()) {
      if (old.innerHTML !== states[place].innerHTML) old.innerHTML = states[place].innerHTML;
    }
  } catch {
    // Without network for a moment: the next look may see it again.
  }
  setTimeout(look, Number(card.dataset.progress) * 1000);
}

if (card) setTimeout(look, Number(card.dataset.progress) * 1000);
