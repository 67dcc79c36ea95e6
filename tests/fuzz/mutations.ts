/** Ways to change a message: some that must not matter, some that spoil it, and any others, by its structure or byte by byte. */
import type { Chance } from '../crash/chance.ts';

/** A change of a message. Messages are Latin-1 strings here: one character a byte. */
export type Change = (raw: string, chance: Chance) => string;

/** Changes by their names. */
export type Changes = Readonly<Record<string, Change>>;

/** Changes the calendar parts, unfolded, whether they are in base64, quoted-printable or stand as they are. */
function inCalendars(change: (calendar: string, chance: Chance) => string): Change {
  return (raw, chance) => {
    const changed = (calendar: string): string => change(calendar.replace(/\r?\n[ \t]/g, ''), chance);
    const inClear = (text: string): string => text.replace(/BEGIN:VCALENDAR[\s\S]*?END:VCALENDAR/g, changed);
    const blocks = raw.split(/(\r?\n\r?\n)/);
    return blocks
      .map((block, at) => {
        const isQuoted = /^Content-Transfer-Encoding: *quoted-printable/im.test(blocks[at - 2] ?? '');
        return isQuoted ? quoted(inClear(unquoted(block))) : inClear(inBase64(block, changed));
      })
      .join('');
  };
}

/** The bytes that quoted-printable stands for (RFC 2045 section 6.7), and back. */
function unquoted(text: string): string {
  return text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

function quoted(text: string): string {
  return text.replace(/[=\x80-\xff]/g, (sign) => `=${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Changes a block that is a calendar in base64, up to the first line that is none; leaves any other. */
function inBase64(block: string, changed: (calendar: string) => string): string {
  const lines = block.split('\n');
  const end = lines.findIndex((line) => !/^[A-Za-z0-9+/]{4,76}={0,2}\r?$/.test(line));
  const coded = end < 0 ? lines : lines.slice(0, end);
  const text = Buffer.from(coded.join(''), 'base64').toString('latin1');
  if (!text.startsWith('BEGIN:VCALENDAR')) return block;
  const encoded = Buffer.from(changed(text), 'latin1').toString('base64').replace(/.{76}/g, '$&\r\n');
  return [`${encoded}\r`, ...lines.slice(coded.length)].join('\n');
}

/** Replaces in the calendar parts. */
function replaced(pattern: RegExp, by: string): Change {
  return inCalendars((calendar) => calendar.replace(pattern, by));
}

function withField(field: string): Change {
  return (raw) => `${field}\r\n${raw}`;
}

/** Puts lines into each event. */
function withLines(lines: string): Change {
  return replaced(/^BEGIN:VEVENT/gm, `BEGIN:VEVENT\r\n${lines}`);
}

/** What a reader must not mind. */
export const HARMLESS: Changes = {
  'nothing changed': (raw) => raw,
  'lines that end in LF': (raw) => raw.replace(/\r\n/g, '\n'),
  'the line of an mbox': (raw) => `From someone@example.net  Thu Nov 26 12:00:00 2026\n${raw}`,
  'a field nobody knows': withField(`X-Odd: ${'a b '.repeat(60)}`),
  'a person wrote it': withField('Auto-Submitted: no'),
  'short lines': inCalendars((calendar) => calendar.replace(/^.{30}(?=.)/gm, '$&\r\n ')),
  'long lines': inCalendars((calendar) => calendar),
  'names in small letters': inCalendars((calendar) =>
    calendar.replace(/^[A-Z-]+(?=[;:])/gm, (name) => name.toLowerCase()),
  ),
  'a property nobody knows': withLines('X-ODD;A=b;C="d;e:f":g\\,h'),
  'a parameter nobody knows': replaced(/^ATTENDEE/gm, 'ATTENDEE;X-ODD="a;b:c"'),
  'garbage between the lines': withLines('this is no property\r\n\x01\x02'),
  'a clock that is ahead': replaced(/^DTSTAMP:\d{4}/gm, 'DTSTAMP:2099'),
  'a rule that never ends': withLines('RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31'),
  'an alarm': replaced(
    /^END:VEVENT/gm,
    'BEGIN:VALARM\r\nACTION:DISPLAY\r\nUID:other\r\nATTENDEE:mailto:a@b.test\r\nEND:VALARM\r\nEND:VEVENT',
  ),
};

/** What makes an answer none, or none to this. */
export const SPOILING: Changes = {
  'another UID': replaced(/^(UID:.{12})./gm, '$1x'),
  'a UID of nobody': replaced(/^UID:.*/gm, 'UID:1@meet.example.org'),
  'no UID': replaced(/^UID:.*\r?\n/gm, ''),
  'a time that was changed since': inCalendars((calendar) =>
    calendar.replace(/^SEQUENCE:.*/gm, 'SEQUENCE:0').replace(/^(DTSTART[^:]*:)\d{8}/gm, '$120260101'),
  ),
  'an occurrence that is none': withLines('RECURRENCE-ID:20260101T100000Z'),
  'no METHOD': replaced(/^METHOD:.*\r?\n/gm, ''),
  'a task': replaced(/VEVENT/g, 'VTODO'),
  'an alarm alone': replaced(/VEVENT/g, 'VALARM'),
  'no answer yet': replaced(/PARTSTAT=\w+/g, 'PARTSTAT=NEEDS-ACTION'),
  'sent on to somebody else': replaced(/PARTSTAT=\w+/g, 'PARTSTAT=DELEGATED'),
  'an answer nobody knows': replaced(/PARTSTAT=\w+/g, 'PARTSTAT=PERHAPS'),
  'an answer in another parameter': replaced(/PARTSTAT=/g, 'X-PARTSTAT='),
  'no attendee': replaced(/^ATTENDEE.*\r?\n/gm, ''),
  'a part beyond all bounds': withLines(`X-LONG:${'x'.repeat(300_000)}`),
  'out of office': withField('Auto-Submitted: auto-replied'),
  'from a list': withField('Precedence: list'),
  'a newsletter': withField('List-Unsubscribe: <https://news.example.com/>'),
  'no calendar any more': (raw) => raw.replace(/text\/calendar|application\/ics|\.ics/gi, 'text/x-odd'),
  ...Object.fromEntries(
    ['REQUEST', 'PUBLISH', 'CANCEL', 'ADD', 'REFRESH', 'DECLINECOUNTER', 'ODD'].map((method) => [
      `METHOD:${method}`,
      replaced(/^METHOD:.*/gm, `METHOD:${method}`),
    ]),
  ),
};

/** A place in a text. */
function place(text: string, chance: Chance): number {
  return Math.floor(chance.between(0, text.length + 1));
}

/** Lines, some of them changed. */
function atLine(change: (lines: string[], at: number, chance: Chance) => void): Change {
  return (raw, chance) => {
    const lines = raw.split('\n');
    change(lines, Math.floor(chance.between(0, lines.length)), chance);
    return lines.join('\n');
  };
}

const ODD_VALUES = [
  '',
  ':',
  '"',
  '\0',
  '\r',
  '\xff\xfe',
  '=?UTF-8?B?////?=',
  '=?x?Q?=?=',
  '%00%ff',
  '-1',
  '99999999999999999999999',
  '20261399T999999Z',
  '9'.repeat(5000),
  'a@'.repeat(500),
  ';X="a'.repeat(300),
  '<'.repeat(1000),
  '('.repeat(2000),
  'mailto:alice.martin@example.org',
];

/** Changes of the structure, whatever becomes of it. */
export const STRUCTURAL: Changes = {
  'a line less': atLine((lines, at) => lines.splice(at, 1)),
  'a line twice': atLine((lines, at) => lines.splice(at, 0, lines[at] ?? '')),
  'a line elsewhere': atLine((lines, at, chance) =>
    lines.splice(at, 0, ...lines.splice(place(lines.join(), chance) % lines.length, 1)),
  ),
  'an odd value': atLine((lines, at, chance) => {
    lines[at] = (lines[at] ?? '').replace(/([:=]).*/, `$1${chance.one(ODD_VALUES)}\r`);
  }),
  'an odd value in a calendar': inCalendars((calendar, chance) => {
    const lines = calendar.split('\r\n');
    const at = Math.floor(chance.between(0, lines.length));
    lines[at] = (lines[at] ?? '').replace(/([:=;]).*/, () => `:${chance.one(ODD_VALUES)}`);
    return lines.join('\r\n');
  }),
  'a calendar line less': inCalendars((calendar, chance) => {
    const lines = calendar.split('\r\n');
    lines.splice(Math.floor(chance.between(0, lines.length)), 1);
    return lines.join('\r\n');
  }),
  'an empty line': atLine((lines, at) => lines.splice(at, 0, '\r')),
  'cut off': (raw, chance) => raw.slice(0, place(raw, chance)),
  'a head without end': (raw) => raw.replace(/\r?\n\r?\n/g, '\r\n'),
  'many parts': (raw, chance) => {
    const boundary = /boundary="?([^"\r\n]+)/.exec(raw)?.[1] ?? 'x';
    return raw.replace(/\r\n--/, `\r\n${`--${boundary}\r\n\r\n\r\n`.repeat(chance.one([10, 300, 3000]) ?? 1)}--`);
  },
  'many lines': (raw, chance) => {
    const at = place(raw, chance);
    return `${raw.slice(0, at)}${'\r\n'.repeat(chance.one([100, 60_000, 400_000]) ?? 1)}${raw.slice(at)}`;
  },
  'deep parts': (raw, chance) => {
    const deep = chance.one([5, 30, 200]) ?? 1;
    const open = Array.from(
      { length: deep },
      (_, at) => `--d${at}\r\nContent-Type: multipart/mixed; boundary=d${at + 1}\r\n\r\n`,
    );
    return `Content-Type: multipart/mixed; boundary=d0\r\n\r\n${open.join('')}--d${deep}\r\n${raw}`;
  },
  'many events': inCalendars((calendar, chance) =>
    calendar.replace(/BEGIN:VEVENT[\s\S]*END:VEVENT/, (event) => `${event}\r\n`.repeat(chance.one([2, 50, 200]) ?? 1)),
  ),
  'many attendees': withLines('ATTENDEE;PARTSTAT=DECLINED:mailto:nobody@example.test\r\n'.repeat(150).trim()),
  'another encoding': (raw, chance) =>
    raw.replace(
      /(Content-Transfer-Encoding: )\w+/gi,
      `$1${chance.one(['base64', 'quoted-printable', '7bit', 'x-uuencode', 'binary'])}`,
    ),
  'another charset': (raw, chance) =>
    raw.replace(/charset="?[\w-]+"?/gi, `charset=${chance.one(['utf-16', 'iso-2022-jp', 'x-unknown', 'utf-7', '"'])}`),
  'another boundary': (raw) => raw.replace(/boundary="/, 'boundary="x'),
};

/** Changes of bytes, wherever they are. */
export const BYTEWISE: Changes = {
  'some bytes': (raw, chance) => {
    const bytes = [...raw];
    for (let left = chance.between(1, 20); left > 0; left -= 1) {
      bytes[place(raw, chance)] = String.fromCharCode(Math.floor(chance.between(0, 256)));
    }
    return bytes.join('');
  },
  'a bit': (raw, chance) => {
    const at = place(raw, chance);
    const flipped = raw.charCodeAt(at) ^ (1 << Math.floor(chance.between(0, 8)));
    return Number.isNaN(raw.charCodeAt(at)) ? raw : raw.slice(0, at) + String.fromCharCode(flipped) + raw.slice(at + 1);
  },
  'a piece less': (raw, chance) => {
    const at = place(raw, chance);
    return raw.slice(0, at) + raw.slice(at + Math.floor(chance.between(1, 200)));
  },
  'a piece twice': (raw, chance) => {
    const at = place(raw, chance);
    const piece = raw.slice(at, at + Math.floor(chance.between(1, 400)));
    return raw.slice(0, at) + piece.repeat(chance.one([2, 3, 50]) ?? 2) + raw.slice(at);
  },
  'noise put in': (raw, chance) => {
    const at = place(raw, chance);
    const noise = Array.from({ length: Math.floor(chance.between(1, 100)) }, () => Math.floor(chance.between(0, 256)));
    return raw.slice(0, at) + String.fromCharCode(...noise) + raw.slice(at);
  },
};
