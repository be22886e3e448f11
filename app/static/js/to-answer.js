// The badge of the app says what the page was opened with: how many wait for an answer, before its title.
import { count } from "./live.js";

count(+(/^\((\d+)\)/.exec(document.title)?.[1] ?? 0));
