import { describe, expect, it } from 'vitest';
import { servicesBack, servicesOf } from '../../lib/install/services.ts';

const words = (told: ReturnType<typeof servicesOf>) => told.map(({ service, how }) => `${how} ${service}`);

describe('who is told of changed files', () => {
  it.each([
    ['/etc/prosody/conf.avail/meet.example.org.cfg.lua', 'restart prosody'],
    ['/opt/jitsi-jmb/prosody/mod_jmb.lua', 'module prosody'],
    ['/etc/jitsi/jicofo/jicofo.conf', 'restart jicofo'],
    ['/etc/jitsi/videobridge/jvb.conf', 'restart jitsi-videobridge2'],
    ['/etc/apache2/mods-enabled/auth_cas.load', 'restart apache2'],
    ['/etc/apache2/sites-available/jitsi-jmb.conf', 'reload-or-restart apache2'],
    ['/opt/jitsi-jmb/apache/jitsi-jmb.conf', 'reload-or-restart apache2'],
    ['/opt/jitsi-jmb/lib/booking.js', 'programs jitsi-jmb@*.service'],
    ['/etc/systemd/system/jitsi-jmb@.service', 'programs jitsi-jmb@*.service'],
    ['/etc/systemd/system/jitsi-jmb@.socket', 'sockets jitsi-jmb@*.socket'],
    ['/etc/systemd/system/sockets.target.wants/jitsi-jmb@ical.socket', 'sockets jitsi-jmb@*.socket'],
    ['/etc/jitsi/meet/jaas/jitsi-jmb.conf', 'reload-or-restart nginx'],
  ])('%s: %s', (path, told) => expect(words(servicesOf([path]))).toEqual([told]));

  it.each(['/etc/jitsi/meet/meet.example.org-config.js', '/opt/jitsi-jmb/etc/jmb_jwt.cf', '/etc/cron.d/jitsi-jmb'])(
    '%s: nobody',
    (path) => expect(servicesOf([path])).toEqual([]),
  );

  it('each once, rooms first, the stronger word for Apache', () => {
    const paths = [
      '/opt/jitsi-jmb/prosody/mod_jmb.lua',
      '/etc/jitsi/meet/jaas/jitsi-jmb.conf',
      '/etc/apache2/sites-available/jitsi-jmb.conf',
      '/etc/apache2/mods-enabled/shib.load',
      '/etc/prosody/conf.d/jitsi-jmb.cfg.lua',
      '/etc/prosody/conf.avail/meet.example.org.cfg.lua',
    ];
    const told = ['restart prosody', 'restart shibd', 'restart apache2', 'reload-or-restart nginx'];
    expect(words(servicesOf(paths))).toEqual(told);
  });

  it('on the way back Apache goes out of service where it was not in service', () => {
    const paths = ['/etc/apache2/mods-enabled/shib.load', '/etc/prosody/conf.d/jitsi-jmb.cfg.lua'];
    expect(words(servicesBack(paths, true))).toEqual(['restart prosody', 'disable apache2']);
    expect(words(servicesBack(paths, false))).toEqual(['restart prosody', 'restart apache2']);
  });
});
