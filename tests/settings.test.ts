import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { assignmentsOf } from '../lib/settings/shell.ts';
import { type SettingName, settingsTable } from '../lib/settings/table.ts';
import { readSettings, type Settings, SettingsError, settingsFiles, unknownSettings } from '../lib/settings.ts';
import { catalogue } from '../lib/text/catalogue.ts';

const root = mkdtempSync(join(tmpdir(), 'jmb-settings-'));
const etc = join(root, 'etc');
const sample = fileURLToPath(new URL('support/jmb_local.cf', import.meta.url));

beforeEach(() => {
  rmSync(etc, { recursive: true, force: true });
  mkdirSync(etc);
});
afterAll(() => rmSync(root, { recursive: true }));

/** The settings of a tree whose administrator wrote this. */
function local(text: string | Buffer): Settings {
  writeFileSync(join(etc, 'jmb_local.cf'), text);
  return readSettings(root, {});
}

/** The one value that this assignment of JMB_NAME has. */
function named(value: string): string {
  return local(`JMB_NAME=${value}\n`).JMB_NAME;
}

/** The first mistake in a file. */
function errorOf(text: string): SettingsError {
  const [fault] = local(text).faults;
  if (fault === undefined) throw new Error('there is no mistake');
  return fault;
}

describe('defaults', () => {
  it('hold without any file, and follow the names that they are made of', () => {
    const settings = local('JMB_SERVER_NAME=meet.example.org');
    expect(settings).toMatchObject({
      JMB_URL: 'https://meet.example.org',
      JMB_MAIL_DOMAIN: 'example.org',
      JMB_MAIL_FROM_NOTIFICATION: 'noreply@example.org',
      JMB_DEFAULT_URL_REDIRECT: 'https://meet.example.org/booking.cgi?list',
      JMB_PROSODY_HOST: 'meet.example.org',
      JMB_DB: '/var/www/jitsi-jmb/jmb.db',
      JMB_PATH: root,
      JMB_MODULES: join(root, 'modules'),
      JMB_MAIL_REMINDER: [10080, 1440, 60, 10],
      JMB_MODULE_CHECK_MODERATOR: ['booking', 'private-room'],
      JMB_FIX_MAIL_ALIASES: false,
      JMB_MAX_GUESTS: 50,
      root,
      etc,
    });
  });

  it('can all be read', () => {
    expect(Object.keys(readSettings(root, {}))).toEqual(expect.arrayContaining(Object.keys(settingsTable)));
  });

  it('are explained in both languages, on one line each', () => {
    for (const name of Object.keys(settingsTable) as SettingName[]) {
      const [french, english] = [catalogue.fr[`setting.${name}`], catalogue.en[`setting.${name}`]];
      for (const line of [french, english]) expect(line, name).toMatch(/^\S[^\n|]*\S$/);
      expect(french, name).not.toBe(english);
      // French sets a no-break space before these.
      expect(french, name).not.toMatch(/ [;:?!»]|« /);
    }
    const explained = Object.keys(catalogue.fr).filter((key) => key.startsWith('setting.'));
    expect(explained.filter((key) => !Object.hasOwn(settingsTable, key.slice('setting.'.length)))).toEqual([]);
  });
});

describe('an administrator’s file of the original', () => {
  it('is read unchanged', () => {
    copyFileSync(sample, join(etc, 'jmb_local.cf'));
    const settings = readSettings(root, {});
    expect(settings).toMatchObject({
      JMB_NAME: 'Visio Example',
      JMB_SERVER_NAME: 'meet.example.org',
      JMB_MAIL_DOMAIN: 'example.org',
      JMB_MAIL_FROM_NOTIFICATION: 'noreply@example.org',
      JMB_ICAL_NAME: 'Visio Visio Example',
      JMB_REDIRECT_CLOSE: 'https://www.example.org',
      JMB_MODULE_GET_AUTH_IDENTITY: 'identity-cas',
      JMB_MODULE_CHECK_MODERATOR: ['ldap-filter', 'booking', 'private-room'],
      JMB_MODULE_CHECK_EDITOR: 'editor_role-ldap',
      JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: '|(eduPersonAffiliation=student)(eduPersonAffiliation=employee)',
      JMB_MAIL_REMINDER: [1440, 30],
      JMB_XMPP_REMINDER: [15, 5, 0],
      JMB_MAX_MODERATORS: 3,
      JMB_FIX_MAIL_ALIASES: true,
      JMB_LISTS_SUBSCRIBERS: '',
      JMB_SHOW_ARCHIVES: 30,
    });
    expect(settings.JMB_LDAPSEARCH).toMatch(/^\/usr\/bin\/ldapsearch .* -y \/etc\/ldap\/ldap\.secret$/);
    expect(unknownSettings(settings)).toEqual([]);
  });

  it('comes after jmb_jwt.cf, and may use what stands there', () => {
    writeFileSync(
      join(etc, 'jmb_jwt.cf'),
      "JMB_SERVER_NAME='meet.example.org'\nJMB_JWT_ISS=app\nJMB_JWT_SECRET='a$b\"c#d'\n",
    );
    const settings = local(`JMB_JWT_ISS=other\nJMB_NAME="Visio \${JMB_SERVER_NAME#*.} \${JMB_MAIL_DOMAIN}"\n`);
    expect(settings).toMatchObject({
      JMB_JWT_ISS: 'other',
      JMB_JWT_SECRET: 'a$b"c#d',
      JMB_NAME: 'Visio example.org example.org',
    });
  });

  it('may be somewhere else', () => {
    mkdirSync(join(etc, 'elsewhere'));
    writeFileSync(join(etc, 'elsewhere', 'jmb_local.cf'), 'JMB_NAME=there');
    expect(readSettings(root, { JMB_ETC: join(etc, 'elsewhere') }).JMB_NAME).toBe('there');
    expect(readSettings(root, { HTTP_JMB_ETC: join(etc, 'elsewhere') }).JMB_NAME).toBe('Jitsi Meet Booking');
  });
});

describe('the shell’s way of writing', () => {
  it.each([
    ['"a b"', 'a b'],
    ["'a b'", 'a b'],
    ['bare', 'bare'],
    ['', ''],
    ['""', ''],
    ['a"b c"\'d e\'f', 'ab cd ef'],
    ['"it\'s"', "it's"],
    ['\'say "yes"\'', 'say "yes"'],
    ['"\\"\\$\\`\\\\\\n\\x"', '"$`\\\\n\\x'],
    ["'\\n$HOME`x`'", '\\n$HOME`x`'],
    ['a\\ b\\"', 'a b"'],
    ['"a#b"', 'a#b'],
    ['a#b', 'a#b'],
    ['a # comment', 'a'],
    ['a;# comment', 'a'],
    ['"a" \t', 'a'],
    ['"one\\\n two"', 'one two'],
    ['one\\\ntwo', 'onetwo'],
    ['"one\ntwo"', 'one\ntwo'],
    ['"100 $"', '100 $'],
    ['"$ 100"', '$ 100'],
    ['"$%"', '$%'],
    ["'it'\\''s'", "it's"],
    ['"Réunion 🎓"', 'Réunion 🎓'],
  ])('JMB_NAME=%s', (written, meant) => {
    expect(named(written)).toBe(meant);
  });

  it('takes braces as they are, where a shell does', () => {
    const typed =
      'JMB_NAME={a,b}\nexport JMB_MAIL_REPLY=v+{id}@x.org\nexport JMB_JWT_AUD="{a,b}" # {c,d}\nexport JMB_LANG=fr; JMB_DB={,}';
    const found = assignmentsOf('x', typed);
    expect([...found.values()].map(({ value }) => value)).toEqual(['{a,b}', 'v+{id}@x.org', '{a,b}', 'fr', '{,}']);
  });

  it('knows comments, blank lines, export, and several assignments on a line', () => {
    const text =
      '# a comment "\n\n   export JMB_NAME="a" # b\n\texport   JMB_LANG=en; JMB_MAX_GUESTS=3 JMB_JWT_AUD=x\n#JMB_LANG=fr';
    expect(local(text)).toMatchObject({ JMB_NAME: 'a', JMB_LANG: 'en', JMB_MAX_GUESTS: 3, JMB_JWT_AUD: 'x' });
  });

  it('lets the later assignment win', () => {
    expect(local('JMB_NAME=a\nJMB_NAME=b').JMB_NAME).toBe('b');
  });

  it('expands what stands above, in other variables too, and only once', () => {
    const text = `BASE='a.b.c $X'\nJMB_NAME="\${BASE} $BASE \${BASE#*.}"\nJMB_NAME="$JMB_NAME!"\nJMB_JWT_AUD=\${BASE#*.}`;
    expect(local(text)).toMatchObject({ JMB_NAME: 'a.b.c $X a.b.c $X b.c $X!', JMB_JWT_AUD: 'b.c $X' });
  });

  it('takes a value as it was where the line stands, as a shell does', () => {
    const text = 'JMB_SERVER_NAME=one.example.org\nJMB_NAME="$JMB_SERVER_NAME"\nJMB_SERVER_NAME=two.example.net';
    expect(local(text)).toMatchObject({ JMB_NAME: 'one.example.org', JMB_MAIL_DOMAIN: 'example.net' });
  });

  it('expands defaults of every kind as a file would hold them', () => {
    const text = 'JMB_NAME="$JMB_MAIL_REMINDER|$JMB_FIX_MAIL_ALIASES|$JMB_MAX_GUESTS|$JMB_MODULE_CHECK_MODERATOR"';
    expect(local(text).JMB_NAME).toBe('10080 1440 60 10|0|50|booking private-room');
  });

  it('leaves a name without a dot whole', () => {
    expect(local('JMB_SERVER_NAME=localhost').JMB_MAIL_DOMAIN).toBe('localhost');
  });

  it('reads files of Windows, of Latin-1 hosts, and with a byte order mark', () => {
    expect(local('\uFEFFJMB_NAME="a"\r\nJMB_LANG=en\r\n')).toMatchObject({ JMB_NAME: 'a', JMB_LANG: 'en' });
    expect(local(Buffer.from('JMB_NAME="Visio Universit\u00e9"', 'latin1')).JMB_NAME).toBe('Visio Université');
  });
});

describe('what would need a shell', () => {
  it.each([
    ['JMB_NAME="$(hostname)"', 1],
    ['JMB_NAME=$(hostname)', 1],
    ['JMB_NAME=$[1+1]', 1],
    ['\nJMB_NAME="a $[x]"', 2],
    ['\n\nJMB_NAME="`hostname`"', 3],
    ['JMB_NAME=`hostname`', 1],
    ['if [ -f /x ]; then', 1],
    ['JMB_NAME=a\nsource /etc/default/x', 2],
    ['. /etc/default/x', 1],
    ['f() { echo; }', 1],
    ['function f { echo; }', 1],
    [`JMB_NAME="\${JMB_SERVER_NAME//a/b}"`, 1],
    [`JMB_NAME="\${JMB_SERVER_NAME:-x}"`, 1],
    [`JMB_NAME="\${JMB_SERVER_NAME%.*}"`, 1],
    [`JMB_NAME="\${JMB_SERVER_NAME##*.}"`, 1],
    [`JMB_NAME="\${}"`, 1],
    [`JMB_NAME="\${JMB_SERVER_NAME"`, 1],
    ['JMB_NAME="$1"', 1],
    ['JMB_NAME="$$"', 1],
    ["JMB_NAME=$'a'", 1],
    ['JMB_NAME=a | b', 1],
    ['JMB_NAME=a&', 1],
    ['JMB_NAME=a>b', 1],
    ['JMB_NAME=(a b)', 1],
    ['JMB_NAME+=a', 1],
    ['JMB_NAME=a rm -rf /', 1],
    ['JMB_NAME=~/x', 1],
    ['rm -rf /', 1],
    ['JMB_NAME = a', 1],
    ['JMB-NAME=a', 1],
    ['"JMB_NAME"=a', 1],
    ['export JMB_NAME', 1],
    ['export JMB_NAME={a,b}', 1],
    ['export JMB_LANG="fr" JMB_NAME=$JMB_LANG{1..3} # x', 1],
    ['[ -f /x ] && JMB_NAME=a', 1],
    ['{ JMB_NAME=a; }', 1],
    ['JMB_NAME="a\n\nb', 1],
    ["JMB_LANG=fr\nJMB_NAME='a\n", 2],
    ['JMB_NAME="$HOME"', 1],
    ['JMB_NAME="$JMB_UNHEARD_OF"', 1],
    ['JMB_NAME="one\ntwo $(x)"', 2],
    ['JMB_NAME="one\nJMB_LANG="fr"', 1],
  ])('%j is an error that names its line', (text, line) => {
    const error = errorOf(text);
    expect(error).toMatchObject({ file: join(etc, 'jmb_local.cf'), line });
    expect(error.message).toBe(`${error.file}:${line}: ${error.detail}`);
  });

  it('says it in words that help', () => {
    expect(errorOf('JMB_NAME="$(hostname)"').detail).toBe(
      '$( would need a shell; nothing is executed here: write what the command gives, or put the value between single quotes',
    );
    expect(errorOf('JMB_NAME=a b').detail).toBe('"b" follows the value; put the whole value between quotes');
    expect(errorOf('source x').detail).toBe('"source" would need a shell; only lines of the form KEY="value" are read');
  });

  it('is never executed', () => {
    const trace = join(root, 'trace');
    expect(() => local(`JMB_NAME="$(touch ${trace})"`).JMB_NAME).toThrow(SettingsError);
    expect(named(`'$(touch ${trace})'`)).toBe(`$(touch ${trace})`);
    expect(() => utimesSync(trace, 0, 0)).toThrow(/ENOENT/);
  });
});

describe('values of the wrong kind', () => {
  it.each([
    ['JMB_MAX_GUESTS=many', 'JMB_MAX_GUESTS: expected a whole number, not "many"'],
    ['JMB_MAX_GUESTS=""', 'JMB_MAX_GUESTS: expected a whole number, not ""'],
    ['JMB_MAX_GUESTS=-1', 'JMB_MAX_GUESTS: expected a whole number, not "-1"'],
    ['JMB_MAX_GUESTS=1.5', 'JMB_MAX_GUESTS: expected a whole number, not "1.5"'],
    ['JMB_MAX_GUESTS=1e3', 'JMB_MAX_GUESTS: expected a whole number, not "1e3"'],
    ['JMB_MAX_GUESTS=99999999999999999999', 'JMB_MAX_GUESTS: expected a whole number, not "99999999999999999999"'],
    ['JMB_MAX_GUESTS=0', 'JMB_MAX_GUESTS: expected at least 1, not 0'],
    ['JMB_MAIL_REMINDER="60 soon"', 'JMB_MAIL_REMINDER: expected a whole number, not "soon"'],
    ['JMB_FIX_MAIL_ALIASES=perhaps', 'JMB_FIX_MAIL_ALIASES: expected 1 or 0, not "perhaps"'],
    ['JMB_LOG=jmb.log', 'JMB_LOG: expected stderr, syslog or the absolute path of a file, not "jmb.log"'],
    ['JMB_SMTP_CA=house.pem', 'JMB_SMTP_CA: expected the absolute path of a file, not "house.pem"'],
    ['JMB_LANG=de', 'JMB_LANG: expected one of fr, en, not "de"'],
    ['JMB_MODULE_CHECK_EDITOR=../x', 'JMB_MODULE_CHECK_EDITOR: expected the name of a module, not "../x"'],
    [
      'JMB_MODULE_CHECK_MODERATOR="booking /x.sh"',
      'JMB_MODULE_CHECK_MODERATOR: expected the name of a module, not "/x.sh"',
    ],
  ])('%s', (text, detail) => {
    expect(errorOf(`# a comment\n${text}`)).toMatchObject({ line: 2, detail });
  });

  it('marks what must not be shown', () => {
    const secrets = Object.entries(settingsTable).filter(([, row]) => row.secret);
    expect(secrets.map(([name]) => name)).toEqual(
      expect.arrayContaining<SettingName>(['JMB_JWT_SECRET', 'JMB_LDAPSEARCH', 'JMB_SMTP_URL', 'JMB_SMTP_PASSWORD']),
    );
  });

  it.each([
    ...['', 'mail.example.org', 'mail.example.org:587', 'smtp:mail.example.org', 'smtp:jmb:Hush@mail.example.org'],
    ...[
      'http://mail.example.org',
      'smtp://',
      'smtp://:25',
      'smtp://mail.example.org:smtp',
      'smtp://mail.example.org/x',
    ],
    ...[
      'smtp://jmb:Hush/1@mail.example.org',
      'smtp://jmb:1/Hush@mail.example.org',
      'smtp://jmb:1#Hush@mail.example.org',
    ],
    ...['smtp://jmb:1?Hush@mail.example.org', 'smtp://localhost?service=gmail', 'smtp://localhost?auth=Hush'],
  ])('JMB_SMTP_URL="%s" is a mistake, which is not repeated', (value) => {
    const { detail } = errorOf(`JMB_SMTP_URL='${value}'`);
    expect(detail).toMatch(/^JMB_SMTP_URL: expected smtp:\/\/host:port, or smtps:\/\/host:port for TLS; /);
    expect(detail).not.toContain('Hush');
  });

  it.each([
    ...['smtp://localhost', 'smtps://mail.example.org', ' smtp://mail.example.org:587/ ', 'SMTP://[::1]:25'],
    ...['smtp://jmb:p%40ss@mail.example.org', 'smtp://jmb:50%off@mail.example.org'],
    'smtp://mail.example.org/?requireTLS=true&tls.rejectUnauthorized=false&name=jmb.example.org',
  ])('JMB_SMTP_URL="%s" is one', (value) => {
    expect(local(`JMB_SMTP_URL='${value}'`).JMB_SMTP_URL).toBe(value.trim());
  });

  it('says so when a file cannot be read', () => {
    symlinkSync('jmb_local.cf', join(etc, 'jmb_local.cf'));
    expect(() => readSettings(root, {})).toThrow(/jmb_local\.cf: cannot be read \(ELOOP/);
  });
});

describe('words of the original', () => {
  it.each([
    ['"=?UTF-8?B?TmUgcGFzIG91Ymxpw6k=?="', 'Ne pas oublié'],
    ['"=?utf-8?q?R=C3=A9union_annul=C3=A9e?="', 'Réunion annulée'],
    ['"=?ISO-8859-1?Q?R=E9union?= du jour"', 'Réunion du jour'],
    ['"=?UTF-8?B?UsOp?= =?UTF-8?B?dW5pb24=?="', 'Réunion'],
    ['"=?x-unknown?B?UsOp?="', '=?x-unknown?B?UsOp?='],
    ['"R&eacute;union &amp; plus, R&D; &nothing;"', 'Réunion & plus, R&D; &nothing;'],
    ['"plain = ? text"', 'plain = ? text'],
  ])('JMB_SUBJECT_NEW_GUEST=%s', (written, meant) => {
    expect(local(`JMB_SUBJECT_NEW_GUEST=${written}`).JMB_SUBJECT_NEW_GUEST).toBe(meant);
  });
});

it.each(['JMB_SHOW_ARCHIVES', 'JMB_LIST_HIGHLIGHT_OWNER', 'JMB_LIST_HIGHLIGHT_GUEST', 'JMB_SLEEP_REDIRECT'] as const)(
  '%s is off when it is 0 or empty',
  (name) => {
    expect(local(`${name}=""\n`)[name]).toBe(0);
    expect(local(`${name}="0"\n`)[name]).toBe(0);
  },
);

describe('settings that do not go together', () => {
  it.each([
    [
      'JMB_MIN_MEETING_DURATION=60\nJMB_MAX_MEETING_DURATION=30\n',
      2,
      'the longest duration (30 min) is below the shortest (60 min)',
    ],
    ['JMB_MAX_MEETING_DURATION=99999\nJMB_STEP_MEETING_DURATION=1\n', 1, '99970 durations to choose from'],
  ])('%j is a mistake, with its place', (text, line, detail) => {
    const error = errorOf(text);
    expect(error.line).toBe(line);
    expect(error.message).toContain(detail);
  });
});

describe('what surrounds the settings', () => {
  it('reports keys that nothing reads, and keeps them', () => {
    const settings = local('JMB_NAME=a\nJMB_MAX_GUEST=3\nOTHER=x\n');
    expect(unknownSettings(settings)).toEqual([`JMB_MAX_GUEST (${join(etc, 'jmb_local.cf')}:2)`]);
    expect(settings.others.get('JMB_MAX_GUEST')?.value).toBe('3');
  });

  it('are read from two files, which a process that stays watches', () => {
    expect(settingsFiles(root, {})).toEqual([join(etc, 'jmb_jwt.cf'), join(etc, 'jmb_local.cf')]);
    expect(settingsFiles(root, { JMB_ETC: '/etc/jmb' })).toEqual(['/etc/jmb/jmb_jwt.cf', '/etc/jmb/jmb_local.cf']);
  });

  it('takes less than a millisecond', () => {
    copyFileSync(sample, join(etc, 'jmb_local.cf'));
    const times = Array.from({ length: 50 }, () => {
      const since = process.hrtime.bigint();
      readSettings(root, {});
      return Number(process.hrtime.bigint() - since) / 1e6;
    }).sort((a, b) => a - b);
    expect(times[25]).toBeLessThan(1);
  });
});
