// A picture is shown and made smaller before it is sent; rows of details are added as needed.
// Without this file the server makes every picture smaller itself, and shows some empty rows.

const LONGEST = 1600;
const SMALL_ENOUGH = 400_000;

// A picture as the server would make it; the file itself where the browser cannot read it, or would not save much.
async function smaller(file, canvas) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    canvas.hidden = true;
    return file;
  }
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  canvas.hidden = false;
  if (file.size <= SMALL_ENOUGH && /^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
}

for (const box of document.querySelectorAll("[data-picture-box]")) {
  const input = box.querySelector("[data-picture]");
  box.append(box.querySelector("template").content.cloneNode(true));
  const [take, drop, canvas] = ["[data-take]", "[data-drop]", "canvas"].map((what) => box.querySelector(what));
  // The field itself offers camera and gallery on most phones, on some the gallery only; this one is the camera.
  take.hidden = !matchMedia("(pointer: coarse)").matches;
  drop.hidden = true;
  take.addEventListener("click", () => {
    input.setAttribute("capture", "environment");
    input.click();
    input.removeAttribute("capture");
  });
  drop.addEventListener("click", () => {
    input.value = "";
    input.dispatchEvent(new Event("change"));
    input.focus();
  });
  let working = null;
  input.addEventListener("change", () => {
    const [file] = input.files;
    drop.hidden = !file;
    canvas.hidden = true;
    if (!file) return;
    const mine = smaller(file, canvas).then((made) => {
      if (working === mine) working = null;
      if (made === file || input.files[0] !== file) return;
      const list = new DataTransfer();
      list.items.add(made);
      input.files = list.files;
    });
    working = mine;
  });
  // Who presses Save meanwhile need not press it again.
  input.form.addEventListener("submit", (event) => {
    if (!working) return;
    event.preventDefault();
    // A form does not let itself be sent from within this event.
    working.finally(() => setTimeout(() => input.form.requestSubmit(event.submitter)));
  });
}

for (const rows of document.querySelectorAll("[data-rows]")) {
  rows.append(rows.querySelector("template").content.cloneNode(true));
  const button = rows.querySelector("button");
  const all = () => [...rows.querySelectorAll(":scope > div")];
  const empty = (row) => [...row.querySelectorAll("input")].every((input) => !input.value);
  // One empty row is enough where more can be had.
  for (const row of all().filter(empty).slice(1)) row.remove();
  const limit = () => {
    button.hidden = all().length >= Number(rows.dataset.rows);
  };
  button.addEventListener("click", () => {
    const row = all().at(-1).cloneNode(true);
    for (const input of row.querySelectorAll("input")) {
      input.value = "";
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+/, String(all().length + 1)));
    }
    all().at(-1).after(row);
    row.querySelector("input").focus();
    limit();
  });
  limit();
}
