/** --upgrade from the Bash version: what it did where its settings are silent, mistakes before anything is changed, and what lies beside them. */
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endsAlike } from '../../lib/install/plan_bash.ts';
import { readSettings, type Settings } from '../../lib/settings.ts';
import { CAS, clone, DOMAIN, type JitsiTree, jitsiTree } from './jitsi_tree.ts';

let tree: JitsiTree;
const LOCAL = 'opt/jitsi-jmb/etc/jmb_local.cf';
const MELLON = ['--auth', 'mellon', '--idp-metadata', 'IDP'];

beforeEach(() => {
  tree = jitsiTree();
  tree.put('opt/jitsi-jmb/cgi/booking.cgi', '#!/bin/bash\n', 0o755);
  tree.put(LOCAL, 'JMB_NAME="Visio"\nJMB_LDAPSEARCH="ldapsearch -x -H ldap://ldap -b dc=x"\n');
  mkdirSync(join(tree.root, 'var/www/jitsi-jmb'), { recursive: true });
});

afterEach(() => tree.remove());

function upgrade(...words: string[]): { said: string; settings: Settings } {
  const { status, said } = tree.install(...(words.length > 0 ? words : CAS), '--upgrade');
  expect(said).toContain('Done');
  expect(status).toBe(0);
  return { said, settings: readSettings(join(tree.root, 'opt/jitsi-jmb'), {}) };
}

describe('where jmb_local.cf is silent', () => {
  it('booking is for whom it was for, and the plan shows it', () => {
    const local = tree.read(LOCAL);
    const { said, settings } = upgrade();
    expect(settings).toMatchObject({
      JMB_MODULE_CHECK_EDITOR: 'editor_role-ldap',
      JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: expect.stringContaining('eduPersonAffiliation=employee'),
      JMB_MODULE_CHECK_MODERATOR: ['ldap-filter', 'private-room', 'booking'],
      JMB_REDIRECT_CLOSE: 'https://jitsi.org/',
      JMB_NAME: 'Visio',
      JMB_MAIL_DOMAIN: 'example.org',
      // Nobody was told that meetings are forgotten.
      JMB_KEEP_DAYS: 0,
    });
    expect(said).toContain('JMB_MODULE_CHECK_EDITOR="editor_role-ldap.sh"');
    expect(said).not.toContain('JMB_NAME="Jitsi Meet"');
    expect(tree.read(LOCAL)).toBe(local);
    // Also once nobody keeps the Bash version any more.
    rmSync(join(tree.root, 'opt/jitsi-jmb.bash'), { recursive: true });
    const once = tree.snapshot();
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.snapshot()).toEqual(once);
  });

  it('the defaults are those of its own jmb.cf, which is never run', () => {
    tree.put(
      'opt/jitsi-jmb/etc/jmb.cf',
      `JMB_PATH="/opt/jitsi-jmb"
JMB_SERVER_NAME="$(touch ${tree.root}/run; hostname -f)"
JMB_MAIL_DOMAIN="\${JMB_SERVER_NAME#*.}"
JMB_LDAPSEARCH="/usr/bin/ldapsearch -x -h none -b ou=people,dc=mydomain,dc=fr"
JMB_MODULE_CHECK_EDITOR="editor_role-ldap.sh"
JMB_MODULE_CHECK_EDITOR_LDAP_FILTER="(title=Ma\u00eetre)"
JMB_SUBJECT_NEW_GUEST="Invitation \u00e0 une visio"
JMB_DEFAULT_OBJECT="R&eacute;union"
JMB_MAX_GUESTS=80
JMB_SHOW_ARCHIVES=365
if [ -f \${JMB_PATH}/etc/jmb_local.cf ] ; then
	source \${JMB_PATH}/etc/jmb_local.cf
fi
`,
    );
    const { said, settings } = upgrade();
    expect(settings).toMatchObject({
      JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: '(title=Ma\u00eetre)',
      JMB_SUBJECT_NEW_GUEST: 'Invitation \u00e0 une visio',
      JMB_DEFAULT_OBJECT: 'R\u00e9union',
      JMB_MAX_GUESTS: 80,
      JMB_LDAPSEARCH: 'ldapsearch -x -H ldap://ldap -b dc=x',
      JMB_SERVER_NAME: DOMAIN,
    });
    const jwt = tree.read('opt/jitsi-jmb/etc/jmb_jwt.cf');
    // The same as ours, or of the installation.
    expect(jwt).not.toMatch(/SHOW_ARCHIVES|MAIL_DOMAIN|JMB_PATH|LDAPSEARCH/);
    expect(said).toContain('JMB_MAX_GUESTS="80"');
    expect(existsSync(join(tree.root, 'run'))).toBe(false);
  });

  it('is a file that leans on defaults and was written long ago taken byte for byte', () => {
    const bytes = Buffer.from(`JMB_NAME="Visio Universit\u00e9"\r\nJMB_ICAL_NAME="\${JMB_MAIL_DOMAIN}"\r\n`, 'latin1');
    writeFileSync(join(tree.root, LOCAL), bytes);
    const { said, settings } = upgrade();
    expect(readFileSync(join(tree.root, LOCAL))).toEqual(bytes);
    expect(settings).toMatchObject({ JMB_NAME: 'Visio Universit\u00e9', JMB_ICAL_NAME: 'example.org' });
    expect(said).not.toContain('JMB_ICAL_NAME=');
  });

  it('a whole one leaves nothing of who may book to a default', () => {
    copyFileSync(join(clone, 'tests/support/jmb_local.cf'), join(tree.root, LOCAL));
    const { said, settings } = upgrade();
    expect(said).not.toMatch(/JMB_MODULE|not known here|JMB_LDAPSEARCH is empty/);
    expect(settings).toMatchObject({
      JMB_MODULE_CHECK_MODERATOR: ['ldap-filter', 'booking', 'private-room'],
      JMB_REDIRECT_CLOSE: 'https://www.example.org',
    });
  });

  it('what it says itself holds, and a missing directory is told', () => {
    tree.put(LOCAL, 'JMB_MODULE_CHECK_EDITOR=""\n');
    const { said, settings } = upgrade();
    expect(settings.JMB_MODULE_CHECK_EDITOR).toBe('');
    expect(said).toContain('JMB_LDAPSEARCH is empty, and ldap-filter asks the directory');
    expect(said).not.toContain('JMB_MODULE_CHECK_EDITOR="editor_role');
  });
});

describe('settings are read before anything is changed', () => {
  const WRONG = `JMB_SERVER_NAME="$(hostname -f)"
JMB_MAX_GUESTS="many"
JMB_NAME="Visio"
JMB_JWT_SECRET=not hidden
JMB_ICAL_TZID="Europe/Pairs"
JMB_LDAPSEARCH="ldapsearch -x -W"
source /etc/jmb/more.cf
JMB_MODULE_CHECK_EDITOR="my_editors.sh"
JMB_MAX_MEETING_DURATION="10"
`;

  it.each([[['--dry-run']], [[]]])('all mistakes at once, with file, line and what to write (%j)', (more) => {
    tree.put(LOCAL, WRONG);
    const before = tree.snapshot();
    const { status, said } = tree.install(...CAS, '--upgrade', ...more);
    expect(status).toBe(1);
    expect(tree.snapshot()).toEqual(before);
    const file = '/opt/jitsi-jmb/etc/jmb_local.cf';
    for (const sentence of [
      `${file}:1: $( would need a shell; nothing is executed here`,
      `here JMB_SERVER_NAME="${DOMAIN}"`,
      `${file}:2: JMB_MAX_GUESTS: expected a whole number, not "many"; for example JMB_MAX_GUESTS="50"`,
      `${file}:4: a word follows the value; put the whole value between quotes`,
      `${file}:5: JMB_ICAL_TZID: there is no time zone Europe/Pairs`,
      `${file}:6: JMB_LDAPSEARCH: -W asks for the password at a terminal; use -y FILE`,
      `${file}:7: "source" would need a shell`,
      `${file}:9: JMB_MAX_MEETING_DURATION: the longest duration (10 min) is below the shortest (30 min)`,
    ])
      expect(said).toContain(sentence);
    expect(said).not.toContain('hidden');
    expect(said).toContain('Nothing was changed');
  });

  it('modules in Bash are named, with what to do; one that was laid ready comes over', () => {
    tree.put(LOCAL, 'JMB_MODULE_CHECK_EDITOR="ours.sh"\nJMB_MODULE_CHECK_MODERATOR="booking.sh theirs.sh"\n');
    tree.put('opt/jitsi-jmb/modules/theirs.sh', '');
    tree.put('opt/jitsi-jmb/modules/ours.mjs', 'export const editor = () => true;\n');
    const before = tree.snapshot();
    const { said } = upgrade();
    expect(said).toContain('jmb_local.cf:2: JMB_MODULE_CHECK_MODERATOR names a module of your own, theirs.sh');
    expect(said).toContain('/opt/jitsi-jmb/modules/theirs.mjs');
    expect(said).not.toContain('ours.sh: nothing');
    expect(tree.read('opt/jitsi-jmb/modules/ours.mjs')).toContain('editor');
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it('an identity of another way to sign in is told', () => {
    tree.put('IDP', '<EntityDescriptor/>');
    tree.put(LOCAL, '\nJMB_MODULE_GET_AUTH_IDENTITY="identity-cas.sh"\n');
    const words = MELLON.map((word) => (word === 'IDP' ? join(tree.root, word) : word));
    expect(tree.install(...words, '--upgrade', '--dry-run').said).toMatch(
      /jmb_local\.cf:2: JMB_MODULE_GET_AUTH_IDENTITY="identity-cas" .*--auth mellon nobody is known: take that line out, and identity-mellon holds/,
    );
    expect(tree.install(...CAS, '--upgrade', '--dry-run').said).not.toContain('GET_AUTH_IDENTITY');
  });

  it('a later run tells mistakes, and goes on', () => {
    upgrade();
    tree.put(LOCAL, 'JMB_MAX_GUESTS=many\n');
    expect(tree.install()).toMatchObject({
      status: 0,
      said: expect.stringContaining('jmb_local.cf:1: JMB_MAX_GUESTS'),
    });
  });
});

describe('what lies beside', () => {
  const link = (path: string, target: string): void => {
    mkdirSync(join(tree.root, path, '..'), { recursive: true });
    symlinkSync(target, join(tree.root, path));
  };
  const LINKS = [
    'usr/local/sbin/jitsi-restart',
    'usr/local/bin/jitsi-jmb_send-xmpp',
    'usr/local/sbin/jitsi-jmb_send-xmpp',
  ];

  it('the logo comes over, and goes back', () => {
    tree.put('opt/jitsi-jmb/etc/logo.png', '\x89PNG \xff');
    const before = tree.snapshot();
    upgrade();
    const digest = (path: string, all = tree.snapshot()) => all[path]?.split(' ').at(-1);
    expect(digest('opt/jitsi-jmb/etc/logo.png')).toBe(digest('opt/jitsi-jmb/etc/logo.png', before));
    expect(statSync(join(tree.root, 'opt/jitsi-jmb/etc/logo.png')).mode & 0o777).toBe(0o644);
    tree.put('opt/jitsi-jmb/etc/logo.png', 'another');
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.read('opt/jitsi-jmb/etc/logo.png')).toBe('another');
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it('templates of mails that were laid ready come over, and go back', () => {
    tree.put('opt/jitsi-jmb/etc/mail/new_guest.txt.hbs', 'Bonjour, {{organiser}} vous invite.\n');
    const before = tree.snapshot();
    upgrade();
    expect(tree.read('opt/jitsi-jmb/etc/mail/new_guest.txt.hbs')).toBe('Bonjour, {{organiser}} vous invite.\n');
    tree.put('opt/jitsi-jmb/etc/mail/new_guest.txt.hbs', 'another');
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.read('opt/jitsi-jmb/etc/mail/new_guest.txt.hbs')).toBe('another');
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it('no link is left that leads nowhere, also after a second run; the way back has them all', () => {
    for (const path of LINKS) link(path, `/opt/jitsi-jmb/bin/${path.split('/').at(-1)}`);
    tree.put('opt/jitsi-jmb/bin/jitsi-restart', '#!/bin/bash\n', 0o755);
    tree.put('opt/jitsi-jmb/inc/localLogout_fr.html', '<p>');
    link('etc/shibboleth/localLogout_fr.html', '/opt/jitsi-jmb/inc/localLogout_fr.html');
    link('usr/local/bin/mine', '/opt/else/mine');
    tree.put('etc/cron.d/nightly', '# jitsi-restart\n0 4 * * * root /usr/local/sbin/jitsi-restart\n');
    const before = tree.snapshot();
    const { said } = upgrade();
    for (let run = 0; run < 2; run += 1) {
      for (const path of LINKS)
        expect(lstatSync(join(tree.root, path), { throwIfNoEntry: false }), path).toBeUndefined();
      expect(readlinkSync(join(tree.root, 'etc/shibboleth/localLogout_fr.html'))).toBe(
        '/opt/jitsi-jmb.bash/inc/localLogout_fr.html',
      );
      expect(readlinkSync(join(tree.root, 'usr/local/bin/mine'))).toBe('/opt/else/mine');
      expect(tree.install().said).toContain('Nothing to change');
    }
    expect(said).toContain('/usr/local/sbin/jitsi-restart  a program of the Bash version (goes away)');
    expect(said).toContain('/etc/cron.d/nightly calls jitsi-restart');
    expect(tree.install('--uninstall').status).toBe(0);
    expect(readlinkSync(join(tree.root, LINKS[0] ?? ''))).toBe('/opt/jitsi-jmb/bin/jitsi-restart');
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it('nor when nobody keeps the Bash version any more', () => {
    link('usr/local/sbin/jitsi-restart', '/opt/jitsi-jmb/bin/jitsi-restart');
    upgrade();
    rmSync(join(tree.root, 'opt/jitsi-jmb.bash'), { recursive: true });
    expect(tree.install().said).toContain('Nothing to change');
    expect(lstatSync(join(tree.root, 'usr/local/sbin/jitsi-restart'), { throwIfNoEntry: false })).toBeUndefined();
  });

  const SCRIPT = '#!/bin/bash\ntest -x PATH && { PATH -q || exit 0; }\n';
  const HA = '/usr/local/ssds_ha/ha-state';

  const pairs = [
    ['found where its scripts name it', '/opt/pair/ha-state', true, '/opt/pair/ha-state -q'],
    ['asked where it is', HA, true, `${HA} -q`],
    ['asked from the day on that it comes', HA, false, `! test -x ${HA} || ${HA} -q`],
  ] as const;

  it.each(process.env['JMB_FULL'] === undefined ? pairs.slice(0, 1) : pairs)(
    'of two nodes only one sends: ha-state is %s',
    (_, path, there, command) => {
      tree.put('opt/jitsi-jmb/bin/jitsi-jmb_mail-reminder', SCRIPT.replaceAll('PATH', path), 0o755);
      if (there) tree.put(path.slice(1), '#!/bin/sh\n', 0o755);
      const { said, settings } = upgrade();
      expect(settings.JMB_ACTIVE_COMMAND).toBe(command);
      expect(said).toContain(`JMB_ACTIVE_COMMAND="${command}"`);
      expect(tree.install().said).toContain('Nothing to change');
    },
  );

  it.runIf(process.getuid?.() === 0)('a command that www-data may not ask is told apart', () => {
    const command = join(tree.root, 'ha');
    expect(endsAlike('true') && endsAlike('false')).toBe(true);
    tree.put('ha', '#!/bin/sh\nexit 0\n', 0o700);
    expect(endsAlike(command)).toBe(false);
  });

  it('a host without such a pair asks nothing', () => {
    expect(upgrade().settings.JMB_ACTIVE_COMMAND).toBe('');
  });
});
