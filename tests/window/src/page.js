// What a person sees on the page, found by what it is and what it is called.

const ROLES = {
    button: "button, [role=button]",
    link: "a[href]",
    tab: "[role=tab]",
    radio: "input[type=radio], [role=radio]",
    switch: "[role=switch], input[type=checkbox]",
    textbox: "input:not([type=checkbox]):not([type=radio]), textarea",
    heading: "h1, h2, h3, h4, h5, h6, [role=heading]",
    dialog: "dialog, [role=dialog]",
    image: "img, [role=img]",
    any: "*",
};

const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();

const isSeen = (element) => element.getClientRects().length > 0 && element.checkVisibility({ visibilityProperty: true });

function nameOf(element) {
    const labels = (element.getAttribute("aria-labelledby") ?? "")
        .split(" ")
        .map((id) => id && document.getElementById(id)?.textContent)
        .filter(Boolean);
    const own = [...(element.labels ?? [])].map((label) => label.textContent);
    return tidy(
        element.getAttribute("aria-label") || labels.join(" ") || own.join(" ") || element.innerText || element.textContent,
    );
}

// The element of a role whose name is the given one, or else the first whose name holds it.
function find({ role, name }) {
    const all = [...document.querySelectorAll(ROLES[role])].filter(isSeen);
    return all.find((element) => nameOf(element) === name) ?? all.find((element) => nameOf(element).includes(name));
}

const sees = (text) => tidy(document.body.innerText).includes(text);

// Calls back with what `look` finds, as soon as it finds something.
function until(look, done) {
    const observer = new MutationObserver(check);
    // What is typed into a field changes no element, nor does a layout that settles.
    const timer = setInterval(check, 100);
    function check() {
        const found = look();
        if (!found) return;
        observer.disconnect();
        clearInterval(timer);
        done(found);
    }
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    check();
}

// Calls back once everything that was changed so far has been painted.
const painted = (done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(true))));
