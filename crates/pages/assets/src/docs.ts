// The documentation's script: copying, the reader's own test keys in the examples, addresses of
// rows, `/` for the search. Everything can be read without it.

const PLACE = "altyn-docs-keys";
const words = document.body.dataset;

type Keys = { shop: string; key: string };

/** Puts a button above each example that copies what it shows now. */
function copying(): void {
  if (!navigator.clipboard) {
    return;
  }
  for (const block of document.querySelectorAll<HTMLElement>("pre")) {
    const frame = document.createElement("div");
    const button = document.createElement("button");
    frame.className = "example";
    button.type = "button";
    button.className = "copy";
    button.textContent = words["copy"] ?? "";
    button.addEventListener("click", () => void copy(block, button));
    block.replaceWith(frame);
    frame.append(block, button);
  }
}

async function copy(block: HTMLElement, button: HTMLButtonElement): Promise<void> {
  await navigator.clipboard.writeText(block.textContent ?? "");
  button.textContent = words["copied"] ?? "";
  setTimeout(() => (button.textContent = words["copy"] ?? ""), 2_000);
}

/** Keys are kept as long as the tab is open, where the browser permits that. */
function kept(): Keys {
  try {
    return { shop: "", key: "", ...JSON.parse(sessionStorage.getItem(PLACE) ?? "{}") };
  } catch {
    return { shop: "", key: "" };
  }
}

function keep(keys: Keys): void {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify(keys));
  } catch {
    // Then the examples of this page have them, and no others.
  }
}

/** Shows the form for the reader's own keys and writes them into the examples. */
function ownKeys(form: HTMLFormElement): void {
  const shop = form.querySelector<HTMLInputElement>("#keys-shop");
  const key = form.querySelector<HTMLInputElement>("#keys-key");
  const wrong = form.querySelector<HTMLElement>("#keys-wrong");
  if (!shop || !key || !wrong) {
    return;
  }
  const codes = [...document.querySelectorAll<HTMLElement>("pre > code")];
  const examples = codes.map((code) => ({ code, text: code.textContent ?? "" }));
  const show = (keys: Keys) => {
    for (const { code, text } of examples) {
      code.textContent = filled(text, keys);
    }
  };
  const typed = () => {
    const keys = { shop: shop.value.trim(), key: key.value.trim() };
    const safe = /^\d*$/.test(keys.shop) && /^(test_[\w-]*)?$/.test(keys.key);
    wrong.textContent = safe ? "" : (wrong.dataset["said"] ?? "");
    key.setAttribute("aria-invalid", String(!safe));
    if (safe) {
      keep(keys);
      show(keys);
    }
  };
  const begin = kept();
  shop.value = begin.shop;
  key.value = begin.key;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", typed);
  form.hidden = !examples.some(({ text }) => filled(text, { shop: " ", key: " " }) !== text);
  typed();
}

function filled(text: string, { shop, key }: Keys): string {
  if (!shop || !key) {
    return text;
  }
  return text
    .replace(/\$ALTYN_SHOP_ID/g, shop)
    .replace(/\$ALTYN_SECRET_KEY/g, key)
    .replace(/\(shop_id, secret_key/g, `("${shop}", "${key}"`);
}

/** A press on the name of a field or an error puts its address into the bar. */
function addresses(): void {
  for (const name of document.querySelectorAll<HTMLElement>("tr[id] > td:first-child > code")) {
    name.addEventListener("click", () => {
      location.hash = name.closest("tr")?.id ?? "";
    });
  }
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target?.parentElement; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) {
      at.open = true;
    }
  }
  target?.scrollIntoView({ block: "center" });
}

function shortcut(): void {
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    const typing = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      document.querySelector<HTMLInputElement>("#q")?.focus();
    }
  });
}

/** The side shows where the reader is. */
function here(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".side a")) {
    if (link.pathname === location.pathname) {
      link.setAttribute("aria-current", "page");
      const side = link.closest<HTMLElement>(".side");
      side?.scrollTo({ top: link.offsetTop - side.clientHeight / 2 });
    }
  }
}

copying();
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-keys]")) {
  ownKeys(form);
}
addresses();
shortcut();
here();
