/* Entry of a plate by keyboard: type a Cq, Enter goes to the next well; N nothing detected, X void, Z takes the last one back; arrows move; a pasted
   column fills downwards. Each well is sent as it is typed, with the revision it was typed over: the same sent again changes nothing, and a well that
   another tab changed comes back with both values. Without this script the page offers a plain form for each column. */
(function () {
  "use strict";
  var box = document.querySelector("[data-plate]");
  if (!box) { return; }
  var words = box.dataset;
  var entry = box.querySelector("[data-entry]"), field = box.querySelector("[data-value]"), said = box.querySelector("[data-said]");
  var cells = {}, order = [], here = null, undone = [], waiting = {}, sending = null, tries = 0, timer = null;

  box.querySelectorAll("td[data-well]").forEach(function (td) { cells[td.dataset.well] = td; order.push(td.dataset.well); });
  function column(well) { return parseInt(well.replace(/^[A-P]+/, ""), 10); }
  order.sort(function (a, b) { return column(a) - column(b) || (a < b ? -1 : 1); });

  /* what is shown */
  box.querySelectorAll("[data-show]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      box.dataset.view = link.dataset.show;
      box.querySelectorAll("[data-show]").forEach(function (each) { each.toggleAttribute("aria-current", each === link); });
      if (here) { go(here); }
    });
  });
  function ic() { return box.dataset.view === "ic"; }
  function key(well, isIc) { return well + (isIc ? "/ic" : ""); }
  function standing(well, isIc) { return cells[well].dataset[isIc ? "ic" : "text"]; }
  function shown(well, isIc) {
    var typed = waiting[key(well, isIc)] || (sending && sending[key(well, isIc)]);
    return typed ? typed.text : standing(well, isIc);
  }
  /* What was refused stays to be read; that something is being saved must not wipe it away. */
  var refused = false;
  function report(text, kind) { if (!refused) { tell(text, kind); } }
  function tell(text, kind) { refused = kind === "no"; if (said) { said.textContent = text; said.className = "said " + (kind || ""); } }

  function go(well, quietly) {
    if (!cells[well]) { return; }
    here = well;
    var label = cells[well].dataset.label, isControl = cells[well].dataset.control === "yes";
    order.forEach(function (name) {
      cells[name].classList.toggle("at", name === well);
      cells[name].classList.toggle("same", !isControl && cells[name].dataset.label === label);
    });
    cells[well].scrollIntoView({ block: "nearest", inline: "nearest" });
    if (!entry) { return; }
    box.querySelector("[data-here]").textContent = well;
    box.querySelector("[data-name]").textContent = label + (ic() ? " · IC" : "");
    box.querySelector("[data-place]").textContent = cells[well].dataset.rep + "/" + cells[well].dataset.of;
    field.value = "";
    field.placeholder = shown(well, ic()) || "";
    field.removeAttribute("aria-invalid");
    if (!quietly) { field.focus({ preventScroll: true }); }
  }
  function step(by) {
    var at = order.indexOf(here) + by;
    if (order[at]) { go(order[at]); }
  }
  function beside(rows, columns) {
    var row = here.charCodeAt(0) + rows, at = column(here) + columns;
    while (row >= 65 && row <= 80 && at >= 1 && at <= 24) {
      var name = String.fromCharCode(row) + at;
      if (cells[name]) { go(name); return; }
      row += rows; at += columns;
    }
  }

  /* what is typed */
  var NONE = /^(n|无|無|无\s*c[qt]|undetermined|undet\.?|no\s*c[qt])$/i, VOID = /^(x|废|废孔)$/i, NUMBER = /^[0-9]{1,4}(\.[0-9]{1,12})?$/;
  function plain(text) { return text.normalize("NFKC").replace(/\s+/g, " ").trim(); }
  function read(text) {
    var word = plain(text);
    if (word === "") { return ""; }
    if (NONE.test(word)) { return words.wordNone; }
    if (VOID.test(word)) { return words.wordVoid; }
    return NUMBER.test(word) && Number(word) > 0 ? word : null;
  }
  function put(well, text, isIc) {
    var name = key(well, isIc);
    var before = shown(well, isIc);
    undone.push({ well: well, ic: isIc, text: before });
    hold(well, text, isIc);
    return name;
  }
  function hold(well, text, isIc) {
    waiting[key(well, isIc)] = { well: well, text: text, ic: isIc, seen: Number(cells[well].dataset[isIc ? "icSeen" : "seen"]) };
    var mark = cells[well].querySelector(isIc ? "b.v-ic" : "b.v-target");
    mark.textContent = text || "•";
    cells[well].classList.add("unsaved");
    cells[well].classList.remove("wrong");
    soon(120);
  }
  function commit() {
    var text = field.value;
    if (plain(text) === "") { return true; }
    var value = read(text);
    if (value === null) {
      field.setAttribute("aria-invalid", "true");
      cells[here].classList.add("wrong");
      tell("“" + text.slice(0, 20) + "”：" + words.refused, "no");
      return false;
    }
    put(here, value, ic());
    tell("");
    return true;
  }
  function set(text) { put(here, text, ic()); tell(""); step(1); }
  /* N and X take a well at once; a letter right behind one means that it began a word: ND must never stand as N. */
  var quick = "";
  function unquick() {
    var letter = quick;
    undo();
    field.value = letter;
  }
  function undo() {
    var last = undone.pop();
    if (!last) { return; }
    go(last.well);
    hold(last.well, last.text, last.ic);
    field.placeholder = last.text;
  }

  if (entry && words.open === "yes") {
    entry.hidden = false;
    var other = box.querySelector("[data-plain]");
    if (other) { other.hidden = true; }
    entry.addEventListener("submit", function (event) { event.preventDefault(); });
    field.addEventListener("keydown", function (event) {
      if (event.isComposing) { return; }
      var single = /^[a-z]$/i.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (quick && single && !/^[nxz]$/i.test(event.key) && field.value === "") { unquick(); }
      if (event.key !== "Shift") { quick = ""; }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        if (commit()) { whenSaved(function () { var form = document.querySelector("[data-submit-run]"); if (form) { form.requestSubmit(); } }); }
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) { return; }
      var moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      if (event.key === "Enter") { event.preventDefault(); if (commit()) { step(event.shiftKey ? -1 : 1); } }
      else if (moves[event.key]) { event.preventDefault(); if (commit()) { beside(moves[event.key][0], moves[event.key][1]); } }
      else if (/^[nxz]$/i.test(event.key) && read(field.value) !== null && !/[^0-9.\s]/.test(plain(field.value))) {
        event.preventDefault();
        if (/z/i.test(event.key)) { undo(); } else { set(/n/i.test(event.key) ? words.wordNone : words.wordVoid); quick = event.key; }
      } else if (event.key === "Delete" && field.value === "") { event.preventDefault(); put(here, "", ic()); field.placeholder = ""; }
      else if (event.key === "Escape") { field.value = ""; field.removeAttribute("aria-invalid"); cells[here].classList.remove("wrong"); tell(""); }
    });
    field.addEventListener("paste", function (event) {
      var text = (event.clipboardData || window.clipboardData).getData("text");
      if (!/[\n\t]/.test(text.trim())) { return; }
      event.preventDefault();
      paste(text);
    });
    entry.querySelectorAll("[data-key]").forEach(function (button) {
      button.addEventListener("click", function () {
        if (button.dataset.key === "undo") { undo(); } else { set(button.dataset.key === "none" ? words.wordNone : words.wordVoid); }
        field.focus();
      });
    });
    window.addEventListener("beforeunload", function (event) {
      if (sending || Object.keys(waiting).length) { event.preventDefault(); event.returnValue = words.leave; }
    });
  }
  /* A pasted block lies on the plate as it lay in the sheet: lines go down, tabs go right. One unknown word and nothing is taken. */
  function paste(text) {
    var rows = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map(function (line) { return line.split("\t"); });
    var found = [], top = here.charCodeAt(0), left = column(here);
    var bad = null;
    rows.forEach(function (values, down) {
      values.forEach(function (value, right) {
        var name = String.fromCharCode(top + down) + (left + right);
        if (plain(value) === "" || !cells[name]) { return; }
        var reading = read(value);
        if (reading === null) { bad = bad || { name: name, value: value }; } else { found.push([name, reading]); }
      });
    });
    if (bad) {
      cells[bad.name].classList.add("wrong");
      tell(bad.name + " “" + bad.value.slice(0, 20) + "”：" + words.refused, "no");
      return;
    }
    found.forEach(function (pair) { put(pair[0], pair[1], ic()); });
    if (found.length) { go(found[found.length - 1][0]); step(1); }
  }
  box.addEventListener("click", function (event) {
    var td = event.target.closest("td[data-well]");
    if (!td) { return; }
    event.preventDefault();
    if (entry && words.open === "yes") { if (field.value && !commit()) { return; } }
    go(td.dataset.well);
    if (words.open === "yes") { ask(); } else { location.search = "?well=" + td.dataset.well; }
  });

  /* what is saved */
  var calls = [];
  function whenSaved(call) { calls.push(call); soon(0); }
  function soon(wait) { clearTimeout(timer); timer = setTimeout(send, wait); }
  function token() { var field_ = entry.querySelector("[name=csrf_token]"); return field_ ? field_.value : ""; }
  function ask() { soon(120); }
  function send() {
    if (sending) { return; }
    var names = Object.keys(waiting);
    if (!names.length && !here) { return; }
    sending = waiting;
    waiting = {};
    var body = new URLSearchParams({ csrf_token: token(), at: here || "", wells: JSON.stringify(names.map(function (name) { return sending[name]; })) });
    if (names.length) { report(words.saving); }
    fetch(words.save, { method: "POST", body: body, credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) {
        return answer.json().then(function (told) { return { status: answer.status, told: told }; });
      })
      .then(function (answer) { tries = 0; heard(answer.status, answer.told, names.length); })
      .catch(function () {
        /* no answer, or none that can be read: the same is sent again, and means the same */
        tries += 1;
        Object.keys(sending).forEach(function (name) { if (!waiting[name]) { waiting[name] = sending[name]; } });
        sending = null;
        report(words.notSaved, "wait");
        soon(Math.min(15000, 500 * tries));
      });
  }
  function heard(status, told, many) {
    var sent = sending;
    sending = null;
    if (status === 200) {
      /* What was typed over one's own value while that was on its way is typed over what stands now. */
      Object.keys(sent).forEach(function (name) {
        var one = sent[name], now = told.cells[one.well];
        if (waiting[name] && now && now[one.ic ? "ic" : "text"] === one.text) { waiting[name].seen = now[one.ic ? "icSeen" : "seen"]; }
      });
      draw(told);
      var grey = Object.keys(sent).map(function (name) { return sent[name].well; }).filter(function (well) { return cells[well].dataset.kind === "grey"; });
      if (grey.length) { report(grey[0] + "：" + words.grey, "wait"); } else if (many) { report(words.saved); }
    } else if (status === 422 && told.fields) {
      Object.keys(sent).forEach(function (name) {
        var one = sent[name];
        if (told.fields[one.well]) {
          revert(one);
          cells[one.well].classList.add("wrong");
        } else if (!waiting[name]) { waiting[name] = one; }
      });
      var first = Object.keys(told.fields)[0];
      tell(first + " “" + (sent[key(first, false)] || sent[key(first, true)] || { text: "" }).text + "”：" + told.fields[first], "no");
    } else if (status === 409 && told.clashes) {
      told.clashes.forEach(function (one) { cells[one.well].dataset[one.ic ? "icSeen" : "seen"] = one.seen; });
      Object.keys(sent).forEach(function (name) {
        var mine = told.clashes.some(function (one) { return key(one.well, one.ic) === name; });
        if (!mine && !waiting[name]) { waiting[name] = sent[name]; }
      });
      choose(told.clashes);
      tell(told.sentence, "no");
    } else {
      Object.keys(sent).forEach(function (name) { revert(sent[name]); });
      tell(told.sentence || words.notSaved, "no");
      calls = [];
    }
    if (Object.keys(waiting).length) { soon(0); return; }
    if (status === 200) { calls.splice(0).forEach(function (call) { call(); }); } else { calls = []; }
  }
  function revert(one) {
    cells[one.well].classList.remove("unsaved");
    cells[one.well].querySelector(one.ic ? "b.v-ic" : "b.v-target").textContent = standing(one.well, one.ic) || "•";
  }
  function draw(told) {
    Object.keys(told.cells).forEach(function (well) {
      var td = cells[well], now = told.cells[well];
      if (!td) { return; }
      td.className = td.className.replace(/\bk-\w+/, "k-" + now.kind);
      td.dataset.kind = now.kind;
      td.dataset.text = now.text; td.dataset.ic = now.ic; td.dataset.seen = now.seen; td.dataset.icSeen = now.icSeen;
      td.querySelector("i").textContent = now.mark;
      if (!waiting[key(well, false)]) { td.querySelector("b.v-target").textContent = now.text || "•"; }
      if (!waiting[key(well, true)]) { td.querySelector("b.v-ic").textContent = now.ic || "•"; }
      td.classList.toggle("unsaved", Boolean(waiting[key(well, false)] || waiting[key(well, true)]));
    });
    Object.keys(told.counts).forEach(function (kind) {
      var count = box.querySelector("[data-count=" + kind + "]");
      if (count) { count.textContent = told.counts[kind]; if (kind === "control_bad") { count.parentNode.hidden = !told.counts[kind]; } }
    });
    ["entered", "total"].forEach(function (name) {
      var out = document.querySelector("[data-" + name + "]");
      if (out) { out.textContent = told[name]; }
    });
    var side = document.querySelector("[data-side]");
    if (side) { side.innerHTML = told.side; }
  }
  function choose(clashes) {
    var list = box.querySelector("[data-clashes]"), ul = document.createElement("ul");
    list.replaceChildren(ul);
    clashes.forEach(function (one) {
      var li = document.createElement("li"), text = document.createElement("b");
      text.textContent = one.well + (one.ic ? " IC" : "");
      li.append(text);
      [[words.theirs, one.theirs, false], [words.mine, one.yours, true]].forEach(function (way) {
        var button = document.createElement("button");
        button.type = "button"; button.className = "btn"; button.textContent = way[0] + "：" + (way[1] || words.empty);
        button.addEventListener("click", function () {
          if (way[2]) { hold(one.well, one.yours, one.ic); } else { cells[one.well].dataset[one.ic ? "ic" : "text"] = one.theirs; revert(one); ask(); }
          li.remove();
          if (!ul.children.length) { list.hidden = true; field.focus(); }
        });
        li.append(button);
      });
      ul.append(li);
    });
    list.hidden = false;
  }

  if (words.at) { go(words.at, words.open !== "yes"); }
})();
