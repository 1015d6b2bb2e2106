// Saves each click at once, keeps what could not be sent, measures time in use, and offers keys.
// Without it the pages work all the same: their forms save on "Save and go on".
"use strict";

const body = document.body;

function start() {
  const { root, form: token, slot } = body.dataset;
  const position = Number(body.dataset.position);
  const store = `recenter:${root}:${slot}`;
  const work = document.getElementById("work");
  const queue = new Queue(`${root}/events`, token, slot, `${store}:queue`);
  let seq = Math.max(Number(body.dataset.seq), Number(recall(`${store}:seq`, 0)));

  const tell = (kind, more = {}) => {
    seq += 1;
    keep(`${store}:seq`, seq);
    const at = new Date().toISOString();
    queue.add({ id: makeId(), position, kind, seq, at, ...more });
  };

  const told = new Map();
  const answered = (group) => {
    const part = group.dataset.part;
    const answer = group.querySelector(`input[name="answer-${CSS.escape(part)}"]:checked`)?.value;
    if (!answer) return;
    const failures = group.querySelector(".failures");
    const failure = failures && !failures.hidden ? failures.querySelector("input:checked")?.value : undefined;
    const note = group.querySelector("textarea")?.value.trim() || undefined;
    const now = JSON.stringify([answer, failure, note]);
    if (told.get(part) === now) return;
    told.set(part, now);
    tell("answer", clean({ part, answer, failure, note }));
  };

  const groups = [...work.querySelectorAll("fieldset.decision")];
  for (const group of groups) {
    showFailures(group);
    group.addEventListener("change", () => { showFailures(group); answered(group); });
    group.querySelector("textarea")?.addEventListener("input", debounce(() => answered(group), 800));
  }

  for (const link of document.querySelectorAll("[data-evidence]")) {
    link.addEventListener("click", (event) => { event.preventDefault(); openQuote(link); tell("opened"); });
  }

  const clock = new Clock();
  const time = () => {
    const { active, idle } = clock.take();
    if (active + idle > 0) tell("time", { active_ms: active, idle_ms: idle });
  };
  setInterval(() => { if (clock.inUse()) time(); }, 15000);
  let going = false;
  addEventListener("pagehide", () => { if (!going) time(); queue.last(); });

  work.addEventListener("submit", (event) => {
    if (going) return;
    event.preventDefault();
    const open = groups.find((group) => !group.querySelector("input[name^='answer-']:checked"));
    if (open) { mark(groups, open); say("Some decisions have no answer yet."); return; }
    groups.forEach(answered);
    time();
    going = true;
    // What the queue could not send stands in the form, and is saved with it.
    queue.flush().finally(() => work.submit());
  });

  useKeys(groups, tell);
  queue.flush();
}

// What is not known to be saved: kept in the browser until the server says that it has it.
class Queue {
  constructor(url, token, slot, name) {
    Object.assign(this, { url, token, slot, name, wait: 1000, sending: null });
    this.events = recall(name, []);
    addEventListener("online", () => this.flush());
  }

  add(event) {
    this.events.push(event);
    keep(this.name, this.events);
    this.flush();
  }

  flush() {
    this.sending ??= this.send().finally(() => { this.sending = null; });
    return this.sending;
  }

  async send() {
    while (this.events.length) {
      const batch = this.events.slice(0, 20);
      let answer;
      try {
        answer = await this.post(batch);
      } catch {
        this.later();
        return;
      }
      const done = new Set([...answer.saved, ...Object.keys(answer.refused)]);
      this.events = this.events.filter((event) => !done.has(event.id));
      keep(this.name, this.events);
      this.wait = 1000;
      const refused = Object.values(answer.refused)[0];
      if (refused) say(`Not saved: ${refused}`, true);
      else if (batch.some((event) => event.kind === "answer")) say(`Saved ${clockTime(answer.at)}`);
    }
  }

  async post(batch) {
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Form": this.token },
      body: JSON.stringify({ slot: this.slot, events: batch }),
      keepalive: true,
    });
    const answer = await response.json();
    if (answer.saved) return answer;
    if (response.status >= 500) throw new Error(answer.error);
    // Refused as a whole, for good: the pages say why, and the form is still there.
    return { saved: [], refused: Object.fromEntries(batch.map((event) => [event.id, answer.error])) };
  }

  later() {
    say("Not connected. Your answers are kept here and sent again.", true);
    setTimeout(() => this.flush(), this.wait);
    this.wait = Math.min(this.wait * 2, 30000);
  }

  // When the page goes away, one more try that outlives it; the queue is kept if it fails.
  last() {
    if (this.events.length) this.post(this.events.slice(0, 20)).catch(() => {});
  }
}

// Time with the page in view and somebody at it, apart from the rest.
class Clock {
  constructor() {
    this.active = 0;
    this.idle = 0;
    this.touched = this.from = performance.now();
    const touch = () => { this.count(); this.touched = performance.now(); };
    for (const kind of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) {
      addEventListener(kind, touch, { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", () => this.count(document.hidden));
  }

  inUse() {
    return !document.hidden && performance.now() - this.touched < 60000;
  }

  // `active`: whether the time that ends now was spent in view, which a hidden page no longer tells.
  count(active = !document.hidden) {
    const now = performance.now();
    const until = Math.max(this.from, Math.min(now, this.touched + 60000));
    if (active) { this.active += until - this.from; this.idle += now - until; }
    else this.idle += now - this.from;
    this.from = now;
  }

  take() {
    this.count();
    // A page left open over a weekend: the server takes an hour of the one and a day of the other.
    const took = {
      active: Math.min(Math.round(this.active), 3600000),
      idle: Math.min(Math.round(this.idle), 86400000),
    };
    this.active = this.idle = 0;
    return took;
  }
}

function useKeys(groups, tell) {
  const box = document.getElementById("keys");
  box.checked = recall("recenter:keys", true);
  box.addEventListener("change", () => keep("recenter:keys", box.checked));
  let quote = -1;
  if (groups.length === 1) mark(groups, groups[0], false);
  for (const group of groups) group.addEventListener("focusin", () => mark(groups, group, false));
  addEventListener("keydown", (event) => {
    const writing = event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
    if (!box.checked || writing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = groups.findIndex((group) => group.classList.contains("current"));
    const choice = groups[at]?.querySelector(`input[data-key="${CSS.escape(event.key)}"]`);
    const quotes = document.querySelectorAll("[data-evidence]");
    if (choice) choice.click();
    else if (event.key === "j") mark(groups, groups[Math.min(at + 1, groups.length - 1)]);
    else if (event.key === "k") mark(groups, groups[Math.max(at - 1, 0)]);
    else if (event.key === "e" && quotes.length) {
      quote = (quote + 1) % quotes.length;
      openQuote(quotes[quote]);
      tell("opened");
    } else if (event.key === "g") {
      const guide = document.getElementById("guide");
      guide.open = !guide.open;
      guide.querySelector("summary").focus();
    } else return;
    event.preventDefault();
  });
}

function mark(groups, group, focus = true) {
  for (const other of groups) other.classList.toggle("current", other === group);
  if (!focus) return;
  (group.querySelector("input:checked") ?? group.querySelector("input")).focus();
  group.scrollIntoView({ block: "nearest" });
}

function openQuote(link) {
  const turn = document.querySelector(link.getAttribute("href"));
  const talk = turn.closest("details");
  if (talk) talk.open = true;
  turn.scrollIntoView({ block: "center" });
  turn.focus({ preventScroll: true });
}

function showFailures(group) {
  const failures = group.querySelector(".failures");
  if (!failures) return;
  const answer = group.querySelector("input[name^='answer-']:checked")?.value;
  failures.hidden = !["uncertain", "reject"].includes(answer);
}

function say(words, bad = false) {
  const line = document.getElementById("saved");
  line.textContent = words;
  line.classList.toggle("bad", bad);
}

function clockTime(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour12: false });
}

function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function clean(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function debounce(act, ms) {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(act, ms); };
}

// Storage may be full or forbidden; then only the resend queue across pages is lost.
function keep(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* nothing to keep it in */ }
}

function recall(name, otherwise) {
  try { return JSON.parse(localStorage.getItem(name)) ?? otherwise; } catch { return otherwise; }
}

if (body.dataset.page === "place") start();
