// htmx and what makes it keep to the policy: a file of its own, so that it comes beside our script and not before it, in
// one round trip each, and so that browsers keep it from release to release.
import "htmx.org";
import "htmx.org/dist/ext/hx-csp.js";
