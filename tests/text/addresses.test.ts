import { describe, expect, test } from 'vitest';
import { domainMatches, isAddress, parseLists, splitAddresses } from '../../lib/text/addresses.ts';
import { mailboxText, personName } from '../../lib/text/people_list.ts';
import { processorTime } from '../support/processor_time.ts';

describe('splitAddresses', () => {
  test('costs no more than its length, whatever the form holds', () => {
    const huge = [
      `a@${'é'.repeat(116_000)}.fr`,
      `a@${'é.'.repeat(58_000)}fr`,
      `${'é@'.repeat(58_000)}`,
      `<${'ü'.repeat(116_000)}>`,
    ];
    for (const text of huge) {
      const began = processorTime();
      expect(splitAddresses(text).addresses).toEqual([]);
      expect(processorTime() - began).toBeLessThan(50);
    }
  });

  test.each([
    ['a@b.org c@d.org', ['a@b.org', 'c@d.org']],
    ['A@B.org,\n\tc@d.org ; e@f.org\r\n', ['a@b.org', 'c@d.org', 'e@f.org']],
    ['a@b.org A@B.ORG', ['a@b.org']],
    ['Alice Martin <alice@b.org>, Bob <bob@b.org>', ['alice@b.org', 'bob@b.org']],
    ['"Martin, Alice" <alice@b.org>; bob@b.org', ['alice@b.org', 'bob@b.org']],
    ['Élodie <e.l+x@sous.domaine.fr>', ['e.l+x@sous.domaine.fr']],
    ['mailto:a@b.org <MAILTO:c@d.org>', ['a@b.org', 'c@d.org']],
    ['alice@b.org <alice@b.org>', ['alice@b.org']],
    ['"alice@b.org" <a@b.org>', ['a@b.org']],
    ["'alice@b.org' <alice@b.org>; 'bob@b.org'", ['alice@b.org', 'bob@b.org']],
    ['"alice@b.org"', ['alice@b.org']],
    ['a@b.org Bob <c@d.org> e@f.org', ['a@b.org', 'c@d.org', 'e@f.org']],
    ['Bob <c@d.org> Carol < e@f.org >', ['c@d.org', 'e@f.org']],
    ["o'neill@b.org", ["o'neill@b.org"]],
    ['a@b.org\u00a0;\u202fc@d.org', ['a@b.org', 'c@d.org']],
    ['\ufeffa@b.org\u200b, \u202ac@d.org\u202c', ['a@b.org', 'c@d.org']],
    ['bob@Université.fr', ['bob@xn--universit-j4a.fr']],
    ['', []],
    [' ,;\n ', []],
  ])('%j', (typed, addresses) => {
    expect(splitAddresses(typed)).toMatchObject({ addresses, bad: [] });
  });

  test('what is no address is given back as it was typed', () => {
    const typed = 'good@b.org Nobody  At All two@@b.org\n a@b .x@b.org';
    const { addresses, bad } = splitAddresses(typed);
    expect(addresses).toEqual(['good@b.org']);
    expect(bad.map(({ text }) => text)).toEqual(['Nobody  At All', 'two@@b.org', 'a@b', '.x@b.org']);
    for (const { text, at, end } of bad) expect(typed.slice(at, end)).toBe(text);
  });

  test.each([
    ['Martin, Alice <a@b.org>, c@d.org', ['Martin']],
    ['Durand, Martin, Alice <a@b.org>', ['Durand', 'Martin']],
    ['bob@ Alice <a@b.org>', ['bob@']],
    ['Alice <> <a@b.org>', ['<>']],
    ['<a@b.org> <a @b.org>', ['a @b.org']],
    ['a@b.org "Bob', ['"Bob']],
    ['Carol <c@d.org a@b.org', ['Carol <']],
    ['a@b.org élodie@b.org \u212ab@b.org', ['élodie@b.org', '\u212ab@b.org']],
    ['a@b.org x@é..fr x@é.fr/y x@é.fr:25', ['x@é..fr', 'x@é.fr/y', 'x@é.fr:25']],
  ])('%j: the rest is not lost in silence', (typed, bad) => {
    const list = splitAddresses(typed);
    expect(list.bad.map(({ text }) => text)).toEqual(bad);
    expect(list.addresses).toContain('a@b.org');
  });

  test('whatever the separators and names, the addresses are found in their order', () => {
    const separators = [',', ';', '\n', '\r\n', ' , ', ';\t', ',\n'];
    const forms = [
      (address: string) => address,
      (address: string) => address.toUpperCase(),
      (address: string) => `<${address}>`,
      (address: string) => `Anne-Marie d’Été <${address}>`,
      (address: string) => `"Été, Anne; <x@y.org>" <${address}>`,
    ];
    let seed = 1;
    const next = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 500; round += 1) {
      const wanted = Array.from({ length: 1 + next(8) }, (_, at) => `p${at}.x${next(99)}@d${next(9)}.example.org`);
      const typed = wanted.map(
        (one) => forms[next(forms.length)]?.(one) + (separators[next(separators.length)] ?? ','),
      );
      expect(splitAddresses(typed.join(''))).toMatchObject({ addresses: wanted, bad: [] });
    }
  });

  test('a long text of brackets takes no time', () => {
    const began = processorTime();
    splitAddresses('<'.repeat(100_000) + ' "'.repeat(50_000));
    splitAddresses('a '.repeat(100_000));
    splitAddresses('"a'.repeat(60_000));
    splitAddresses(`a${' '.repeat(200_000)}b`);
    splitAddresses('<a@b.org> "\n'.repeat(20_000));
    splitAddresses('"\\'.repeat(10_000));
    splitAddresses(`${'a,'.repeat(20_000)}<a@b.org>;`);
    splitAddresses(`${' ,'.repeat(20_000)}<a@b.org>;`);
    splitAddresses('\ta@b.org'.repeat(10_000));
    expect(processorTime() - began).toBeLessThan(3000);
  });
});

/** The people of a list as `[address, name]`. */
const people = (typed: string): [string, string][] => {
  const { addresses, names, bad } = splitAddresses(typed);
  expect(bad).toEqual([]);
  return addresses.map((address) => [address, names.get(address) ?? '']);
};

describe('lists as programs paste them', () => {
  const HANS: [string, string] = ['hans@b.org', 'Müller, Hans'];
  const BOB: [string, string] = ['bob@d.org', 'Durand, Bob (DSI)'];

  test.each([
    ['Outlook', 'Müller, Hans <hans@b.org>; Durand, Bob (DSI) <bob@d.org>'],
    ['Outlook, with a semicolon at the end', 'Müller, Hans <hans@b.org>;\r\nDurand, Bob (DSI) <bob@d.org>;\r\n'],
    ['Outlook, with apostrophes', "'Müller, Hans' <hans@b.org>; 'Durand, Bob (DSI)' <bob@d.org>"],
    ['Outlook, from a message', 'Müller, Hans <mailto:hans@b.org>; Durand, Bob (DSI) <mailto:bob@d.org>'],
    ['an email of ours', 'Müller, Hans (hans@b.org)\nDurand, Bob (DSI) (bob@d.org)'],
    ['a line each', 'Müller, Hans <hans@b.org>\nDurand, Bob (DSI) <bob@d.org>'],
    ['Thunderbird', '"Müller, Hans" <hans@b.org>, "Durand, Bob (DSI)" <bob@d.org>'],
    ['Gmail', '"Müller, Hans" <hans@b.org>,\n"Durand, Bob (DSI)" <bob@d.org>,'],
    ['Excel, name and address', 'Müller, Hans\thans@b.org\r\nDurand, Bob (DSI)\tbob@d.org\r\n'],
    ['Excel, address and name', 'hans@b.org\tMüller, Hans\t01 02 03\nbob@d.org\tDurand, Bob (DSI)\t\n'],
    ['Excel, with headings', 'Nom\tCourriel\nMüller, Hans\thans@b.org\nDurand, Bob (DSI)\tbob@d.org'],
    ['a row with a mailbox in a cell', 'DSI\tMüller, Hans <hans@b.org>\n"Durand, Bob (DSI)"\tbob@d.org'],
  ])('%s', (_, typed) => {
    expect(people(typed)).toEqual([HANS, BOB]);
  });

  test('two cells are one name, and a cell without letters is none', () => {
    expect(people('12\tHans\tMüller\thans@b.org\t+33 1\n')).toEqual([['hans@b.org', 'Hans Müller']]);
  });

  test('thirty from Outlook, unquoted', () => {
    const wanted = Array.from({ length: 30 }, (_, at): [string, string] => [
      `p${at}@b.org`,
      `Né${at}, Zoé-${at} d’Été`,
    ]);
    expect(people(wanted.map(([address, name]) => `${name} <${address}>`).join('; '))).toEqual(wanted);
  });

  test('a name that says an address is none, and what a header would misread is no part of one', () => {
    expect(people('"boss@b.org" <a@b.org>')).toEqual([['a@b.org', '']]);
    expect(people('"Bob \\"Bobby\\" D\u202e" <a@b.org>')).toEqual([['a@b.org', 'Bob Bobby D']]);
    expect(people(`${'x'.repeat(150)} <a@b.org>`)[0]?.[1]).toHaveLength(100);
  });

  test('names of nobody yet: with semicolons a comma belongs to one, else it parts two', () => {
    const asked = (typed: string) => splitAddresses(typed).bad.map(({ text }) => text);
    expect(asked('Durand, inès.moreau')).toEqual(['Durand', 'inès.moreau']);
    expect(asked('Durand, Bob; Moreau')).toEqual(['Durand, Bob', 'Moreau']);
    expect(asked('Durand, "Moreau, Inès" <i@b.org>')).toEqual(['Durand']);
    expect(asked('Durand, "Moreau, Inès" <i@b.org>; Bob')).toEqual(['Durand', 'Bob']);
    expect(asked('Durand Bob\nHans\tMüller\n')).toEqual(['Durand Bob', 'Hans\tMüller']);
  });
});

test('whatever name is kept, a list that is written reads the same again', () => {
  const letters = [
    'a',
    'Z',
    'é',
    ' ',
    ',',
    ';',
    "'",
    '"',
    '<',
    '>',
    '(',
    ')',
    '\\',
    '@',
    '\t',
    '\n',
    '-',
    '.',
    '\u202e',
    '😀',
  ];
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 2000; round += 1) {
    const wanted = Array.from({ length: 1 + next(3) }, (_, at): [string, string] => {
      const typed = Array.from({ length: next(9) }, () => letters[next(letters.length)]).join('');
      return [`p${at}@b.org`, personName(typed)];
    });
    const written = wanted.map(([address, name]) => mailboxText(address, name));
    for (const separator of ['\n', ';\n', ', ']) expect(people(written.join(separator))).toEqual(wanted);
  }
});

test.each([
  'a@b',
  '@b.org',
  'a@',
  'a b@c.org',
  'a@b..org',
  'a@-b.org',
  'a@b-.org',
  'a..b@c.org',
  'a@b.org\n',
  'a@b.org,',
  '"a"@b.org',
  'a@[127.0.0.1]',
  'é@b.org',
  'a@é.org',
  `${'x'.repeat(65)}@b.org`,
  `a@${'b.'.repeat(126)}org`,
  'a@b.1',
])('%j is no address', (text) => {
  expect(isAddress(text)).toBe(false);
});

test('a domain is equal or not: no ending counts', () => {
  expect(domainMatches('x@example.org', 'example.org')).toBe(true);
  expect(domainMatches('X@Example.ORG', 'example.org')).toBe(true);
  expect(domainMatches('x@notexample.org', 'example.org')).toBe(false);
  expect(domainMatches('x@sub.example.org', 'example.org')).toBe(true);
  expect(domainMatches('x@Sub.Dept.example.org', 'Example.org')).toBe(true);
  expect(domainMatches('x@org', 'example.org')).toBe(false);
  expect(domainMatches('example.org', '')).toBe(false);
});

test('lists of subscribers: two addresses a line, everything else is passed over', () => {
  const lists = parseLists('Labo@b.org alice@b.org\n# comment\nlabo@b.org bob@b.org\r\nlabo@b.org\nx y z\n');
  expect([...lists]).toEqual([['labo@b.org', ['alice@b.org', 'bob@b.org']]]);
});
