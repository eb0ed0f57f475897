// A key that came behind the "#" of a link, where no server sees it: into the form, out of the address bar, sent on.
// Without this file the key is pasted.

const form = document.querySelector("[data-mailed]");

function take() {
  const key = location.hash.slice(1);
  if (!key || document.getElementById(key)) return; // nothing, or a place on this page
  history.replaceState(null, "", location.pathname);
  form.elements.key.value = key;
  form.requestSubmit();
}

addEventListener("hashchange", take);
take();
