// The stream of server-sent events that keeps the page up to date.

const FIRST_WAIT = 500; // milliseconds; doubles up to LAST_WAIT
const LAST_WAIT = 8000;
const SILENCE = 25000; // longer than two heartbeats: the connection is dead

// Live connects, and connects again when the connection is lost. It closes it while
// nobody sees the page: browsers allow six to a server, for all tabs together.
export class Live extends EventTarget {
  #source;
  #wait = FIRST_WAIT;
  #timer;
  #silence;

  start() {
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#stop() : this.connect()));
    addEventListener("online", () => this.connect());
    this.connect();
  }

  connect() {
    this.#stop();
    const source = new EventSource("/inspect/live");
    this.#source = source;
    for (const name of ["reset", "endpoints", "deliveries", "ready", "beat"]) {
      source.addEventListener(name, (event) => {
        this.#heard();
        this.dispatchEvent(new CustomEvent(name, { detail: JSON.parse(event.data) }));
      });
    }
    source.addEventListener("error", () => this.#lost());
    this.#heard(false);
  }

  #heard(really = true) {
    if (really) this.#wait = FIRST_WAIT;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), SILENCE);
  }

  #lost() {
    this.#stop();
    const wait = this.#wait;
    this.#wait = Math.min(wait * 2, LAST_WAIT);
    this.#timer = setTimeout(() => this.connect(), wait);
    this.dispatchEvent(new CustomEvent("lost", { detail: { wait } }));
  }

  #stop() {
    this.#source?.close();
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
  }
}
