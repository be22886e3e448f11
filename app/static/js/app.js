import "./swaps.js";
import "./pressed.js";
import "./time-left.js";
import "./browser-zone.js";
import "./side-panel.js";
import "./calendar-grid.js";
