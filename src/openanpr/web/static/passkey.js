// Passkeys: asks the node what to ask the browser, and brings it the answer. Nothing is decided here.

const AT = {
  "sign-in": ["/api/sign-in/passkey/begin", "/api/sign-in/passkey/finish"],
  "step-up": ["/api/step-up/passkey/begin", "/api/step-up/passkey/finish"],
  add: ["/api/me/passkeys/begin", "/api/me/passkeys/finish"],
};

async function post(path, form) {
  const headers = { "content-type": "application/json" };
  if (document.body.dataset.csrf) headers["x-csrf-token"] = document.body.dataset.csrf;
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(form) }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!told) throw new Error("The node was not reached. Try again in a moment.");
  if (!answer.ok) throw new Error(`${told.message}: ${told.what_to_do}`);
  return told;
}

async function use(box) {
  const [begin, finish] = AT[box.dataset.passkey];
  const { options } = await post(begin, {});
  const asked = options.publicKey ?? options;
  if (box.dataset.passkey === "add") {
    const made = await navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked),
    });
    const name = box.querySelector("input").value.trim() || "My passkey";
    await post(finish, { answer: made.toJSON(), name });
  } else {
    const shown = await navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked),
    });
    const form = { answer: shown.toJSON() };
    if (box.dataset.passkey === "sign-in") form.keep = "cookie";
    await post(finish, form);
  }
  location.assign(box.dataset.next || location.pathname);
}

// What the browser itself says of a failure is neither plain nor the same everywhere.
const TOLD = {
  NotAllowedError: "No passkey was used. Try again, or go on another way.",
  InvalidStateError: "This device or security key is among your passkeys already.",
  SecurityError: "This address cannot be used with passkeys. Go on another way.",
};

for (const box of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  box.hidden = false;
  const fault = box.querySelector("[role=alert]");
  const waits = box.querySelector("[role=status]");
  const button = box.querySelector("button");
  let waiting = false;
  button.addEventListener("click", async () => {
    if (waiting) return; // a browser refuses a second question while it asks the first
    waiting = true;
    fault.hidden = true;
    waits.textContent = "Waiting for your passkey: do what your browser or security key asks.";
    try {
      await use(box);
    } catch (error) {
      fault.textContent = TOLD[error.name] ?? error.message;
      fault.hidden = false;
    } finally {
      waiting = false;
      waits.textContent = "";
    }
  });
  box.querySelector("input")?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") button.click();
  });
}
