// `window.PayoutsData`: a form for the card that a payout goes to, in a frame of ours; the page
// gets a synonym of the card and what may be shown of it.

import { Said, Talk, colors, origin } from "./host";

type Options = {
  type?: unknown;
  account_id?: unknown;
  success_callback?: (data: object) => void;
  error_callback?: (error: string) => void;
  customization?: { colors?: unknown };
  lang?: unknown;
};

const OURS = origin("/payouts-data/");
const KINDS = ["payout", "safedeal"];

class PayoutsData {
  private readonly options: Options;
  private talk: Talk | null = null;

  constructor(options?: Options) {
    this.options = options ?? {};
  }

  render(containerId: string): Promise<void> {
    this.clearListeners();
    const { type, account_id: account, lang } = this.options;
    const place = document.getElementById(containerId);
    const rendered = new Promise<void>((done, fail) => {
      const refuse = (code: string): void => {
        this.clearListeners();
        this.options.error_callback?.(code);
        fail(new Error(code));
      };
      const right = KINDS.includes(String(type)) && /^\d{1,18}$/.test(String(account));
      if (place === null || !right) {
        queueMicrotask(() => refuse("internal_service_error"));
        return;
      }
      const address = new URL("/payouts-data/frame", OURS);
      address.searchParams.set("account_id", String(account));
      address.searchParams.set("type", String(type));
      if (typeof lang === "string") {
        address.searchParams.set("lang", lang.slice(0, 2));
      }
      this.talk = new Talk(place, address, colors(this.options.customization?.colors), {
        hear: (said) => this.hear(said, done),
        silent: () => refuse("internal_service_error"),
      });
    });
    rendered.catch(() => undefined);
    return rendered;
  }

  /** Ends everything that listens, and the form with it. */
  clearListeners(): void {
    this.talk?.end();
    this.talk = null;
  }

  private hear(said: Said, shown: () => void): void {
    if (said.altyn === "state") {
      shown();
    } else if (said.altyn === "token" && typeof said["data"] === "object" && said["data"]) {
      this.options.success_callback?.(said["data"]);
    } else if (said.altyn === "error") {
      this.options.error_callback?.(String(said["code"]));
    }
  }
}

(window as unknown as Record<string, unknown>)["PayoutsData"] = PayoutsData;
