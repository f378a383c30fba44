// What our pages do inside a frame of a shop's page: say hello, learn from the answer whose page
// it is, and from then on talk to that origin alone.

import { card } from "./card";
import { guard } from "./guard";
import { payout } from "./payout";
import { wait } from "./wait";

type Init = { altyn: "init"; colors?: Record<string, unknown>; dark?: unknown };

/** Which of our own colors each of the shop's stands for. */
const TOKENS: Record<string, string[]> = {
  control_primary: ["--accent", "--accent-strong", "--accent-press"],
  control_primary_content: ["--on-accent"],
  control_secondary: ["--edge", "--sunken"],
  background: ["--surface", "--bg"],
  border: ["--line", "--edge"],
  text: ["--text", "--muted"],
};
const RETURNED = "altyn-returned";
/** Timers cannot be set for longer. */
const TIMER_MS_MAX = 2_000_000_000;

const root = document.documentElement;
const state = root.dataset["frame"] ?? "";
/** The page around us, once it has answered. */
let shop: string | null = null;

function tell(said: Record<string, unknown>): void {
  if (shop !== null) {
    window.parent.postMessage(said, shop);
  }
}

function dress(init: Init): void {
  for (const [name, value] of Object.entries(init.colors ?? {})) {
    if (typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value)) {
      for (const token of TOKENS[name] ?? []) {
        root.style.setProperty(token, token === "--muted" ? `${value}bf` : value);
      }
    }
  }
  if (init.dark === true && Object.keys(init.colors ?? {}).length === 0) {
    root.removeAttribute("data-theme");
  }
}

function begin(): void {
  root.setAttribute("data-dressed", "");
  const detail = root.dataset["detail"] ?? "";
  if (state === "error") {
    tell({ altyn: "error", code: detail });
    return;
  }
  tell({ altyn: "state", state, url: detail });
  const size = () => tell({ altyn: "size", height: document.body.getBoundingClientRect().height });
  new ResizeObserver(size).observe(document.body);
  size();
}

window.addEventListener("message", (event) => {
  const init = event.data as Init | null;
  const parents = event.source === window.parent && event.origin !== "null";
  if (shop === null && parents && typeof init === "object" && init?.altyn === "init") {
    shop = event.origin;
    dress(init);
    begin();
  }
});

if (window.parent === window) {
  // Not in a frame: a payer came back from the bank in a tab of its own.
  root.setAttribute("data-dressed", "");
} else {
  window.parent.postMessage({ altyn: "hello" }, "*");
}

const returned = "BroadcastChannel" in window ? new BroadcastChannel(RETURNED) : null;
if (state === "returned") {
  root.setAttribute("data-dressed", "");
  returned?.postMessage(null);
} else if (state === "challenge" || state === "waiting") {
  returned?.addEventListener("message", () => location.reload());
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-pay]")) {
  guard(form, card(form));
}
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-payout]")) {
  payout(form, card(form), tell);
}
// What leads away from the frame opens beside the shop's page; 3-D Secure opens above it.
for (const link of document.querySelectorAll<HTMLAnchorElement>("a[href]")) {
  if (state === "challenge" && link.href === root.dataset["detail"]) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      tell({ altyn: "state", state, url: link.href });
    });
  } else if (!new URL(link.href).pathname.startsWith("/checkout-widget/")) {
    link.target = "_blank";
    link.rel = "noopener";
  }
}
const left = Number(root.dataset["left"] ?? "0");
if (0 < left && left < TIMER_MS_MAX) {
  window.setTimeout(() => location.reload(), left);
}
wait();
