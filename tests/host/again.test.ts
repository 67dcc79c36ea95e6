/** install.sh a second time: with other wishes, with other secrets, after an uninstallation, and over what an interrupted run left. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recover } from '../../lib/install/take_back.ts';
import { treeAt } from '../../lib/install/tree.ts';
import { readSettings } from '../../lib/settings.ts';
import { CAS, clone, DOMAIN, type JitsiTree, jitsiTree, SECRET } from './jitsi_tree.ts';

/** What takes long is for `--full`. */
const IS_FULL = process.env['JMB_FULL'] !== undefined;

let tree: JitsiTree;
/** Where what was changed is written down. */
const JOURNAL = 'var/lib/jitsi-jmb/journal.json';

beforeEach(() => {
  tree = jitsiTree();
});

afterEach(() => tree.remove());

const OIDC = ['--auth', 'oidc', '--oidc-issuer', 'https://login.example.org', '--oidc-client', 'jmb'];
const OIDC_CONF = 'etc/apache2/jitsi-jmb/oidc.conf';
/** A secret of a provider that holds everything but what Apache's files cannot hold. */
const GIVEN = SECRET.replaceAll('{X}', 'X');

/** Puts the Bash version on it. */
function bashVersion(): void {
  tree.put('opt/jitsi-jmb/cgi/booking.cgi', '#!/bin/bash\n', 0o755);
  tree.put('opt/jitsi-jmb/etc/jmb_local.cf', 'JMB_NAME="Old"\n');
  tree.put('etc/cron.d/jitsi-jmb', '# of Bash\n');
  mkdirSync(join(tree.root, 'var/www/jitsi-jmb'), { recursive: true });
}

/** A file of the program that an earlier version put there. */
function leftByEarlier(path: string): void {
  const journal = JSON.parse(tree.read(JOURNAL));
  const state = { kind: 'file', sha256: 'of another', mode: 0o644, uid: 0, gid: 0 };
  const after = { path: `/opt/jitsi-jmb/${path}`, undo: 'own', keeps: false, before: { kind: 'none' }, after: state };
  journal.installed.entries.push(after);
  tree.put(JOURNAL, JSON.stringify(journal), 0o600);
  tree.put(`opt/jitsi-jmb/${path}`, '');
}

describe('how long meetings are kept', () => {
  const kept = (): number => readSettings(join(tree.root, 'opt/jitsi-jmb'), {}).JMB_KEEP_DAYS;

  it('is 400 days where JMB is new, and what an earlier version kept stays', () => {
    expect(tree.install(...CAS).status).toBe(0);
    expect(kept()).toBe(400);
    tree.put('opt/jitsi-jmb/etc/jmb_local.cf', 'JMB_NAME="Old"\n', 0o640);
    expect(tree.install().status).toBe(0);
    expect(kept()).toBe(0);
  });

  it('is for ever over a database whose settings are gone', () => {
    tree.put('var/www/jitsi-jmb/jmb.db', '');
    expect(tree.install(...CAS).status).toBe(0);
    expect(kept()).toBe(0);
  });
});

describe('a second run', () => {
  it('needs no option again', () => {
    tree.put('secret', GIVEN);
    expect(tree.install(...OIDC, '--oidc-secret-file', join(tree.root, 'secret'), '--port', '8282').status).toBe(0);
    rmSync(join(tree.root, 'secret'));
    const once = tree.snapshot();
    expect(tree.install()).toMatchObject({ status: 0, said: expect.stringContaining('Nothing to change') });
    expect(tree.snapshot()).toEqual(once);
    expect(once[JOURNAL]).toMatch(/^100600 /);
    expect(tree.read('etc/apache2/sites-available/jitsi-jmb.conf')).toContain('Listen 127.0.0.1:8282');
  });

  it('takes over a new secret, and has nobody sign in again for it', () => {
    tree.put('secret', `${GIVEN}\n`);
    const words = [...OIDC, '--oidc-secret-file', join(tree.root, 'secret')];
    expect(tree.install(...words).status).toBe(0);
    const seal = /OIDCCryptoPassphrase "\w{32}"/.exec(tree.read(OIDC_CONF))?.[0];
    expect(seal).toBeDefined();
    expect(tree.read(OIDC_CONF)).toContain(`OIDCClientSecret "${GIVEN.replace(/["\\]/g, '\\$&')}"\n`);
    tree.put('secret', 'another');
    expect(tree.install(...words).said).toContain(OIDC_CONF);
    expect(tree.read(OIDC_CONF)).toBe(`OIDCClientSecret "another"\n${seal}\n`);
  });

  it('takes over other metadata of the provider, and keeps our key', () => {
    tree.put('idp', '<EntityDescriptor one/>');
    const words = ['--auth', 'mellon', '--idp-metadata', join(tree.root, 'idp')];
    expect(tree.install(...words).status).toBe(0);
    const key = tree.read('etc/apache2/jitsi-jmb/saml/sp.key');
    tree.put('idp', '<EntityDescriptor two/>');
    expect(tree.install(...words).status).toBe(0);
    expect(tree.read('etc/apache2/jitsi-jmb/saml/idp.xml')).toBe('<EntityDescriptor two/>');
    expect(tree.read('etc/apache2/jitsi-jmb/saml/sp.key')).toBe(key);
  });

  it('with another way to sign in leaves nothing of the first', () => {
    for (const name of ['shib', 'auth_cas']) tree.put(`etc/apache2/mods-available/${name}.load`, '');
    // What Debian has it compress of every site stays off where the administrator has it off.
    for (const name of ['deflate.load', 'deflate.conf']) tree.put(`etc/apache2/mods-available/${name}`, '');
    const before = tree.snapshot();
    expect(tree.install('--auth', 'shib').status).toBe(0);
    expect(existsSync(join(tree.root, 'etc/apache2/mods-enabled'))).toBe(true);
    expect(tree.install(...CAS).said).toContain('no longer needed');
    const after = tree.snapshot();
    expect(after['etc/apache2/mods-enabled/shib.load']).toBeUndefined();
    expect(after['etc/apache2/mods-enabled/auth_cas.load']).toContain('-> ../mods-available/auth_cas.load');
    expect(after['etc/apache2/mods-enabled/deflate.load']).toContain('-> ../mods-available/deflate.load');
    expect(after['etc/apache2/mods-enabled/deflate.conf']).toBeUndefined();
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it('takes files away that a new version has no more', () => {
    tree.put('opt/jitsi-jmb/modules/of-the-administrator.mjs', '');
    tree.install(...CAS);
    leftByEarlier('lib/old.js');
    expect(tree.install().status).toBe(0);
    expect(tree.snapshot()['opt/jitsi-jmb/lib/old.js']).toBeUndefined();
    expect(tree.snapshot()['opt/jitsi-jmb/modules/of-the-administrator.mjs']).toBeDefined();
  });

  it('takes with --purge what programs and restores left beside the database in a folder that is somebody’s', () => {
    tree.put('var/www/jitsi-jmb/of-somebody', '');
    const before = tree.snapshot();
    tree.install(...CAS);
    for (const end of [
      '',
      '-wal',
      '-remind',
      '-told',
      '.before-2026-12-03-1430',
      '.before-2026-12-03-1430-2',
      '.restoring',
    ])
      tree.put(`var/www/jitsi-jmb/jmb.db${end}`, '');
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it.runIf(IS_FULL)('keeps SQLite for a Node of before, as long as it is of the same release', () => {
    expect(tree.install(...CAS).status).toBe(0);
    const lib = join(tree.root, 'opt/jitsi-jmb/lib');
    const addon = readdirSync(lib).find((name) => name.endsWith('.node')) ?? '';
    const earlier = addon.replace(/\.\d+\.node$/, '.1.node');
    leftByEarlier(`lib/${earlier}`);
    leftByEarlier('lib/better_sqlite3-1.2.3.1.node');
    expect(tree.install().status).toBe(0);
    expect(readdirSync(lib).filter((name) => name.endsWith('.node'))).toEqual([earlier, addon].sort());
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.install('--uninstall').status).toBe(0);
    expect(existsSync(lib)).toBe(false);
  });
});

describe.runIf(IS_FULL)('over from an installation that spoke in rooms by an account', () => {
  const account = 'var/lib/prosody/localhost/accounts/jmb.dat';
  const host = 'etc/prosody/conf.d/jitsi-jmb.cfg.lua';
  const lua = `etc/prosody/conf.avail/${DOMAIN}.cfg.lua`;

  /** Makes of today's files what that version wrote (seen by running it), and has the ledger know of them. */
  function asThen(): void {
    const journal = JSON.parse(tree.read(JOURNAL));
    const ledger = journal.installed;
    const state = (path: string) => ledger.entries.find((one: { path: string }) => one.path === `/${path}`);
    const write = (path: string, text: string): object => {
      tree.put(path, text, 0o640);
      return { kind: 'file', sha256: createHash('sha256').update(text).digest('hex'), mode: 0o640, uid: 0, gid: 0 };
    };
    const own = (path: string, text: string): void => {
      const after = write(path, text);
      ledger.entries.push({ path: `/${path}`, undo: 'own', keeps: false, before: { kind: 'none' }, after });
    };
    const without = (path: string, unwanted: RegExp): string =>
      tree
        .read(path)
        .split('\n')
        .filter((line) => !unwanted.test(line))
        .join('\n');
    const jwt = 'opt/jitsi-jmb/etc/jmb_jwt.cf';
    const settings = `${without(jwt, /JMB_PROSODY/)}JMB_XMPP_USER="jmb"\nJMB_XMPP_PASSWORD="x"\n`;
    state(jwt).after = write(jwt, settings);
    const inline = / ?--\[\[jmb install\]\] plugin_paths.*?--\[\[jmb end\]\]/;
    const luaThen = without(lua, /^\s*"jmb";|jmb_secret_file/)
      .replace(inline, '')
      .replace(/ "jmb";/g, '');
    state(lua).after = write(lua, luaThen);
    ledger.folders.push('/var/lib/prosody', '/var/lib/prosody/localhost', '/var/lib/prosody/localhost/accounts');
    own(account, 'return {\n\t["password"] = "x";\n};\n');
    own(host, 'VirtualHost "localhost"\n    authentication = "internal_hashed"\n');
    ledger.entries = ledger.entries.filter(({ path }: { path: string }) => !/prosody\.secret|mod_jmb/.test(path));
    rmSync(join(tree.root, 'opt/jitsi-jmb/prosody'), { recursive: true });
    rmSync(join(tree.root, 'opt/jitsi-jmb/etc/prosody.secret'));
    tree.put(JOURNAL, JSON.stringify(journal), 0o600);
  }

  it('account, host and settings go, the module comes, and the way back leads to before both', () => {
    const before = tree.snapshot();
    expect(tree.install(...CAS).status).toBe(0);
    const fresh = tree.snapshot();
    asThen();
    expect(tree.install()).toMatchObject({ status: 0, said: expect.stringContaining('no longer needed (goes away)') });
    const after = tree.snapshot();
    const differing = Object.keys({ ...fresh, ...after }).filter((path) => fresh[path] !== after[path]);
    // The secret is drawn anew; the ledger has kept its own order.
    expect(differing).toEqual(['opt/jitsi-jmb/etc/prosody.secret', JOURNAL]);
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });
});

describe.runIf(IS_FULL)('whatever the umask', () => {
  it('programs can be run by the web server, also once they are fitted to Node', () => {
    const umask = process.umask(0o077);
    try {
      expect(tree.install(...CAS).status).toBe(0);
      const prefix = join(tree.root, 'opt/jitsi-jmb');
      const fitted = spawnSync(process.execPath, [join(prefix, 'lib/prepare.js')], { encoding: 'utf8' });
      expect([fitted.status, fitted.stderr]).toEqual([0, '']);
      for (const name of ['booking', 'token', 'join', 'ical']) {
        expect(statSync(join(prefix, 'cgi-bin', `${name}.cgi`)).mode & 0o777).toBe(0o755);
      }
      const kept = readdirSync(join(prefix, 'lib')).filter((name) => name.endsWith('.cache'));
      expect(kept.length).toBeGreaterThan(3);
      for (const name of kept) expect(statSync(join(prefix, 'lib', name)).mode & 0o777).toBe(0o644);
      for (const folder of ['', 'cgi-bin', 'lib', 'bin'])
        expect(statSync(join(prefix, folder)).mode & 0o777).toBe(0o755);
    } finally {
      process.umask(umask);
    }
  });
});

describe('what Prosody lets in', () => {
  const lua = `etc/prosody/conf.avail/${DOMAIN}.cfg.lua`;
  const withOption = (line: string): void =>
    tree.put(lua, tree.read(lua).replace("app_id = 'jmb-id';", `app_id = 'jmb-id';\n    ${line}`), 0o640);

  it('gives tokens their audience', () => {
    withOption('asap_accepted_audiences = { "meet"; "chat" }');
    expect(tree.install(...CAS).said).not.toContain('asap_accepted');
    expect(tree.read('opt/jitsi-jmb/etc/jmb_jwt.cf')).toContain('JMB_JWT_AUD="meet"\n');
  });

  it.each([
    ['asap_accepted_issuers = { "chat" }', 'asap_accepted_issuers lets in "chat": add "jmb-id", which is JMB_JWT_ISS'],
    ['signature_algorithm = "RS256"', 'signature_algorithm is "RS256": set it to "HS256"'],
  ])('is told where it is nothing of ours (%s)', (line, said) => {
    withOption(line);
    const done = tree.install(...CAS);
    expect(done).toMatchObject({ status: 0, said: expect.stringContaining(said) });
    expect(tree.install().said).toContain('until then every token is refused');
  });

  it('is held against what the administrator has set', () => {
    withOption('asap_accepted_audiences = { "meet" }');
    tree.install(...CAS);
    tree.put('opt/jitsi-jmb/etc/jmb_local.cf', 'JMB_JWT_AUD="other"\n', 0o640);
    expect(tree.install().said).toContain('asap_accepted_audiences lets in "meet": add "other"');
  });
});

describe('the way back', () => {
  it('is shown before it is taken', () => {
    tree.install(...CAS);
    const once = tree.snapshot();
    const { status, said } = tree.install('--uninstall', '--dry-run');
    expect(status).toBe(0);
    expect(said).toMatch(/\/etc\/prosody\/conf\.avail\/\S+ {2}as before/);
    expect(said).toMatch(/\/opt\/jitsi-jmb\/etc\/jmb_local\.cf {2}kept/);
    expect(said).toContain('Nothing was changed');
    expect(tree.snapshot()).toEqual(once);
  });

  it('can be taken in two steps, and the Bash version survives both', () => {
    bashVersion();
    const before = tree.snapshot();
    for (let times = 0; times < 2; times += 1) {
      expect(tree.install(...CAS, '--upgrade').status).toBe(0);
      tree.put('opt/jitsi-jmb/etc/jmb_local.cf', `JMB_NAME="New ${times}"\n`);
      expect(tree.install('--uninstall').status).toBe(0);
      expect(tree.read('opt/jitsi-jmb/etc/jmb_local.cf')).toBe('JMB_NAME="Old"\n');
      expect(tree.read('opt/jitsi-jmb.kept/etc/jmb_local.cf')).toBe(`JMB_NAME="New ${times}"\n`);
    }
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it('needs nothing but what was installed', () => {
    const before = tree.snapshot();
    tree.install(...CAS);
    const bare = join(tree.root, '..', `${basename(tree.root)}-clone`);
    try {
      for (const part of ['install.sh', 'lib/install'])
        cpSync(join(clone, part), join(bare, part), { recursive: true });
      const done = spawnSync(join(bare, 'install.sh'), ['--root', tree.root, '--yes', '--uninstall', '--purge']);
      expect(`${done.stdout}${done.stderr}`).toContain('Done.');
      expect(tree.snapshot()).toEqual(before);
    } finally {
      rmSync(bare, { recursive: true, force: true });
    }
  });

  it.runIf(IS_FULL)('and forth again keeps settings', () => {
    const before = tree.snapshot();
    tree.install(...CAS);
    tree.put('opt/jitsi-jmb/etc/jmb_local.cf', 'JMB_NAME="Ours"\n');
    tree.install('--uninstall');
    expect(tree.install(...CAS).status).toBe(0);
    expect(tree.read('opt/jitsi-jmb/etc/jmb_local.cf')).toBe('JMB_NAME="Ours"\n');
    tree.install('--uninstall', '--purge');
    expect(tree.snapshot()).toEqual(before);
  });
});

describe('a run that does not come to its end', () => {
  const begun = async () => {
    while (!existsSync(join(tree.root, JOURNAL))) await new Promise((go) => setTimeout(go, 2));
  };

  /** Starts install.sh, and sends it a signal when it has begun to change files. */
  const endedBy = async (signal: NodeJS.Signals): Promise<number | null> => {
    const env = { ...process.env, JMB_DIST_READY: '1' };
    const child = spawn(join(clone, 'install.sh'), ['--root', tree.root, '--yes', ...CAS], { env, stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await begun();
    child.kill(signal);
    return ended;
  };

  it('for a full disk leaves the host as it was', (context) => {
    const folder = join(tree.root, 'disk');
    mkdirSync(folder);
    // Not every user may mount one.
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]).status !== 0) return context.skip();
    try {
      const small = jitsiTree(folder);
      const before = small.snapshot();
      const { status, said } = small.install(...CAS);
      expect(said).toContain('ENOSPC');
      expect(said).toContain('nothing was changed: mend what the line above says');
      expect(status).toBe(1);
      expect(small.snapshot()).toEqual(before);
    } finally {
      spawnSync('umount', [folder]);
    }
  });

  it.runIf(IS_FULL)('killed, is finished by the next', async () => {
    const before = tree.snapshot();
    await endedBy('SIGKILL');
    expect(JSON.parse(tree.read(JOURNAL)).run).toMatchObject({ kind: 'change' });
    expect(tree.install(...CAS)).toMatchObject({ status: 0, said: expect.stringContaining('Done') });
    expect(tree.install().said).toContain('Nothing to change');
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it('killed, can be taken back at once', async () => {
    const before = tree.snapshot();
    await endedBy('SIGKILL');
    expect(tree.install('--uninstall', '--purge').status).toBe(0);
    expect(tree.snapshot()).toEqual(before);
  });

  it('takes away what was put beside the program meanwhile', async () => {
    const before = tree.snapshot();
    await endedBy('SIGKILL');
    tree.put('opt/jitsi-jmb/bin/node', 'a private one', 0o755);
    tree.put('opt/jitsi-jmb/lib/booking-0123456789abcdef.cache', 'compiled');
    recover(treeAt(tree.root));
    expect(tree.snapshot()).toEqual(before);
  });

  const signals = [
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const;

  it.each(IS_FULL ? signals : signals.slice(0, 1))('ended by %s puts everything back', async (signal, status) => {
    const before = tree.snapshot();
    expect(await endedBy(signal)).toBe(status);
    expect(tree.snapshot()).toEqual(before);
  });
});
