"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const KEPT = 300;
  const SHOWN_AT_LEAST = 60;
  const EVERY = 1000;
  const base = document.body.dataset.base;
  const state = document.getElementById("state");
  const main = document.getElementById("panels");
  const message = document.getElementById("message");
  const panels = new Map();
  let token = "";
  let messageTimer = 0;

  function make(tag, text, className) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  }

  function say(text) {
    message.textContent = text;
    message.hidden = false;
    clearTimeout(messageTimer);
    messageTimer = setTimeout(() => { message.hidden = true; }, 6000);
  }

  function number(value) {
    if (value === null) return "–";
    const size = Math.abs(value);
    if (size !== 0 && size < 0.01) return value.toExponential(1);
    return value.toLocaleString("en", { maximumFractionDigits: size < 10 ? 2 : size < 100 ? 1 : 0 });
  }

  /** A graph that keeps its history for as long as the page is open; a value that is not known leaves a gap. */
  class Graph {
    constructor(label) {
      this.values = [];
      this.root = make("div", undefined, "graph");
      const head = make("div");
      this.now = make("b");
      head.append(make("span", label), this.now);
      this.svg = document.createElementNS(SVG, "svg");
      this.svg.setAttribute("viewBox", "0 0 300 100");
      this.svg.setAttribute("preserveAspectRatio", "none");
      this.svg.setAttribute("role", "img");
      this.area = document.createElementNS(SVG, "path");
      this.area.setAttribute("class", "area");
      this.curve = document.createElementNS(SVG, "path");
      this.curve.setAttribute("class", "curve");
      this.svg.append(this.area, this.curve);
      this.root.append(head, this.svg);
      this.label = label;
    }

    add(value, unit) {
      this.values.push(value);
      if (this.values.length > KEPT) this.values.shift();
      const text = number(value) + (unit && value !== null ? " " + unit : "");
      this.now.textContent = text;
      this.svg.setAttribute("aria-label", this.label + ": " + text);
      this.draw();
    }

    draw() {
      const known = this.values.filter(value => value !== null);
      const top = Math.max(...known, 0);
      const bottom = Math.min(...known, 0);
      const span = top - bottom || 1;
      const shown = Math.max(SHOWN_AT_LEAST, this.values.length);
      const step = 300 / (shown - 1);
      const start = shown - this.values.length;
      const y = value => (96 - 92 * (value - bottom) / span).toFixed(1);
      let curve = "";
      let area = "";
      let from = null;
      this.values.forEach((value, index) => {
        const x = ((start + index) * step).toFixed(1);
        if (value === null) {
          from = null;
          return;
        }
        curve += (from === null ? "M" : "L") + x + " " + y(value);
        if (from !== null) area += `M${from[0]} 100L${from[0]} ${from[1]}L${x} ${y(value)}L${x} 100Z`;
        from = [x, y(value)];
      });
      this.curve.setAttribute("d", curve);
      this.area.setAttribute("d", area);
    }
  }

  class Panel {
    constructor(id) {
      this.id = id;
      this.graphs = new Map();
      this.title = make("h2");
      this.failure = make("p", undefined, "failed");
      this.figures = make("div", undefined, "figures");
      this.series = make("div", undefined, "series");
      this.tables = make("div");
      this.actions = make("div", undefined, "actions");
      this.shownActions = "";
      this.shownTables = "";
      this.root = make("section");
      this.root.id = "panel-" + id;
      this.root.append(this.title, this.failure, this.figures, this.series, this.tables, this.actions);
      main.append(this.root);
    }

    show(view, admin) {
      this.title.textContent = view.title;
      this.failure.textContent = view.failure || "";
      this.failure.hidden = !view.failure;
      this.showFigures(view.figures || []);
      this.showSeries(view.series || []);
      this.showTables(view.tables || []);
      this.showActions(admin ? view.actions || [] : []);
    }

    showFigures(figures) {
      this.figures.replaceChildren(...figures.map(figure => {
        const shown = make("div", undefined, "figure " + figure.level);
        shown.append(make("b", figure.value), make("span", figure.label));
        return shown;
      }));
      this.figures.hidden = figures.length === 0;
    }

    showSeries(series) {
      const now = new Set(series.map(one => one.label));
      for (const [label, graph] of this.graphs) {
        if (!now.has(label)) {
          graph.root.remove();
          this.graphs.delete(label);
        }
      }
      for (const one of series) {
        let graph = this.graphs.get(one.label);
        if (!graph) {
          graph = new Graph(one.label);
          this.graphs.set(one.label, graph);
          this.series.append(graph.root);
        }
        graph.add(one.value, one.unit);
      }
      this.series.hidden = series.length === 0;
    }

    // Left alone when nothing changed, so that text can be selected and a scroll position stays.
    showTables(tables) {
      const key = JSON.stringify(tables);
      if (key === this.shownTables) return;
      this.shownTables = key;
      const scrolled = [...this.tables.querySelectorAll(".scroll")].map(box => [box.scrollLeft, box.scrollTop]);
      this.tables.replaceChildren(...tables.flatMap(table => {
        const shown = make("table");
        const head = shown.createTHead().insertRow();
        table.columns.forEach(column => {
          const cell = make("th", column);
          cell.scope = "col";
          head.append(cell);
        });
        const body = shown.createTBody();
        table.rows.forEach(row => {
          const line = body.insertRow();
          row.forEach(text => { line.insertCell().textContent = text; });
        });
        if (table.rows.length === 0) {
          const cell = body.insertRow().insertCell();
          cell.colSpan = table.columns.length;
          cell.textContent = "none";
        }
        const scroll = make("div", undefined, "scroll");
        scroll.append(shown);
        return [make("h3", table.title), scroll];
      }));
      this.tables.querySelectorAll(".scroll").forEach((box, index) => {
        if (scrolled[index]) [box.scrollLeft, box.scrollTop] = scrolled[index];
      });
      this.tables.hidden = tables.length === 0;
    }

    showActions(actions) {
      const key = JSON.stringify(actions);
      if (key === this.shownActions) return;
      this.shownActions = key;
      this.actions.replaceChildren(...actions.map(action => {
        const button = make("button", action.label);
        button.type = "button";
        button.addEventListener("click", () => act(this.id, action, button));
        return button;
      }));
      this.actions.hidden = actions.length === 0;
    }
  }

  async function act(panel, action, button) {
    if (!confirm(action.label + "?")) return;
    button.disabled = true;
    try {
      const body = new URLSearchParams({ panel, action: action.name });
      for (const [name, value] of Object.entries(action.parameters)) body.append("p." + name, value);
      const response = await fetch(base + "/action", { method: "POST", headers: { "X-Headroom-Csrf": token }, body });
      const answer = await response.json();
      say(answer.message);
    } catch (e) {
      say("It is not known whether this was done: " + e.message);
    } finally {
      button.disabled = false;
    }
  }

  async function look() {
    try {
      if (document.hidden) return;
      const response = await fetch(base + "/data", { cache: "no-store", signal: AbortSignal.timeout(10000) });
      if (!response.ok) throw new Error("status " + response.status);
      const data = await response.json();
      token = data.token;
      const seen = new Set();
      for (const view of data.panels) {
        seen.add(view.id);
        if (!panels.has(view.id)) panels.set(view.id, new Panel(view.id));
        panels.get(view.id).show(view, data.admin);
      }
      for (const [id, panel] of panels) {
        if (!seen.has(id)) {
          panel.root.remove();
          panels.delete(id);
        }
      }
      state.className = "live";
      state.textContent = "live" + (data.admin ? ", with actions" : ", read only");
    } catch (e) {
      state.className = "lost";
      state.textContent = "no answer, what is shown is old (" + e.message + ")";
    } finally {
      setTimeout(look, EVERY);
    }
  }

  look();
})();
