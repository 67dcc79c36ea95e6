/** install.sh --front-page: whose page Jitsi's front page is, said before anything changes, and remembered. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { APACHE, withMain } from './apache_shapes.ts';
import { CAS, DOMAIN, type JitsiTree, jitsiTree } from './jitsi_tree.ts';

const LOCATIONS = 'etc/jitsi/meet/jaas/jitsi-jmb.conf';
const SITE = `etc/nginx/sites-available/${DOMAIN}.conf`;
let tree: JitsiTree;

beforeEach(() => {
  tree = jitsiTree();
});

afterEach(() => tree.remove());

const said = (...words: string[]): string => /^Front page +(.*)/m.exec(tree.install(...words).said)?.[1] ?? '';

it('is JMB’s where nothing else is said, Jitsi’s where that is, also at the next run', () => {
  expect(said(...CAS, '--dry-run')).toBe('jmb: / leads to the list of meetings');
  expect(said(...CAS)).toBe('jmb: / leads to the list of meetings');
  expect(tree.read(LOCATIONS)).toContain('return 302 /close.cgi?front;');
  expect(said('--front-page', 'jitsi')).toBe('jitsi: / stays as it is');
  expect(tree.read(LOCATIONS)).not.toContain('close.cgi?front');
  expect(tree.install().said).toContain('Nothing to change');
  expect(said('--front-page=jmb')).toContain('jmb');
  expect(tree.read(LOCATIONS)).toContain('close.cgi?front');
});

it('is one of two', () => {
  const before = tree.snapshot();
  const { status, said } = tree.install(...CAS, '--front-page', 'mine');
  expect(said).toContain('--front-page takes jmb or jitsi, not "mine"');
  expect(status).toBe(1);
  expect(tree.snapshot()).toEqual(before);
});

it('stays what the site says itself', () => {
  tree.put(SITE, tree.read(SITE).replace('server {', '$& location = / { return 302 https://www.example.org/; }'));
  expect(said(...CAS)).toBe('as the site says itself');
  expect(tree.read(LOCATIONS)).not.toContain('close.cgi?front');
});

it('is defined for Apache where that is the front, and nowhere else', () => {
  tree.install(...CAS);
  expect(tree.read('etc/apache2/sites-available/jitsi-jmb.conf')).not.toContain('JMB_FRONT_PAGE');
  for (const [path, text] of Object.entries(withMain(APACHE['as packaged'] ?? {}))) tree.put(path, text);
  expect(said('--front', 'apache')).toContain('jmb');
  expect(tree.read('etc/apache2/jitsi-jmb/site.conf')).toContain('Define JMB_FRONT_PAGE\n');
  expect(said('--front-page', 'jitsi')).toContain('jitsi');
  expect(tree.read('etc/apache2/jitsi-jmb/site.conf')).not.toContain('JMB_FRONT_PAGE');
});

it('leads from the front page of its own domain alone where Jitsi is set up for several', () => {
  tree.put('etc/jitsi/meet/other.example.org-config.js', '');
  expect(said(...CAS, '--domain', DOMAIN)).toContain('jmb');
  expect(tree.read(LOCATIONS)).toContain(`if ($jmb_asked = ${DOMAIN}/) {`);
});
