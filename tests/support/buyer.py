"""A buyer whose browser knows no script: opens pages, fills forms, follows redirects."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Form:
    """A form as a browser would send it."""

    method: str
    action: str
    fields: dict = field(default_factory=dict)
    autocomplete: dict = field(default_factory=dict)
    buttons: list = field(default_factory=list)
    choices: dict = field(default_factory=dict)


class _Parser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.links, self.words, self.path = [], [], [], []
        self.form = self.button = self.select = None
        self.refresh = None

    def handle_starttag(self, tag, attributes):
        attribute = dict(attributes)
        if tag not in VOID:
            self.path.append(tag)
        if tag == "meta" and attribute.get("http-equiv", "").lower() == "refresh":
            self.refresh = attribute["content"]
        if tag == "a" and attribute.get("href"):
            self.links.append(attribute["href"])
        if tag == "form":
            method = attribute.get("method", "get").upper()
            self.form = Form(method, attribute.get("action") or "")
            self.forms.append(self.form)
        if self.form is None:
            return
        if tag == "input":
            self._input(attribute)
        if tag == "button" and attribute.get("type", "submit") == "submit":
            self.button = {
                "name": attribute.get("name"),
                "value": attribute.get("value", ""),
                "text": "",
            }
            self.form.buttons.append(self.button)
        if tag == "select":
            self.select = attribute.get("name")
            self.form.fields.setdefault(self.select, "")

    def _input(self, attribute):
        name, kind = attribute.get("name"), attribute.get("type", "text")
        value = attribute.get("value", "")
        if kind == "submit":
            self.form.buttons.append({"name": name, "value": value, "text": value})
        elif name and kind in ("radio", "checkbox"):
            self.form.choices.setdefault(name, []).append(value or "on")
            if "checked" in attribute:
                self.form.fields[name] = value or "on"
        elif name:
            self.form.fields[name] = value
            if attribute.get("autocomplete"):
                self.form.autocomplete[attribute["autocomplete"]] = name

    def handle_endtag(self, tag):
        if tag in self.path:
            while self.path.pop() != tag:
                pass
        if tag == "form":
            self.form = None
        if tag == "button":
            self.button = None

    def handle_data(self, data):
        if self.path and self.path[-1] in ("script", "style"):
            return
        if self.button is not None:
            self.button["text"] += data
        self.words.append(data)


class Page:
    """What the buyer sees."""

    def __init__(self, response: requests.Response):
        parser = _Parser()
        parser.feed(response.text)
        self.response = response
        self.url = response.url
        self.status = response.status_code
        self.forms = parser.forms
        self.links = parser.links
        self.refresh = parser.refresh
        self.text = " ".join(" ".join(parser.words).split())

    def card_form(self) -> Form:
        """The form that asks for a card."""
        for form in self.forms:
            if "cc-number" in form.autocomplete:
                return form
        raise AssertionError(f"no card form at {self.url}: {self.text}")

    def method_form(self, method: str) -> Form:
        """The form that pays by that method."""
        for form in self.forms:
            if form.fields.get("method") == method:
                return form
        raise AssertionError(f"no form for {method} at {self.url}: {self.text}")


class Buyer:
    """One browser session without script."""

    def __init__(self, language: str = "ru"):
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = language
        self.urls = []
        self.left_for = None
        self.origin = None

    def open(self, url: str) -> Page:
        return self._go("GET", url)

    def send(
        self, page: Page, form: Form, values: dict | None = None, button: dict | None = None
    ) -> Page:
        fields = form.fields | (values or {})
        if button and button["name"]:
            fields[button["name"]] = button["value"]
        return self._go(form.method, urljoin(page.url, form.action), fields)

    def _go(self, method: str, url: str, fields=None) -> Page:
        home = urlsplit(url).netloc
        for _ in range(10):
            self.urls.append(url)
            headers = {"Origin": self.origin} if self.origin and method == "POST" else {}
            sent = {"data": fields} if method == "POST" else {"params": fields}
            response = self.session.request(
                method, url, headers=headers, allow_redirects=False, timeout=30, **sent
            )
            page = Page(response)
            if response.status_code in (301, 302, 303, 307, 308):
                target = urljoin(url, response.headers["Location"])
            elif page.refresh and page.refresh.startswith("0;"):
                target = urljoin(url, page.refresh.split("url=", 1)[1])
            else:
                return page
            if urlsplit(target).netloc != home:
                self.left_for = target
                return page
            if response.status_code not in (307, 308):
                method, fields = "GET", None
            url = target
        raise AssertionError(f"redirected in a circle at {url}")

    # The steps of a payment.

    def pay_by_card(self, page: Page, number: str, year: str = "35", code: str = "123") -> Page:
        """Fills the card form and presses its button."""
        form = page.card_form()
        names = form.autocomplete
        values = {names["cc-number"]: number, names["cc-exp"]: f"12/{year}", names["cc-csc"]: code}
        return self.send(page, form, values, form.buttons[0])

    def decide(self, page: Page, decision: str) -> Page:
        """Presses a button of the test bank by its value: `accept`, `decline`, `close`."""
        for form in page.forms:
            for button in form.buttons:
                if button["value"] == decision:
                    return self.send(page, form, self._code(form), button)
        raise AssertionError(f"no button {decision} at {page.url}: {page.text}")

    @staticmethod
    def _code(form: Form) -> dict:
        name = form.autocomplete.get("one-time-code")
        return {name: "123456"} if name else {}
