/**
 * All that pages do in a browser beyond what HTML does; each page is whole without it. It asks nobody for anything: the policy of
 * the pages would not let it.
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
  for (const place of document.querySelectorAll('[data-opens]')) countDown(place);
  for (const place of document.querySelectorAll('[data-zone]')) ownTime(place);
  if (document.querySelector('.agenda')) takePlace();
  for (const place of document.querySelectorAll('[data-shows]')) keepPlace(place);
})();
