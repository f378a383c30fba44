// A field and the message under it. Messages come from the page, in its language.

export function complaint(input: HTMLInputElement, key: string | null): boolean {
  const place = document.getElementById(`${input.id}-error`);
  if (key === null) {
    input.removeAttribute("aria-invalid");
  } else {
    input.setAttribute("aria-invalid", "true");
  }
  if (place) {
    place.textContent = key === null ? "" : (input.dataset[key] ?? "");
  }
  return key === null;
}

export function digitsOf(text: string): string {
  return text.replace(/\D/g, "");
}

/** Rewrites the field and leaves the caret behind the same digit. */
export function rewrite(input: HTMLInputElement, shape: (text: string) => string): void {
  const caret = input.selectionStart ?? input.value.length;
  const before = digitsOf(input.value.slice(0, caret)).length;
  const text = shape(input.value);
  if (text === input.value) {
    return;
  }
  const atEnd = caret >= input.value.length;
  input.value = text;
  let place = text.length;
  if (!atEnd) {
    place = 0;
    for (let seen = 0; place < text.length && seen < before; place += 1) {
      if (/\d/.test(text.charAt(place))) {
        seen += 1;
      }
    }
  }
  if (document.activeElement === input) {
    input.setSelectionRange(place, place);
  }
}

/** Whether the buyer came to the page by the browser's Back or Forward. */
export function cameBack(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  return navigation instanceof PerformanceNavigationTiming && navigation.type === "back_forward";
}
