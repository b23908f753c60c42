// Runs once when the page is there. Buttons in our own HTML say in data-do what they do; the rest is told to Python.
// Nothing is fetched, and no text of a document is ever made into HTML here.

const passedOn = {
  cite: "click", closest: "click", all: "click", up: "like", down: "like", ask: "submit", open: "select", remove: "delete",
  retry: "retry", undo: "undo",
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  const { do: what, ...data } = button.dataset;
  if (what === "copy") copy(button);
  else if (passedOn[what]) trigger(passedOn[what], { what, ...data });
});

async function copy(button) {
  const text = button.dataset.text;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not a safe context, such as another machine's plain http: the old way still works there.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const word = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = word; }, 1500);
}

function behaviour() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

window.citebound = {
  // To the passage that was asked for, beside the chat; on a narrow screen the box itself comes into view.
  toMark() {
    const text = document.querySelector(".cb-sources-box .cb-document");
    const mark = text?.dataset.at && text.querySelector(text.dataset.at);
    const box = document.querySelector(".cb-sources-box");
    if (innerWidth <= 720 && box) box.scrollIntoView({ behavior: behaviour(), block: "start" });
    if (mark) text.scrollTop = mark.offsetTop - text.clientHeight / 3;
  },
  save(payload) {
    const { name, type, text } = JSON.parse(payload);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  },
};

// The newest exchange stays in view when the conversation grows.
let height = 0;
new MutationObserver(() => {
  const scroller = document.querySelector(".cb-scroll");
  if (!scroller || scroller.scrollHeight === height) return;
  const exchanges = scroller.querySelectorAll(".cb-exchange");
  if (scroller.scrollHeight > height && exchanges.length) {
    // To its end, or to its beginning where it is longer than the window.
    const begin = exchanges[exchanges.length - 1].getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    const end = scroller.scrollHeight - scroller.clientHeight;
    scroller.scrollTo({ top: Math.min(end, scroller.scrollTop + begin - 14), behavior: behaviour() });
  }
  height = scroller.scrollHeight;
}).observe(document.body, { childList: true, subtree: true });
