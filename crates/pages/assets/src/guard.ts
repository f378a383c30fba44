// A form is sent once: a second press while the bank is asked does nothing.

export function guard(form: HTMLFormElement, check: () => boolean): void {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent || !check()) {
      event.preventDefault();
      return;
    }
    sent = true;
    button?.setAttribute("aria-disabled", "true");
  });
  // A page that comes back from the browser's memory may be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      sent = false;
      button?.removeAttribute("aria-disabled");
    }
  });
}
