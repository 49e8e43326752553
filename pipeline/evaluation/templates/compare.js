
"use strict";
(() => {
  document.documentElement.classList.add("js");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const form = document.querySelector(".bar");
  const system = document.getElementById("system");
  const faulty = document.getElementById("faulty");
  const hits = document.getElementById("hits");
  const nothing = document.getElementById("nothing");
  const articles = all("article.paper");
  const chosen = (name) => new Set(all(`input[name=${name}]:checked`, form).map((box) => box.value));

  // What is switched off keeps its place in the text but is no longer highlighted or listed.
  const filter = () => {
    const types = chosen("type");
    const classes = chosen("class");
    const wanted = ({ dataset }) => types.has(dataset.type) && (!("class" in dataset) || classes.has(dataset.class));
    let documents = 0;
    let errors = 0;
    for (const article of articles) {
      let here = 0;
      for (const row of all("tbody tr", article)) {
        row.hidden = !wanted(row);
        if (!row.hidden) here += 1;
      }
      for (const mark of all(".m", article)) mark.classList.toggle("off", !wanted(mark));
      for (const table of all(".scroll", article)) table.hidden = here === 0;
      article.hidden = (system !== null && system.value !== "" && system.value !== article.dataset.system)
        || (faulty.checked && here === 0);
      if (!article.hidden) {
        documents += 1;
        errors += here;
      }
    }
    hits.textContent = `${documents} of ${articles.length} documents, ${errors} places with errors`;
    nothing.hidden = documents > 0 || articles.length === 0;
  };
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
})();
