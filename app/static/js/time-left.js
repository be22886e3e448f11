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
    if (Number.isNaN(left)) return;
    const words = inWords(left);
    if (this.textContent !== words) this.textContent = words;
    this.toggleAttribute("data-soon", left < 60 * MINUTE);
  }
}

function inWords(left) {
  if (left <= 0) return "time is up";
  const minutes = Math.floor(left / MINUTE);
  if (minutes < 1) return "less than a minute left";
  if (minutes < 60) return `${minutes} min left`;
  const hours = Math.floor(minutes / 60);
  return hours < 10 && minutes % 60 ? `${hours} h ${minutes % 60} min left` : `${hours} h left`;
}

customElements.define("time-left", TimeLeft);
