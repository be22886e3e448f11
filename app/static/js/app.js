// The pages of visitors and clients.
import "./every-page.js";
import "./browser-zone.js";
