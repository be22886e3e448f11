import "./swaps.js";
import "./pressed.js";
import "./time-left.js";
import "./browser-zone.js";
