/* What some fields gain from JavaScript, and the page for signing in; the pages with them load it. */

import { kept } from "./app.js";

// Show what is typed into a password field.
for (const box of document.querySelectorAll(".secret")) {
  const input = box.querySelector("input");
  box.append(box.querySelector("template").content.cloneNode(true));
  const button = box.querySelector("button");
  const show = (on) => {
    input.type = on ? "text" : "password";
    button.setAttribute("aria-pressed", String(on));
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // A password field again before it is sent, so that no browser keeps it among what was typed before.
  input.form?.addEventListener("submit", () => show(false));
}

// Tell the server the time zone of this device where a form asks for it.
for (const input of document.querySelectorAll("input[data-timezone]")) {
  input.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone;
}

// Whoever was sent to sign in while saving a value finds it afterwards in its field, as entry.js kept it; unless the server
// kept it, who shows it first: then app.js forgets this one.
const typed = document.querySelector("[data-typed-here]");
if (typed?.hidden) {
  typed.hidden = !kept.submitted;
  delete kept.submitted;
}
