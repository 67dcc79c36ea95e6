/** A host in another zone than its settings: the plan of --upgrade says that old meetings will show another time. */
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { timesNote } from '../../lib/install/old_meetings.ts';
import { CAS, type JitsiTree, jitsiTree } from './jitsi_tree.ts';

/** 2026-12-24 07:15 UTC and 2027-06-11 12:30 UTC. */
const WINTER = 1_798_096_500;
const SUMMER = 1_812_717_000;

describe('meetings by two clocks', () => {
  it('are told of where they show another time', () => {
    const note = timesNote([WINTER, SUMMER], 'Etc/UTC', 'Europe/Paris');
    expect(note).toContain(
      '2 of the meetings to come will show another time, the first 2026-12-24 08:15 instead of 2026-12-24 07:15',
    );
    expect(note).toContain('JMB_ICAL_TZID="Etc/UTC"');
    expect(timesNote([WINTER, SUMMER], 'Europe/London', 'Africa/Abidjan')).toContain('1 of the meetings');
  });

  it.each([
    ['one zone', [WINTER], 'Europe/Paris', 'Europe/Paris'],
    ['two names for the same time', [WINTER, SUMMER], 'Europe/Brussels', 'Europe/Paris'],
    ['no meeting', [], 'Etc/UTC', 'Europe/Paris'],
    ['a zone that is none', [WINTER], 'Local/Time', 'Europe/Paris'],
  ])('are not where there is %s', (_, begins, host, settings) => {
    const zone = process.env['TZ'];
    expect(timesNote(begins, host, settings)).toBeUndefined();
    expect(process.env['TZ']).toBe(zone);
  });
});

describe('--upgrade', () => {
  let tree: JitsiTree;
  const LOCAL = 'opt/jitsi-jmb/etc/jmb_local.cf';
  beforeEach(() => {
    tree = jitsiTree();
    tree.put('opt/jitsi-jmb/cgi/booking.cgi', '#!/bin/bash\n', 0o755);
    tree.put(LOCAL, 'JMB_LDAPSEARCH="ldapsearch -x -H ldap://ldap -b dc=x"\n');
    mkdirSync(join(tree.root, 'var/www/jitsi-jmb/data'), { recursive: true });
    const database = fileURLToPath(new URL('../support/upstream.db', import.meta.url));
    copyFileSync(database, join(tree.root, 'var/www/jitsi-jmb/data/jitsi-jmb.db'));
  });
  afterEach(() => tree.remove());

  const foretell = (): string => {
    const before = tree.snapshot();
    const { said } = tree.install(...CAS, '--upgrade', '--dry-run');
    expect(tree.snapshot()).toEqual(before);
    return said;
  };

  it('says it before anything is changed', () => {
    tree.put('etc/timezone', 'Etc/UTC\n');
    const said = foretell();
    expect(said).toContain("this host's clock is in Etc/UTC");
    expect(said).toContain('JMB_ICAL_TZID is Europe/Paris');
    tree.put(LOCAL, 'JMB_ICAL_TZID="UTC"\nJMB_LDAPSEARCH="ldapsearch -x -H ldap://ldap -b dc=x"\n');
    expect(foretell()).not.toContain('clock is in');
  });

  it('finds the zone by /etc/localtime, too, and says nothing of one that is the same', () => {
    symlinkSync('/usr/share/zoneinfo/America/Montreal', join(tree.root, 'etc/localtime'));
    expect(foretell()).toContain("this host's clock is in America/Montreal");
    tree.put('etc/timezone', 'Europe/Paris\n');
    expect(foretell()).not.toContain('clock is in');
  });
});
