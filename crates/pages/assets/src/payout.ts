// The form of the payout widget: gives the card's number to us and tells the page its synonym.

import { complaint } from "./field";

type Answer = { status?: unknown; code?: unknown; data?: unknown };

export function payout(
  form: HTMLFormElement,
  check: () => boolean,
  tell: (said: Record<string, unknown>) => void,
): void {
  const number = form.querySelector<HTMLInputElement>("#card-number");
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  const words = form.querySelector<HTMLElement>("[data-words]");
  // What may be wrong beside the number's digits is said under the number too.
  for (const code of Object.keys(words?.dataset ?? {})) {
    number?.setAttribute(`data-${code}`, words?.dataset[code] ?? "");
  }
  const done = form.querySelector<HTMLElement>("[data-done]");
  let asking = false;
  const refuse = (code: string): void => {
    if (number) {
      complaint(number, code);
    }
    if (code !== "wrong") {
      tell({ altyn: "error", code });
    }
  };
  const ask = async (typed: HTMLInputElement): Promise<void> => {
    const body = JSON.stringify({ account_id: form.dataset["payout"], number: typed.value });
    const headers = { "Content-Type": "application/json" };
    const request = { method: "POST", credentials: "omit", headers, body } as const;
    const answer = (await (await fetch(form.action, request)).json()) as Answer;
    if (answer.status !== "success") {
      refuse(typeof answer.code === "string" ? answer.code : "internal_service_error");
      return;
    }
    typed.value = "";
    done?.removeAttribute("hidden");
    tell({ altyn: "token", data: answer.data });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (asking || !number || !check()) {
      return;
    }
    asking = true;
    done?.setAttribute("hidden", "");
    button?.setAttribute("aria-disabled", "true");
    ask(number)
      .catch(() => refuse("internal_service_error"))
      .finally(() => {
        asking = false;
        button?.removeAttribute("aria-disabled");
      });
  });
}
