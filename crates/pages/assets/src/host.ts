// The page's side of a frame of ours: it makes the frame, talks with that frame alone, and keeps
// it as high as its content. Every style is set by script, so a page with a strict content policy
// needs to permit our frame and nothing else.

export type Said = Record<string, unknown> & { altyn: string };
export type Colors = Record<string, string>;

/** A frame that has not said hello for so long is not there. */
const SILENCE_MS = 15_000;
/** The same once the browser says that something has been loaded. */
const SILENCE_LOADED_MS = 2_500;

const COLORS = [
  "control_primary",
  "control_primary_content",
  "control_secondary",
  "background",
  "border",
  "text",
];

/** Where this script came from, and so where its frames are. */
export function origin(name: string): string {
  const own = document.currentScript as HTMLScriptElement | null;
  const found = own?.src
    ? own
    : document.querySelector<HTMLScriptElement>(`script[src*="${name}"]`);
  return found?.src ? new URL(found.src).origin : location.origin;
}

/** The colors that are colors; names of the first version of the widget are known too. */
export function colors(given: unknown): Colors {
  const known: Colors = {};
  if (typeof given !== "object" || given === null) {
    return known;
  }
  for (const [name, value] of Object.entries(given)) {
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (COLORS.includes(snake) && typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value)) {
      known[snake] = value;
    }
  }
  return known;
}

/** Does the page itself turn dark? Only then may a frame inside it. */
export function isDark(): boolean {
  const schemes = getComputedStyle(document.documentElement).colorScheme.split(" ");
  const wanted = window.matchMedia("(prefers-color-scheme: dark)").matches;
  return schemes.includes("dark") && (wanted || !schemes.includes("light"));
}

export function style(element: HTMLElement, styles: Record<string, string>): void {
  for (const [name, value] of Object.entries(styles)) {
    element.style.setProperty(name, value);
  }
}

export type Ears = {
  /** The frame speaks. */
  hear: (said: Said) => void;
  /** The frame does not come: blocked, or our side is down. */
  silent: () => void;
};

/** A frame that is talked with. */
export class Talk {
  readonly element: HTMLIFrameElement;
  private timer: number;
  private met = false;

  constructor(
    place: HTMLElement,
    private readonly address: URL,
    private readonly dress: Colors,
    private readonly ears: Ears,
  ) {
    this.element = document.createElement("iframe");
    this.element.src = address.href;
    this.element.allow = "payment";
    this.element.title = "Altyn";
    style(this.element, {
      border: "0", display: "block", width: "100%", height: "240px",
      // The frame is seen through only if both sides are of one mind.
      "color-scheme": isDark() ? "dark" : "light",
    });
    window.addEventListener("message", this.onMessage);
    document.addEventListener("securitypolicyviolation", this.onViolation);
    this.timer = window.setTimeout(this.onSilence, SILENCE_MS);
    this.element.addEventListener("load", () => {
      if (!this.met) {
        window.clearTimeout(this.timer);
        this.timer = window.setTimeout(this.onSilence, SILENCE_LOADED_MS);
      }
    });
    place.append(this.element);
  }

  private readonly onMessage = (event: MessageEvent): void => {
    const said = event.data as Said | null;
    const { origin: from, source } = event;
    const ours = source === this.element.contentWindow && from === this.address.origin;
    if (!ours || typeof said !== "object" || said === null || typeof said.altyn !== "string") {
      return;
    }
    if (said.altyn === "hello") {
      this.met = true;
      window.clearTimeout(this.timer);
      const init: Said = { altyn: "init", colors: this.dress, dark: isDark() };
      this.element.contentWindow?.postMessage(init, this.address.origin);
    } else if (said.altyn === "size") {
      const height = Number(said["height"]);
      if (height > 0 && height < 10_000) {
        this.element.style.setProperty("height", `${Math.ceil(height)}px`);
      }
    } else {
      this.ears.hear(said);
    }
  };

  private readonly onViolation = (event: SecurityPolicyViolationEvent): void => {
    const framed = ["frame-src", "child-src", "default-src"].includes(event.effectiveDirective);
    if (!this.met && framed && event.blockedURI.startsWith(this.address.origin)) {
      this.onSilence();
    }
  };

  private readonly onSilence = (): void => {
    if (!this.met) {
      this.end();
      this.ears.silent();
    }
  };

  end(): void {
    window.clearTimeout(this.timer);
    window.removeEventListener("message", this.onMessage);
    document.removeEventListener("securitypolicyviolation", this.onViolation);
    this.element.remove();
  }
}

/** What a layer may look like. */
export type Look = {
  /** Spoken, and written at the top if `titled`. */
  label: string;
  titled: boolean;
  /** The shop's own color, where it has chosen one. */
  background?: string | undefined;
  /** Does the content reach the layer's edges? */
  bleeds: boolean;
};

/** A layer above the page, with a button that closes it. */
export class Layer {
  /** Where the content goes. */
  readonly panel = document.createElement("div");
  private readonly dialog = document.createElement("dialog");
  private open = true;

  constructor(look: Look, closes: string, private readonly left: () => void) {
    const dark = isDark();
    style(this.dialog, {
      position: "fixed", inset: "0", width: "100%", height: "100%", margin: "0", padding: "0",
      border: "0", "max-width": "none", "max-height": "none", overflow: "auto",
      background: dark ? "rgb(0 0 0 / 60%)" : "rgb(15 23 36 / 55%)",
      "overscroll-behavior": "contain",
    });
    this.dialog.setAttribute("aria-label", look.label);
    const card = document.createElement("div");
    style(card, {
      width: "min(480px, calc(100% - 24px))", margin: "24px auto", outline: "0",
      overflow: "hidden", "border-radius": "16px",
      background: look.background ?? (dark ? "#0e1622" : "#ffffff"),
      "box-shadow": "0 16px 48px rgb(0 0 0 / 30%)",
    });
    // The card takes the focus, so that nothing in it is marked before a key is pressed.
    card.tabIndex = -1;
    card.autofocus = true;
    style(this.panel, { padding: look.bleeds ? "0" : "0 16px 16px" });
    card.append(this.head(look, closes, dark), this.panel);
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.leave();
    });
    this.dialog.addEventListener("close", this.leave);
    this.dialog.append(card);
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  private head(look: Look, closes: string, dark: boolean): HTMLElement {
    const head = document.createElement("div");
    style(head, {
      display: "flex", "align-items": "center", "justify-content": "space-between",
      padding: "4px 4px 4px 20px", font: "600 16px/1.4 system-ui, sans-serif",
      color: dark ? "#eef2f7" : "#182433",
    });
    const title = document.createElement("span");
    title.textContent = look.titled ? look.label : "";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "\u00d7";
    button.setAttribute("aria-label", closes);
    style(button, {
      width: "44px", height: "44px", padding: "0", border: "0", background: "none",
      font: "400 28px/1 system-ui, sans-serif", color: dark ? "#a3b0c2" : "#5a6678",
      cursor: "pointer", "border-radius": "12px", "outline-offset": "-4px",
    });
    button.addEventListener("click", this.leave);
    head.append(title, button);
    return head;
  }

  private readonly leave = (): void => {
    if (this.open) {
      this.end();
      this.left();
    }
  };

  end(): void {
    this.open = false;
    this.dialog.remove();
  }
}
