// What the checkout's pages do better with a script. Each page works without: this file only adds
// hints while a card is typed, guards against a second press, and looks for news while waiting.

import { card } from "./card";
import { guard } from "./guard";
import { comeBack, wait } from "./wait";

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-pay]")) {
  const check = card(form);
  guard(form, check);
}
wait();
comeBack();
