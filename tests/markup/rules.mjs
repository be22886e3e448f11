// What differs from html-validate's recommended rules. Whatever is switched off says why.
const BOTH = {
  // Blanks at the end of a line are what a template's conditions leave; nobody sees them, and compression takes them.
  "no-trailing-whitespace": "off",
};

export const PAGE = {
  ...BOTH,
  // As all our templates write it; the standard takes either.
  "doctype-style": ["error", { style: "lowercase" }],
  // Boxes of one name are one question with several answers.
  "form-dup-name": ["error", { shared: ["radio", "button", "submit", "checkbox"] }],
  // A button in a form sends it, which is what each of ours is for; those that do something else say so.
  "no-implicit-button-type": "off",
  // It counts only buttons that say so, see above; and the form that tells that an offer was opened is sent by itself.
  "wcag/h32": "off",
  // Safari reads out no list whose marks the stylesheet takes away, unless it is called one.
  "no-redundant-role": "off",
};

export const MAIL = {
  ...BOTH,
  // As css-inline writes it; the standard takes either.
  "doctype-style": "off",
  // Mail programs keep what stands on the element and drop stylesheets; Outlook places nothing but tables of this kind.
  "no-inline-style": "off",
  "no-deprecated-attr": "off",
  // Its title is the mail's subject, whose length is bounded elsewhere and for another reader.
  "long-title": "off",
};
