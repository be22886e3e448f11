// <time-left deadline="2026-11-24T10:00:00Z">21 h left</time-left>: keeps counting what the page already says.
const MINUTE = 60_000;

class TimeLeft extends HTMLElement {
  connectedCallback() {
    this.show();
    this.ticking = setInterval(() => this.show(), MINUTE / 4);
  }

  disconnectedCallback() {
    clearInterval(this.ticking);
  }

  show() {
    const left = new Date(this.getAttribute("deadline")) - Date.now();
    const words = inWords(left);
    if (this.textContent !== words) this.textContent = words;
    this.toggleAttribute("data-soon", left < 60 * MINUTE);
  }
}

// In the language of the page, which brings the sentences along.
function inWords(left) {
  const [days, hours, minutes, soon, over] = document.documentElement.dataset.left.split("|");
  const m = Math.floor(left / MINUTE);
  const h = Math.floor(m / 60);
  const say = (sentence, numbers) => sentence.replace(/{(.)}/g, (_, name) => numbers[name]);
  if (left <= 0) return over;
  if (m < 1) return soon;
  if (m < 60) return say(minutes, { m });
  return h < 48 ? say(hours, { h, m: m % 60 }) : say(days, { d: Math.floor(h / 24), h: h % 24 });
}

customElements.define("time-left", TimeLeft);
