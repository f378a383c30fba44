// The demo's shop page: what a merchant would write to use each of the platform's scripts.

type Said = (what: string, about?: unknown) => void;
type Widget = {
  on(event: string, callback: (about: unknown) => void): void;
  render(container?: string): Promise<void>;
};
type Make<T> = new (options: object) => T;
type Tokenized = {
  status: string;
  data?: { response?: { paymentToken?: string } };
};

const page = window as unknown as {
  YooMoneyCheckoutWidget: Make<Widget>;
  YooMoneyCheckout: (
    shop: string,
    options: object,
  ) => { tokenize(card: object): Promise<Tokenized> };
  PayoutsData: Make<{ render(container: string): Promise<void> }>;
};
const lang = document.documentElement.lang;
const place = document.querySelector<HTMLElement>("[data-said]");
const said: Said = (what, about) => {
  if (place) {
    place.hidden = false;
    const line = about === undefined ? what : `${what} ${JSON.stringify(about, null, 1)}`;
    place.append(`${line}\n`);
  }
};

function widget(form: HTMLElement): void {
  const modal = form.dataset["look"] === "modal";
  const checkout = new page.YooMoneyCheckoutWidget({
    confirmation_token: form.dataset["token"],
    return_url: form.dataset["thanks"],
    customization: { modal },
    error_callback: (error: unknown) => said("error_callback", error),
  });
  for (const event of ["success", "fail", "modal_close"]) {
    checkout.on(event, (about) => said(event, about));
  }
  checkout.render(modal ? undefined : form.id).then(
    () => said("render: ok"),
    () => undefined,
  );
}

function checkoutJs(form: HTMLFormElement): void {
  const checkout = page.YooMoneyCheckout(form.dataset["checkout"] ?? "", { language: lang });
  const value = (id: string) => form.querySelector<HTMLInputElement>(`#${id}`)?.value ?? "";
  for (const sample of document.querySelectorAll<HTMLElement>("code[data-card]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sample.textContent;
    button.addEventListener("click", () => {
      const card = { number: sample.dataset["card"] ?? "", month: "12", year: "30", cvc: "123" };
      for (const [id, text] of Object.entries(card)) {
        form.querySelector<HTMLInputElement>(`#${id}`)?.setAttribute("value", text);
      }
    });
    sample.replaceWith(button);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const card = {
      number: value("number"), cvc: value("cvc"), month: value("month"), year: value("year"),
    };
    void pay(checkout.tokenize(card), form.dataset["thanks"] ?? "/demo");
  });
}

async function pay(tokenizing: Promise<Tokenized>, thanks: string): Promise<void> {
  const tokenized = await tokenizing;
  said("tokenize", tokenized);
  const token = tokenized.data?.response?.paymentToken;
  if (!token) {
    return;
  }
  const answer = await fetch("/demo/token", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ payment_token: token, lang }),
  });
  const told = (await answer.json()) as { status: string; go?: string };
  said("POST /payments", told);
  if (told.go) {
    location.assign(told.go);
  } else if (told.status === "succeeded") {
    location.assign(thanks);
  }
}

function payout(form: HTMLElement): void {
  const payouts = new page.PayoutsData({
    type: "payout",
    account_id: form.dataset["account"],
    lang,
    success_callback: (data: unknown) => said("success_callback", data),
    error_callback: (error: unknown) => said("error_callback", error),
  });
  payouts.render(form.id).then(() => said("render: ok"), () => undefined);
}

const forms = {
  widget: document.querySelector<HTMLElement>("#payment-form"),
  checkout: document.querySelector<HTMLFormElement>("form[data-checkout]"),
  payout: document.querySelector<HTMLElement>("#payout-form"),
};
if (forms.widget) {
  widget(forms.widget);
}
if (forms.checkout) {
  checkoutJs(forms.checkout);
}
if (forms.payout) {
  payout(forms.payout);
}
