// What every page needs. What only the desk needs is in desk.js, and what only visitors do in app.js: a first visit waits
// for less.
import "./sent.js";
import "./swaps.js";
import "./pressed.js";
import "./time-left.js";
import "./live.js";
import "./line.js";
import "./register-worker.js";
