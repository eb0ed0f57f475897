/* Passkeys (WebAuthn): asks the browser for one, or to make one, and sends what it says with the form.
   data-passkey is "create", "get", or "login", which asks the server first. Without this file those forms stay hidden. */

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// What the server wrote as text becomes bytes, as the browser wants it.
function understood({ publicKey }) {
  const named = (list) => list?.map((each) => ({ ...each, id: bytes(each.id) }));
  const user = publicKey.user && { ...publicKey.user, id: bytes(publicKey.user.id) };
  return {
    ...publicKey,
    challenge: bytes(publicKey.challenge),
    ...(user && { user }),
    excludeCredentials: named(publicKey.excludeCredentials) ?? [],
    allowCredentials: named(publicKey.allowCredentials) ?? [],
  };
}

// And back: every answer of a key, as text.
function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  const { id, type, authenticatorAttachment } = credential;
  const clientExtensionResults = credential.getClientExtensionResults();
  return { id, rawId: text(credential.rawId), type, authenticatorAttachment, response, clientExtensionResults };
}

async function create(form, { creation_options: options }) {
  const alone = form.elements.passwordless?.checked ?? false;
  const wanted = understood(options);
  delete wanted.allowCredentials;
  wanted.authenticatorSelection = {
    ...wanted.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    ...(alone && { userVerification: "required" }),
  };
  return navigator.credentials.create({ publicKey: wanted });
}

async function get(form, { request_options: options }) {
  const wanted = understood(options);
  delete wanted.excludeCredentials;
  return navigator.credentials.get({ publicKey: wanted });
}

async function login(form) {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("The server gave no challenge.");
  return get(form, await answer.json());
}

const ways = { create, get, login };

for (const form of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  const button = form.querySelector("button");
  const problem = form.querySelector("[role=alert]");
  form.hidden = button.disabled = false;
  button.addEventListener("click", async () => {
    problem.hidden = button.disabled = true;
    try {
      const data = form.querySelector("script");
      const credential = await ways[form.dataset.passkey](form, data && JSON.parse(data.textContent));
      form.elements.credential.value = JSON.stringify(written(credential));
      form.submit();
    } catch {
      // Turned back, no key, no answer: the browser has said which; the page says how to go on.
      problem.hidden = button.disabled = false;
    }
  });
}
