import { expect, it } from 'vitest';
import { textOfHtml } from '../../lib/text/plain_text.ts';

it.each([
  ['', ''],
  ['Bonjour', 'Bonjour'],
  [
    '<p>Peut-on\n commencer <b>plus</b> tard&nbsp;?</p><p>Zoë &amp; Yann &lt;3</p>',
    'Peut-on commencer plus tard\u00a0?\n\nZoë & Yann <3',
  ],
  ['un<br>deux<BR/>trois', 'un\ndeux\ntrois'],
  ['<div>un</div><div>deux</div>', 'un\n\ndeux'],
  ['<ul><li>a</li><li>b</li></ul>', 'a\n\nb'],
  ['<table><tr><td>9 h</td><td>salle</td></tr></table>', '9 h salle'],
  [
    '<!DOCTYPE html><html><head><title>t</title><STYLE>p{color:red}</style></head><body><!-- <p>no</p> --><script>1<2</script>oui</body></html>',
    'oui',
  ],
  ['1 < 2 et 3 > 2', '1 < 2 et 3 > 2'],
  ['a<style>b', 'a'],
  ['a<!-- b', 'a'],
])('%s', (html, text) => {
  expect(textOfHtml(html)).toBe(text);
});

it.each(['<', '<a', '<!--', '<style>', '<p>', '&#', '< ', '\n ', '<b><!--'])(
  'takes no time for %j again and again',
  (piece) => {
    const html = piece.repeat(Math.ceil(262_144 / piece.length));
    const before = process.cpuUsage();
    textOfHtml(html);
    const { user } = process.cpuUsage(before);
    expect(user / 1e6).toBeLessThan(1);
  },
);
