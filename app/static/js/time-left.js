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
  if (minutes < 60) return `${minutes} m left`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} m left`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h left`;
}

customElements.define("time-left", TimeLeft);
