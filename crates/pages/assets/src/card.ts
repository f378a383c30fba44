// The card form: grouping, brand, expiry; complaints once a field is left, never while typing.

import { cameBack, complaint, digitsOf, rewrite } from "./field";

/** Whose mark the page has, has no name: the mark says it. */
type Brand = {
  mark: string;
  name: string;
  of: RegExp;
  groups: number[];
  code: number;
  lengths: number[];
};

const FOURS = [4, 4, 4, 4, 3];
const BRANDS: Brand[] = [
  { mark: "mir", name: "", of: /^220[0-4]/, groups: FOURS, code: 3, lengths: [16, 17, 18, 19] },
  { mark: "visa", name: "", of: /^4/, groups: FOURS, code: 3, lengths: [16, 18, 19] },
  {
    mark: "mastercard", name: "", of: /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/,
    groups: FOURS, code: 3, lengths: [16],
  },
  {
    mark: "", name: "Maestro", of: /^(50|5[6-8]|63|67)/,
    groups: FOURS, code: 3, lengths: [14, 15, 16, 17, 18, 19],
  },
  { mark: "", name: "UnionPay", of: /^(62|81)/, groups: FOURS, code: 3, lengths: [16, 17, 18, 19] },
  { mark: "", name: "JCB", of: /^35/, groups: FOURS, code: 3, lengths: [16, 17, 18, 19] },
  { mark: "", name: "AmEx", of: /^3[47]/, groups: [4, 6, 5], code: 4, lengths: [15] },
  {
    mark: "", name: "Diners", of: /^(36|38|39|30[0-5])/,
    groups: [4, 6, 4], code: 3, lengths: [14],
  },
];
const OTHER: Brand = {
  mark: "",
  name: "",
  of: /^/,
  groups: FOURS,
  code: 3,
  lengths: [14, 15, 16, 17, 18, 19],
};

function brandOf(digits: string): Brand {
  return BRANDS.find((brand) => brand.of.test(digits)) ?? OTHER;
}

function grouped(digits: string): string {
  const brand = brandOf(digits);
  const longest = Math.max(...brand.lengths);
  const parts: string[] = [];
  let from = 0;
  for (const size of brand.groups) {
    if (from < digits.length) {
      parts.push(digits.slice(from, from + size));
    }
    from += size;
  }
  return parts.join(" ").slice(0, longest + brand.groups.length - 1);
}

function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - i)) * (1 + (i % 2));
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

function numberWrong(digits: string): string | null {
  if (digits === "") {
    return "empty";
  }
  if (digits.length < Math.min(...brandOf(digits).lengths)) {
    return "short";
  }
  return luhn(digits) ? null : "wrong";
}

/** Month and year of what people type and programs fill in; the server reads the same. */
function readExpiry(text: string): [number, number] | null {
  const groups = text.split(/[\s/.\u2013-]+/).filter((group) => group !== "");
  const shape = groups.map((group) => (/^\d+$/.test(group) ? group.length : 0)).join(" ");
  const [first = "", second = ""] = groups;
  let parts: [string, string] | null = null;
  if (shape === "6" && first.startsWith("20")) {
    parts = [first.slice(4), first.slice(0, 4)];
  } else if (shape === "4" || shape === "6") {
    parts = [first.slice(0, 2), first.slice(2)];
  } else if (/^[12] [24]$/.test(shape)) {
    parts = [first, second];
  } else if (/^4 [12]$/.test(shape)) {
    parts = [second, first];
  }
  if (!parts) {
    return null;
  }
  const month = Number(parts[0]);
  const year = Number(parts[1]) + (parts[1].length === 2 ? 2000 : 0);
  return 1 <= month && month <= 12 && 2000 <= year && year <= 2099 ? [month, year] : null;
}

function expiryWrong(text: string, today: Date): string | null {
  if (digitsOf(text) === "") {
    return "empty";
  }
  const read = readExpiry(text);
  if (!read) {
    return "wrong";
  }
  const ends = read[1] * 12 + read[0] - 1;
  return ends < today.getFullYear() * 12 + today.getMonth() ? "past" : null;
}

function wholeExpiry(text: string): string {
  const two = (part: number) => String(part % 100).padStart(2, "0");
  const read = readExpiry(text);
  return read ? `${two(read[0])}/${two(read[1])}` : text;
}

/** What is typed so far, with what is clear already: "4" can only be April, "20" a year. */
function shapedExpiry(text: string): string {
  const digits = digitsOf(text);
  if (digits.startsWith("20")) {
    const month = digits.slice(4, 6);
    if (month.length === 2) {
      return wholeExpiry(digits.slice(0, 6));
    }
    return digits.length > 4 || /\d\D$/.test(text) ? `${digits.slice(0, 4)}-${month}` : digits;
  }
  const alone = /^[3-9]/.test(digits) || /^2[1-9]/.test(digits) || /^\D*[12]\D/.test(text);
  const whole = alone ? `0${digits}` : digits;
  if (whole.length === 6 && whole.slice(2, 4) === "20") {
    return `${whole.slice(0, 2)}/${whole.slice(4)}`;
  }
  return whole.length > 2 ? `${whole.slice(0, 2)}/${whole.slice(2, 6)}` : whole;
}

/** Adds the hints; the answer checks the form and puts the focus on the first wrong field. */
export function card(form: HTMLFormElement): () => boolean {
  const inputs = {
    number: form.querySelector<HTMLInputElement>("#card-number"),
    expiry: form.querySelector<HTMLInputElement>("#card-expiry"),
    code: form.querySelector<HTMLInputElement>("#card-csc"),
    phone: form.querySelector<HTMLInputElement>("#phone"),
  };
  const checks: [HTMLInputElement, () => string | null][] = [];
  const { number, expiry, code, phone } = inputs;
  if (number) {
    const mark = form.querySelector<HTMLElement>("[data-brand]");
    const shape = () => {
      rewrite(number, (text) => grouped(digitsOf(text)));
      const brand = brandOf(digitsOf(number.value));
      mark?.setAttribute("data-brand", brand.mark);
      mark?.querySelector("span")?.replaceChildren(brand.name);
      if (code) {
        code.maxLength = brand.code;
        code.placeholder = "0".repeat(brand.code);
      }
    };
    number.addEventListener("input", shape);
    shape();
    checks.push([number, () => numberWrong(digitsOf(number.value))]);
  }
  if (number && expiry && code) {
    expiry.addEventListener("input", (event) => {
      const how = event instanceof InputEvent ? event.inputType : "";
      if (how === "insertText") {
        rewrite(expiry, shapedExpiry);
      } else if (!how.startsWith("delete")) {
        // Pasted or filled in: it is all there.
        rewrite(expiry, (text) => (readExpiry(text) ? wholeExpiry(text) : shapedExpiry(text)));
      }
    });
    expiry.addEventListener("change", () => rewrite(expiry, wholeExpiry));
    code.addEventListener("input", () => rewrite(code, digitsOf));
    checks.push([expiry, () => expiryWrong(expiry.value, new Date())]);
    checks.push([
      code,
      () => {
        const length = code.value.length;
        const wanted = brandOf(digitsOf(number.value)).code;
        return length === 0 ? "empty" : length === wanted ? null : "wrong";
      },
    ]);
    fillable(number, expiry, code);
  }
  forgetful([number, expiry, code].filter((input) => input !== null));
  if (phone) {
    checks.push([
      phone,
      () => {
        const digits = digitsOf(phone.value).replace(/^[78](?=\d{10}$)/, "");
        return digits === "" ? "empty" : /^9\d{9}$/.test(digits) ? null : "wrong";
      },
    ]);
  }
  for (const [input, wrong] of checks) {
    // An empty field that is only passed by is not a mistake yet.
    input.addEventListener("blur", () => complaint(input, input.value === "" ? null : wrong()));
    input.addEventListener("input", () => {
      if (input.getAttribute("aria-invalid") && wrong() === null) {
        complaint(input, null);
      }
    });
  }
  return () => {
    const wrong = checks.filter(([input, check]) => !complaint(input, check()));
    wrong[0]?.[0].focus();
    return wrong.length === 0;
  };
}

/** A card stays on the page no longer than its owner: whoever comes back finds empty fields. */
function forgetful(inputs: HTMLInputElement[]): void {
  const clear = () => {
    for (const input of inputs.filter((one) => one.value !== "")) {
      input.value = "";
      input.dispatchEvent(new Event("input"));
      complaint(input, null);
    }
  };
  window.addEventListener("pagehide", clear);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted || cameBack()) {
      clear();
    }
  });
}

/** The numbers of test cards become buttons that fill in the form. */
function fillable(
  number: HTMLInputElement,
  expiry: HTMLInputElement,
  code: HTMLInputElement,
): void {
  for (const sample of document.querySelectorAll<HTMLElement>("code[data-card]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sample.textContent;
    button.addEventListener("click", () => {
      const digits = sample.dataset["card"] ?? "";
      number.closest("details")?.setAttribute("open", "");
      const values: [HTMLInputElement, string][] = [
        [number, digits],
        [expiry, `12/${(new Date().getFullYear() + 3) % 100}`],
        [code, "1234".slice(0, brandOf(digits).code)],
      ];
      for (const [input, value] of values) {
        input.value = value;
        input.dispatchEvent(new Event("input"));
        complaint(input, null);
      }
      button.closest("details")?.removeAttribute("open");
      form(number)?.querySelector<HTMLElement>("button[type=submit]")?.focus();
    });
    sample.replaceWith(button);
  }
}

function form(input: HTMLInputElement): HTMLFormElement | null {
  return input.closest("form");
}
