
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // Details of a mention, on hover and on keyboard focus, from its row in the evidence table.
  const tip = document.getElementById("tip");
  let shown = null;
  let timer = 0;

  const describe = (mark) => {
    const row = document.getElementById(mark.dataset.row);
    const list = document.createElement("dl");
    for (const cell of row.querySelectorAll("[data-key]")) {
      if (!cell.textContent.trim()) continue;
      const term = document.createElement("dt");
      term.textContent = cell.dataset.key;
      const value = document.createElement("dd");
      value.append(...[...cell.childNodes].map((node) => node.cloneNode(true)));
      list.append(term, value);
    }
    return list;
  };
  const place = (mark) => {
    const box = (mark.getClientRects()[0] || mark.getBoundingClientRect());
    const { width, height } = tip.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, root.clientWidth - width - 8));
    const below = box.bottom + 8 + height <= root.clientHeight;
    tip.style.left = `${left}px`;
    tip.style.top = `${below ? box.bottom + 8 : Math.max(8, box.top - 8 - height)}px`;
  };
  const off = (type) => {
    const box = document.getElementById(`show-${type}`);
    return box !== null && !box.checked;
  };
  const show = (mark) => {
    clearTimeout(timer);
    if (shown === mark || mark.classList.contains("weak")) return;
    hide();
    if (all("input[id^=show-]").some((box) => off(box.id.slice(5)) && mark.classList.contains(box.id.slice(5)))) return;
    shown = mark;
    const lists = [];
    for (let m = mark; m; m = m.parentElement.closest(".m")) lists.push(describe(m));
    tip.replaceChildren(...lists);
    for (const element of [mark, ...all("[title]", mark)]) {
      if (!element.title) continue;
      element.dataset.title = element.title;
      element.removeAttribute("title");
    }
    (mark.querySelector("a") || mark).setAttribute("aria-describedby", "tip");
    tip.hidden = false;
    place(mark);
  };
  const hide = () => {
    clearTimeout(timer);
    if (!shown) return;
    for (const element of [shown, ...all("[data-title]", shown)]) {
      if (element.dataset.title) element.title = element.dataset.title;
    }
    (shown.querySelector("a") || shown).removeAttribute("aria-describedby");
    tip.hidden = true;
    shown = null;
  };
  const hideSoon = () => { clearTimeout(timer); timer = setTimeout(hide, 200); };
  const markOf = (target) => (target instanceof Element ? target.closest(".m") : null);

  document.addEventListener("mouseover", (event) => {
    const mark = markOf(event.target);
    if (mark) show(mark);
    else if (tip.contains(event.target)) clearTimeout(timer);
    else if (shown) hideSoon();
  });
  document.addEventListener("focusin", (event) => {
    const mark = markOf(event.target);
    if (mark) show(mark);
    else if (!tip.contains(event.target)) hide();
  });
  // Without a pointer that can hover, the first tap shows the details and the second follows the link.
  let tappedBefore = false;
  document.addEventListener("pointerdown", (event) => {
    tappedBefore = shown !== null && markOf(event.target) === shown;
  });
  document.addEventListener("click", (event) => {
    if (markOf(event.target) && !tappedBefore && matchMedia("(hover: none)").matches) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  // The keyboard's focus scrolls the page by itself: the details follow their mention.
  addEventListener("scroll", (event) => {
    if (event.target !== document) return;
    if (shown && shown.contains(document.activeElement)) place(shown);
    else hide();
  }, { passive: true, capture: true });

  // Sorting: each column's heading becomes a button.
  const key = (row, column, numeric) => {
    const text = row.cells[column].textContent.trim();
    if (!numeric) return text.toLowerCase();
    const number = parseFloat(text);
    return Number.isNaN(number) ? -Infinity : number;
  };
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const sort = (table, heading) => {
    const up = heading.getAttribute("aria-sort") === "ascending"
      || (!heading.hasAttribute("aria-sort") && "number" in heading.dataset);
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", up ? "descending" : "ascending");
    const numeric = "number" in heading.dataset;
    const rows = [...table.tBodies[0].rows].map((row) => [key(row, heading.cellIndex, numeric), row]);
    rows.sort(([a], [b]) => (up ? compare(b, a) : compare(a, b)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  };
  for (const heading of all(".sortable thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
  }
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("thead button") : null;
    if (button) sort(button.closest("table"), button.closest("th"));
  });

  // Filters: a search over papers and the tables of all of them, a concept, a least score. What
  // they look at is collected when first needed.
  const field = document.getElementById("q");
  const hits = document.getElementById("hits");
  const nothing = document.getElementById("nothing");
  const least = document.getElementById("least");
  const chosen = document.getElementById("chosen");
  let concept = "";
  let index = null;
  const collect = () => [
    ...all("article.paper").map((element) => ({ element, paper: true, entry: document.querySelector(`[data-paper="${element.id}"]`) })),
    ...all(".searchable tbody tr").map((element) => ({ element, paper: false, entry: null })),
  ].map((item) => ({
    ...item,
    text: item.element.textContent.toLowerCase().replace(/\s+/g, " "),
    concepts: new Set(item.paper ? all("mark[data-concept]", item.element).map((m) => m.dataset.concept) : []),
  }));
  const search = () => {
    index ??= collect();
    const wanted = field.value.trim().toLowerCase().replace(/\s+/g, " ");
    let count = 0;
    for (const { element, paper, entry, text, concepts } of index) {
      const found = text.includes(wanted) && (!paper || !concept || concepts.has(concept));
      element.hidden = !found;
      if (entry) entry.hidden = !found;
      if (paper && found) count += 1;
    }
    const papers = index.filter((item) => item.paper).length;
    hits.textContent = wanted || concept ? `${count} of ${papers} papers` : "";
    nothing.hidden = !(wanted || concept) || count > 0;
  };
  const choose = (curie, name) => {
    hide();
    concept = curie;
    chosen.hidden = !curie;
    chosen.querySelector("b").textContent = name;
    for (const mark of all("mark.same")) mark.classList.remove("same");
    for (const mark of all("mark[data-concept]")) if (mark.dataset.concept === curie) mark.classList.add("same");
    search();
  };
  const weigh = () => {
    hide();
    document.getElementById("least-value").textContent = least.value;
    for (const element of all("[data-score]")) {
      element.classList.toggle("weak", parseFloat(element.dataset.score || "0") < parseFloat(least.value));
    }
  };
  let pause = 0;
  const soon = (action) => () => { clearTimeout(pause); pause = setTimeout(action, 120); };
  field.addEventListener("input", soon(search));
  least.addEventListener("input", soon(weigh));
  chosen.querySelector("button").addEventListener("click", () => { choose("", ""); field.focus(); });
  for (const row of all("tr[data-concept]")) {
    const name = row.querySelector("th");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pick";
    button.title = "Show only the papers with this concept";
    button.append(...name.childNodes);
    name.append(button);
  }
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button.pick") : null;
    if (!button) return;
    choose(button.closest("tr").dataset.concept, button.textContent);
    document.getElementById("main").focus();
    document.querySelector("article.paper:not([hidden])")?.scrollIntoView();
  });
  document.querySelector(".bar").addEventListener("submit", (event) => { event.preventDefault(); search(); });
  document.querySelector(".bar").addEventListener("change", hide);

  // The paper in view is marked in the list.
  const entries = new Map(all(".papers a").map((a) => [a.getAttribute("href").slice(1), a]));
  const seen = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) {
      const entry = entries.get(target.id);
      if (isIntersecting) entry.setAttribute("aria-current", "true");
      else entry.removeAttribute("aria-current");
    }
  }, { rootMargin: "-30% 0px -65% 0px" });
  for (const article of all("article.paper")) seen.observe(article);
})();
