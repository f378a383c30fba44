// `window.YooMoneyCheckoutWidget`: the payment form inside a shop's page, or above it.

import { Colors, Layer, Said, Talk, colors, isDark, origin, style } from "./host";

type Callback = (about: { status: string }) => void;
type Trouble = { error: string };
type Options = {
  confirmation_token?: unknown;
  return_url?: unknown;
  error_callback?: (error: Trouble) => void;
  customization?: { modal?: unknown; payment_methods?: unknown; colors?: unknown };
};

const OURS = origin("/checkout-widget/v1/checkout-widget.js");
/** The page's language is not known. */
const CLOSES = "Закрыть / Close";
const METHODS = [
  "bank_card", "yoo_money", "mir_pay", "sber_loan", "sberbank", "sbp", "tinkoff_bank",
];

/** What is wrong with the options; null if nothing is. */
function trouble(options: Options): string | null {
  const token = options.confirmation_token;
  if (token === undefined || token === null || token === "") {
    return "token_required";
  }
  if (typeof token !== "string" || !/^ct-[0-9a-f-]{36}$/.test(token)) {
    return "invalid_token";
  }
  const back = options.return_url;
  if (back === null || back === "") {
    return "return_url_required";
  }
  if (back !== undefined && !(typeof back === "string" && isPage(back))) {
    return "invalid_return_url";
  }
  const methods = options.customization?.payment_methods;
  if (methods === undefined || methods === null) {
    return null;
  }
  const known = Array.isArray(methods) && methods.every((method) => METHODS.includes(method));
  if (!known || methods.length === 0) {
    return "invalid_payment_methods";
  }
  return new Set(methods).size < methods.length ? "invalid_combination_of_payment_methods" : null;
}

function isPage(address: string): boolean {
  try {
    return /^https?:$/.test(new URL(address).protocol);
  } catch {
    return false;
  }
}

class Widget {
  private readonly options: Options;
  private readonly trouble: string | null;
  private readonly callbacks: Record<string, Callback[]> = {};
  private readonly dress: Colors;
  private talk: Talk | null = null;
  private modal: Layer | null = null;
  private bank: Layer | null = null;
  /** Where the layer of the bank leads. */
  private challenged: string | null = null;
  private shown: (() => void) | null = null;
  private failed: ((error: Trouble) => void) | null = null;
  private ended = false;

  constructor(options?: Options) {
    this.options = options ?? {};
    this.dress = colors(this.options.customization?.colors);
    this.trouble = trouble(this.options);
    if (this.trouble !== null) {
      const error = this.trouble;
      queueMicrotask(() => this.complain(error));
    }
  }

  on(event: string, callback: Callback): void {
    (this.callbacks[event] ??= []).push(callback);
  }

  render(containerId?: string): Promise<void> {
    const rendered = new Promise<void>((done, fail) => {
      this.shown = done;
      this.failed = fail;
    });
    // Whoever only listens to `error_callback` hears of no rejection.
    rendered.catch(() => undefined);
    if (this.trouble !== null) {
      this.failed?.({ error: this.trouble });
      return rendered;
    }
    this.close();
    this.ended = false;
    const place = this.place(containerId);
    if (place === null) {
      this.refuse("internal_service_error");
      return rendered;
    }
    const address = new URL("/checkout-widget/v1/frame", OURS);
    address.searchParams.set("token", String(this.options.confirmation_token));
    const methods = this.options.customization?.payment_methods;
    if (Array.isArray(methods)) {
      address.searchParams.set("methods", methods.join(","));
    }
    this.talk = new Talk(place, address, this.dress, {
      hear: (said) => this.hear(said),
      silent: () => this.refuse("internal_service_error"),
    });
    return rendered;
  }

  destroy(): void {
    this.close();
    this.shown = null;
    this.failed = null;
  }

  private place(containerId?: string): HTMLElement | null {
    if (this.options.customization?.modal !== true) {
      return document.getElementById(containerId ?? "");
    }
    const look = {
      label: "Altyn", titled: false, background: this.dress["background"], bleeds: false,
    };
    this.modal = new Layer(look, CLOSES, () => {
      this.close();
      this.emit("modal_close", "closed");
    });
    return this.modal.panel;
  }

  private close(): void {
    this.bank?.end();
    this.talk?.end();
    this.modal?.end();
    this.bank = null;
    this.talk = null;
    this.modal = null;
  }

  private hear(said: Said): void {
    if (said.altyn === "error") {
      this.refuse(String(said["code"]));
      return;
    }
    if (said.altyn !== "state") {
      return;
    }
    const state = said["state"];
    if (state === "over" && this.shown !== null) {
      this.refuse("token_expired");
      return;
    }
    this.shown?.();
    this.shown = null;
    this.failed = null;
    // A form that has been loaded anew says the same again; the payer goes on at the bank.
    if (state === "challenge" && this.bank !== null && said["url"] === this.challenged) {
      return;
    }
    this.bank?.end();
    this.bank = null;
    if (state === "challenge") {
      this.challenge(String(said["url"]));
    } else if (state === "paid") {
      this.end("success");
    } else if (state === "over" || state === "failed") {
      this.end("fail");
    }
  }

  /** 3-D Secure, in a layer of its own above the form. */
  private challenge(url: string): void {
    if (!isPage(url)) {
      return;
    }
    this.challenged = url;
    const look = { label: "3-D Secure", titled: true, bleeds: true };
    this.bank = new Layer(look, CLOSES, () => {
      this.bank = null;
    });
    const frame = document.createElement("iframe");
    frame.src = url;
    frame.title = "3-D Secure";
    style(frame, {
      border: "0", display: "block", width: "100%", height: "min(720px, calc(100vh - 100px))",
      "color-scheme": isDark() ? "dark" : "light",
    });
    this.bank.panel.append(frame);
  }

  private end(status: "success" | "fail"): void {
    if (this.ended) {
      return;
    }
    this.ended = true;
    if (status === "fail") {
      this.emit("fail", status);
    }
    if (!this.emit("complete", status) && status === "success") {
      this.emit("success", status);
    }
    const back = this.options.return_url;
    if (status === "success" && typeof back === "string") {
      location.assign(back);
    }
  }

  /** It cannot be shown. */
  private refuse(code: string): void {
    const failed = this.failed;
    this.destroy();
    this.complain(code);
    failed?.({ error: code });
  }

  private complain(error: string): void {
    this.options.error_callback?.({ error });
  }

  /** Does anybody listen? */
  private emit(event: string, status: string): boolean {
    const listeners = this.callbacks[event] ?? [];
    for (const callback of listeners) {
      callback({ status });
    }
    return listeners.length > 0;
  }
}

(window as unknown as Record<string, unknown>)["YooMoneyCheckoutWidget"] = Widget;
