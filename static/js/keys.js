/* Says in words why a security key or passkey did not work: allauth's scripts only raise an event. */
const SENTENCES = {
  NotAllowedError: "The key was not confirmed, or it took too long. Try again.",
  InvalidStateError: "This key is set up already.",
  SecurityError: "Keys are bound to a host name, and this address is none. Open the desk under its name.",
  NotSupportedError: "This browser or key cannot do what is asked for.",
};

document.addEventListener("allauth.error", (event) => {
  const place = document.querySelector("[data-key-error]");
  if (!place) return;
  event.preventDefault();
  place.querySelector("[data-words]").textContent = SENTENCES[event.detail.exception?.name] ?? "The key could not be used. Try again.";
  place.hidden = false;
});
