// The desk: what every page needs, and what only a signed-in person uses.
import "./every-page.js";
import "./told.js";
import "./to-answer.js";
import "./kept-answers.js";
import "./push.js";
import "./signing-out.js";
import "./install-hint.js";
