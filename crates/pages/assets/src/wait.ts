// Waiting for an answer, and the way back to the shop.

import { cameBack } from "./field";

const FIRST_MS = 1500;
const SLOWEST_MS = 6000;

/** Asks for news, ever more slowly; any news loads the page anew. */
export function wait(): void {
  const place = document.querySelector<HTMLElement>("[data-wait]");
  const address = place?.dataset["wait"];
  if (!place || !address) {
    return;
  }
  let pause = FIRST_MS;
  const look = async () => {
    try {
      const answer = await fetch(address, { cache: "no-store", credentials: "same-origin" });
      if (answer.ok) {
        const news: unknown = await answer.json();
        const stamp = (news as { stamp?: unknown }).stamp;
        if (typeof stamp === "string" && stamp !== place.dataset["stamp"]) {
          location.reload();
          return;
        }
      }
    } catch {
      // No connection for a moment; the next look may have one.
    }
    pause = Math.min(pause * 1.2, SLOWEST_MS);
    window.setTimeout(look, pause);
  };
  window.setTimeout(look, pause);
  // Whoever comes back from the bank's application does not wait for the next look.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      pause = FIRST_MS;
    }
  });
}

/** Counts down to the shop, unless the buyer stays or has been there and came back. */
export function comeBack(): void {
  const link = document.querySelector<HTMLAnchorElement>("a[data-return]");
  const line = document.querySelector<HTMLElement>("[data-return-text]");
  const words = line?.querySelector("span");
  if (!link || !line || !words || cameBack()) {
    return;
  }
  let left = Number(link.dataset["return"]);
  const show = () => {
    words.textContent = (line.dataset["returnText"] ?? "").replace("{n}", String(left));
  };
  show();
  line.hidden = false;
  const timer = window.setInterval(() => {
    left -= 1;
    if (left > 0) {
      show();
      return;
    }
    window.clearInterval(timer);
    location.assign(link.href);
  }, 1000);
  const stay = () => {
    window.clearInterval(timer);
    line.hidden = true;
  };
  line.querySelector("button")?.addEventListener("click", stay);
  // On the way to the shop; the page may come back from the browser's memory.
  window.addEventListener("pagehide", stay);
}
