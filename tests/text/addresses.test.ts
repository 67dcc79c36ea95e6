import { describe, expect, test } from 'vitest';
import { domainMatches, isAddress, parseLists, splitAddresses } from '../../lib/text/addresses.ts';

describe('splitAddresses', () => {
  test('costs no more than its length, whatever the form holds', () => {
    const huge = [
      `a@${'é'.repeat(116_000)}.fr`,
      `a@${'é.'.repeat(58_000)}fr`,
      `${'é@'.repeat(58_000)}`,
      `<${'ü'.repeat(116_000)}>`,
    ];
    for (const text of huge) {
      const began = performance.now();
      expect(splitAddresses(text).addresses).toEqual([]);
      expect(performance.now() - began).toBeLessThan(50);
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
    expect(splitAddresses(typed)).toEqual({ addresses, bad: [] });
  });

  test('what is no address is given back as it was typed', () => {
    expect(splitAddresses('good@b.org Nobody two@@b.org a@b .x@b.org')).toEqual({
      addresses: ['good@b.org'],
      bad: ['Nobody', 'two@@b.org', 'a@b', '.x@b.org'],
    });
  });

  test.each([
    ['Martin, Alice <a@b.org>', ['Martin']],
    ['bob@ Alice <a@b.org>', ['bob@']],
    ['Alice <> <a@b.org>', ['<>']],
    ['<a@b.org> <a @b.org>', ['a @b.org']],
    ['a@b.org "Bob', ['"', 'Bob']],
    ['Carol <c@d.org a@b.org', ['Carol', '<']],
    ['a@b.org élodie@b.org \u212ab@b.org', ['élodie@b.org', '\u212ab@b.org']],
    ['a@b.org x@é..fr x@é.fr/y x@é.fr:25', ['x@é..fr', 'x@é.fr/y', 'x@é.fr:25']],
  ])('%j: the rest is not lost in silence', (typed, bad) => {
    const list = splitAddresses(typed);
    expect(list.bad).toEqual(bad);
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
      expect(splitAddresses(typed.join(''))).toEqual({ addresses: wanted, bad: [] });
    }
  });

  test('a long text of brackets takes no time', () => {
    const began = performance.now();
    splitAddresses('<'.repeat(100_000) + ' "'.repeat(50_000));
    splitAddresses('a '.repeat(100_000));
    splitAddresses('"a'.repeat(60_000));
    splitAddresses(`a${' '.repeat(200_000)}b`);
    splitAddresses('<a@b.org> "\n'.repeat(20_000));
    expect(performance.now() - began).toBeLessThan(2000);
  });
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
