/**
 * All that pages do in a browser beyond what HTML does; each page is whole without it. It asks nobody but this service, and of
 * that only who may be meant by a name: the policy of all other pages would not let it.
 */
(() => {
  const language = document.documentElement.lang;
  // Days before months, and elsewhere no comma after the weekday: as our own texts have it.
  const locale = language === 'en' ? 'en-GB' : language;

  /** The server's clock in milliseconds: the reader's own may be wrong. */
  function serverClock(unixNow) {
    const ahead = unixNow * 1000 - Date.now();
    return () => Date.now() + ahead;
  }

  /** Seconds as `2 d 3 h`, `3 h 12 min` or `12 min 05 s`; as lib/pages/room_waiting.ts writes them. */
  function leftWords(seconds, [day, hour, minute, second]) {
    const two = (value) => String(value).padStart(2, '0');
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    const days = Math.floor(hours / 24);
    if (days > 0) return `${days}\u00a0${day} ${hours % 24}\u00a0${hour}`;
    if (hours > 0) return `${hours}\u00a0${hour} ${two(minutes % 60)}\u00a0${minute}`;
    return `${minutes}\u00a0${minute} ${two(seconds % 60)}\u00a0${second}`;
  }

  /** Counts down to the opening, then asks for the page again, which now leads in: sooner than `Refresh` after a sleep. */
  function countDown(place) {
    const { opens, now, units } = place.dataset;
    const clock = serverClock(Number(now));
    const words = units.split(' ');
    const timer = setInterval(tick, 500);
    function tick() {
      const left = Math.ceil((Number(opens) * 1000 - clock()) / 1000);
      const text = leftWords(Math.max(0, left), words);
      if (place.textContent !== text) place.textContent = text;
      if (left > 0) return;
      clearInterval(timer);
      location.reload();
    }
    tick();
  }

  /** Says a time by the reader's own clock, where that shows another than the house's. */
  function ownTime(place) {
    const { begin, end, zone: house, oneDay, twoDays } = place.dataset;
    const [from, to] = [new Date(begin * 1000), new Date(end * 1000)];
    const write = (date, timeZone, parts) => {
      const text = new Intl.DateTimeFormat(locale, { timeZone, ...parts }).format(date);
      return language === 'fr' ? text.replace(' 1 ', ' 1er ') : text.replace(',', '');
    };
    const day = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' };
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
    const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const differs = (date) => write(date, own, { ...day, ...time }) !== write(date, house, { ...day, ...time });
    if (!own || !(differs(from) || differs(to))) return;
    const values = {
      date: write(from, own, day),
      begin: write(from, own, time),
      end: write(to, own, time),
      lastDate: write(to, own, day),
      zone: own.replace(/_/g, ' '),
    };
    const text = values.date === values.lastDate ? oneDay : twoDays;
    place.textContent = text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
    place.hidden = false;
  }

  /** What can have the focus, by what it does: the page that follows is another one. */
  function nameOf(one) {
    const meeting = one.closest('.meeting');
    const does = one.getAttribute('href') ?? one.form?.getAttribute('action') ?? one.localName;
    return `${one.id} ${meeting?.id ?? ''} ${does} ${one.value ?? ''}`;
  }

  /** A part of the list that a meeting may leave: from one to the other it would take the reader along. */
  const partOf = (meeting) => meeting.closest('section')?.getAttribute('aria-labelledby');

  /** Where the reader is: the meetings in sight, what has the focus, what is unfolded, what was typed. */
  function placeNow() {
    const inSight = [...document.querySelectorAll('.meeting')].filter((one) => {
      const { top, bottom } = one.getBoundingClientRect();
      return bottom > top && bottom > 0 && top < innerHeight;
    });
    const search = document.querySelector('#q');
    return {
      kept: Date.now(),
      scrolled: scrollY,
      meetings: inSight.map((one) => [one.id, partOf(one), one.getBoundingClientRect().top]),
      focus: document.activeElement === document.body ? '' : nameOf(document.activeElement),
      open: document.querySelector('details')?.open === true,
      typed: search?.value ?? '',
      selected: [search?.selectionStart ?? 0, search?.selectionEnd ?? 0],
    };
  }

  /** Goes there again. */
  function goTo({ scrolled, meetings, focus, open, typed, selected }) {
    const details = document.querySelector('details');
    if (details && open) details.open = true;
    const search = document.querySelector('#q');
    if (search && typed !== '') search.value = typed;
    const focused = [...document.querySelectorAll('a, button, input, summary, .meeting')].find(
      (one) => nameOf(one) === focus,
    );
    focused?.focus({ preventScroll: true });
    if (search && focused === search) search.setSelectionRange(...selected);
    if (scrolled === 0) return;
    const still = meetings.find(([id, part]) => {
      const one = document.getElementById(id);
      return one && partOf(one) === part;
    });
    const moved = still ? document.getElementById(still[0]).getBoundingClientRect().top - still[2] : scrolled - scrollY;
    scrollBy({ top: moved, behavior: 'instant' });
  }

  /** The list is asked for again (`Refresh`) when a way in shows: the reader stays where they are. */
  function keepPlace(place) {
    const { shows, now } = place.dataset;
    const clock = serverClock(Number(now));
    const isTime = () => clock() >= Number(shows) * 1000 - 1500;
    addEventListener('pagehide', () => {
      if (isTime()) sessionStorage.setItem('jmb-place', JSON.stringify(placeNow()));
    });
    // After a sleep the browser may count on where it was.
    const timer = setInterval(() => {
      if (clock() < Number(shows) * 1000 + 3000) return;
      clearInterval(timer);
      location.replace('booking.cgi?list');
    }, 1000);
  }

  /** Where the reader was a moment ago, when the list was asked for again. */
  function takePlace() {
    const kept = sessionStorage.getItem('jmb-place');
    if (kept === null) return;
    sessionStorage.removeItem('jmb-place');
    const place = JSON.parse(kept);
    if (Date.now() - place.kept < 10_000) goTo(place);
  }

  /** A button that copies a field, and says so; where the browser keeps the clipboard for itself the text is at least selected. */
  function copies(button) {
    const field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener('click', async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        if (!document.execCommand('copy')) return;
      }
      button.nextElementSibling.textContent = button.dataset.done;
    });
  }

  for (const place of document.querySelectorAll('[data-copy]')) copies(place);
  function make(name, attributes, ...children) {
    const one = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    one.append(...children);
    return one;
  }

  /** The people of a list as it was typed or pasted: the server reads each of them, as lib/text/people_list.ts says. */
  function peopleIn(text) {
    const parts = (sign) => text.match(new RegExp(`(?:"[^"\\n]*"|[^${sign}])+`, 'g')) ?? [];
    const oneOf = /^[^,@<"]+,[^,@<"]+<[^<>]+>\s*$/;
    const joined = /[;\n]/.test(text) || oneOf.test(text);
    return (joined ? parts(';\\n') : parts(','))
      .flatMap((part) => part.replace(/(>|@[^\s,<>"]{1,253})\s*,/g, '$1\n').split('\n'))
      .map((part) => part.replace(/^[\s,]+|[\s,]+$/g, ''))
      .filter((part) => part !== '')
      .flatMap((part) => {
        const words = part.split(/\s+/);
        return words.every((word) => /^[^<"@]*@/.test(word)) ? words : [part];
      });
  }

  /**
   * A field for people: names are completed while they are typed (the ARIA combobox with a list), and each person is a chip. The
   * text area stays, unseen, and is what is sent.
   */
  function completePeople(area) {
    const [one, many, none, added, removed, remove, silent, offers] = area.dataset.people.split('|');
    const { id, form } = area;
    const chips = make('ul', { class: 'chips', role: 'list' });
    const input = make('input', { id, type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: 'false' });
    const list = make('ul', { id: `${id}-list`, class: 'options', role: 'listbox', 'aria-label': offers });
    const live = make('p', { class: 'hidden', role: 'status' });
    for (const name of ['aria-describedby', 'aria-invalid']) {
      if (area.hasAttribute(name)) input.setAttribute(name, area.getAttribute(name));
    }
    for (const [name, value] of [
      ['autocomplete', 'list'],
      ['controls', list.id],
      ['required', area.required],
    ]) {
      input.setAttribute(`aria-${name}`, value);
    }
    area.removeAttribute('id');
    area.className = 'hidden';
    area.tabIndex = -1;
    area.setAttribute('aria-hidden', 'true');
    area.before(make('div', { class: 'people-box' }, chips, input, list), live);
    const odd = [...area.parentElement.querySelectorAll('mark')].map((mark) => mark.textContent);
    let people = [];
    let found = [];
    let active = -1;
    let timer;
    let asking;

    const say = (text, values = {}) => {
      live.textContent = text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
    };
    const nameOf = (person) => /^"?(.*?)"?\s*<[^<>]*>$/.exec(person)?.[1] || person;

    function show() {
      area.value = people.join(';\n');
      area.dispatchEvent(new Event('change', { bubbles: true }));
      chips.replaceChildren(
        ...people.map((person, at) => {
          const name = nameOf(person);
          const button = make('button', { type: 'button', 'aria-label': remove.replace('{name}', name) }, '×');
          button.addEventListener('click', () => take(at));
          return make(
            'li',
            { title: person, class: person.includes('@') && !odd.includes(person) ? '' : 'open' },
            name,
            button,
          );
        }),
      );
    }

    function add(text) {
      const more = peopleIn(text).filter((person) => !people.includes(person));
      people.push(...more);
      input.value = '';
      close();
      show();
      if (more.length > 0) say(added, { name: more.map(nameOf).join(', ') });
    }

    function take(at) {
      const [person] = people.splice(at, 1);
      show();
      input.focus();
      say(removed, { name: nameOf(person) });
    }

    function close() {
      clearTimeout(timer);
      asking?.abort();
      found = [];
      suggest();
    }

    /** Shows who was found; what is no whole address is completed by the first of them. */
    function suggest() {
      active = found.length > 0 && !input.value.includes('@') ? 0 : -1;
      list.replaceChildren(
        ...found.map(({ name, email }, at) => {
          const option = make('li', { id: `${list.id}-${at}`, role: 'option' }, name, ' ', make('span', {}, email));
          option.addEventListener('click', () => choose(at));
          return option;
        }),
      );
      list.hidden = found.length === 0;
      input.setAttribute('aria-expanded', String(found.length > 0));
      mark();
    }

    function mark() {
      for (const [at, option] of [...list.children].entries())
        option.setAttribute('aria-selected', String(at === active));
      list.children[active]?.scrollIntoView({ block: 'nearest' });
      input.setAttribute('aria-activedescendant', list.children[active]?.id ?? '');
    }

    function choose(at) {
      const { name, email } = found[at];
      add(`"${name.replace(/["\\]/g, '')}" <${email}>`);
    }

    async function ask() {
      const text = input.value.trim();
      asking?.abort();
      asking = new AbortController();
      const { signal } = asking;
      try {
        const answer = await fetch(`booking.cgi?people=${encodeURIComponent(text)}`, { signal });
        const isList = answer.headers.get('content-type')?.startsWith('application/json');
        const all = isList ? await answer.json() : [];
        if (signal.aborted) return;
        found = all.filter(({ email }) => !people.some((person) => person.includes(email)));
        suggest();
        if (!answer.ok) say(silent);
        else say(found.length === 0 ? none : found.length === 1 ? one : many, { count: found.length });
      } catch {
        // A newer question took its place, or nobody answers: what is typed is sent as it is.
      }
    }

    input.addEventListener('input', () => {
      const { value } = input;
      clearTimeout(timer);
      if (/;$/.test(value) || (/,$/.test(value) && value.includes('@'))) add(value);
      else if (value.trim().length > 1) timer = setTimeout(ask, 150);
      else close();
    });
    input.addEventListener('paste', (event) => {
      const text = event.clipboardData.getData('text');
      if (!text.includes('@') && !/[;\n]/.test(text)) return;
      event.preventDefault();
      add(input.value + text);
    });
    input.addEventListener('keydown', (event) => {
      const { key } = event;
      if (event.isComposing) return;
      if ((key === 'ArrowDown' || key === 'ArrowUp') && found.length > 0) {
        const last = found.length - 1;
        active = key === 'ArrowDown' ? (active < last ? active + 1 : 0) : active > 0 ? active - 1 : last;
        mark();
      } else if (key === 'Enter') {
        // It never sends the form, from which everyone gets a mail.
        if (active >= 0) choose(active);
        else if (input.value.trim() !== '') add(input.value);
      } else if (key === 'Escape') {
        if (found.length === 0) input.value = '';
        close();
      } else if (key === 'Backspace' && input.value === '' && people.length > 0) take(people.length - 1);
      else return;
      event.preventDefault();
    });
    input.addEventListener('blur', () => (input.value.includes('@') ? add(input.value) : close()));
    // The list is chosen from before the input is left.
    list.addEventListener('mousedown', (event) => event.preventDefault());
    area.addEventListener('input', () => {
      people = peopleIn(area.value);
      show();
    });
    form.addEventListener('submit', () => {
      if (input.value.trim() !== '') add(input.value);
    });
    people = peopleIn(area.value);
    if (people.length > 0) show();
    close();
    // The browser may be about to, and would complain of another who has the focus by then.
    if (document.activeElement === area) input.focus();
    else if (area.autofocus) area.addEventListener('focus', () => input.focus(), { once: true });
  }

  /** Says who is taken then while one books: the server answers with the form again, of which this part is shown. */
  function tellsBusy(place) {
    const form = document.getElementById('booking');
    // The button that does it where no script runs.
    place.nextElementSibling.remove();
    let timer;
    let asking;
    async function ask() {
      asking?.abort();
      asking = new AbortController();
      const body = new URLSearchParams(new FormData(form));
      body.set('conf_live', '1');
      try {
        const answer = await fetch('booking.cgi?busy', { method: 'POST', body, signal: asking.signal });
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        place.replaceChildren(...(page.getElementById('busy')?.childNodes ?? []));
      } catch {
        // A newer question took its place, or nobody answers: saving does not depend on it.
      }
    }
    form.addEventListener('change', () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 250);
    });
    place.addEventListener('click', (event) => {
      const { date, time } = event.target.dataset;
      if (!date) return;
      event.preventDefault();
      form.elements.conf_date.value = date;
      form.elements.conf_time.value = time;
      form.elements.conf_time.focus();
      ask();
    });
  }

  for (const area of document.querySelectorAll('[data-people]')) completePeople(area);
  for (const place of document.querySelectorAll('#busy')) tellsBusy(place);
  for (const place of document.querySelectorAll('[data-opens]')) countDown(place);
  for (const place of document.querySelectorAll('[data-zone]')) ownTime(place);
  if (document.querySelector('.agenda')) takePlace();
  for (const place of document.querySelectorAll('[data-shows]')) keepPlace(place);
})();
