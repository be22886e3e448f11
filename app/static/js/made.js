// An element with its properties: made("a", { href: "/", textContent: "Home" }).
export const made = (name, about) => Object.assign(document.createElement(name), about);
