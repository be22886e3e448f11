// Where a block of the calendar stands, as classes: the policy allows no style attributes. A day has 288 rows of five
// minutes. Thousands of characters, a few hundred compressed.
const ROWS = 288;
const LANES = 12;

export const calendarPlaces = {
  name: "calendar-places",
  setup(build) {
    build.onResolve({ filter: /^calendar-places$/ }, ({ path }) => ({ path, namespace: "generated" }));
    build.onLoad({ filter: /.*/, namespace: "generated" }, () => ({ contents: places(), loader: "css" }));
  },
};

function places() {
  const each = (length, rule) => Array.from({ length }, (_, number) => rule(number)).join("");
  return (
    each(ROWS, (n) => `.r${n + 1}{grid-row-start:${n + 1}}.s${n + 1}{grid-row-end:span ${n + 1}}`) +
    each(LANES, (n) => `.lane${n}{--lane:${n}}.of${n + 1}{--of:${n + 1}}`)
  );
}
