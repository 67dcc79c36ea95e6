import { describe, expect, it } from 'vitest';
import { parseLdapsearch } from '../../lib/people/ldapsearch.ts';
import { SettingsError } from '../../lib/settings.ts';

describe('a command line of ldapsearch', () => {
  it('of the original is understood', () => {
    const command =
      '/usr/bin/ldapsearch -o ldif-wrap=no -H ldap://127.0.0.1:3890 -x -LLL -b ou=people,dc=example,dc=org -D cn=jitsi-jmb,ou=people,dc=example,dc=org -y /etc/ldap/ldap.secret';
    expect(parseLdapsearch(command)).toEqual({
      urls: ['ldap://127.0.0.1:3890'],
      base: 'ou=people,dc=example,dc=org',
      scope: 'sub',
      bind: 'cn=jitsi-jmb,ou=people,dc=example,dc=org',
      password: null,
      passwordFile: '/etc/ldap/ldap.secret',
      startTls: false,
    });
  });

  it.each([
    ['ldapsearch -h ldap.example.org -b x', ['ldap://ldap.example.org']],
    ['ldapsearch -h ldap.example.org -p 3389 -b x', ['ldap://ldap.example.org:3389']],
    ['ldapsearch -h "one two:390" -p 389 -b x', ['ldap://one:389', 'ldap://two:390']],
    ['ldapsearch -H "ldaps://one ldap://two" -b x', ['ldaps://one', 'ldap://two']],
    ['ldapsearch -Hldap://one -b x', ['ldap://one']],
    ['ldapsearch -xLLLH ldap://one -b x', ['ldap://one']],
    ['timeout 5 ldapsearch -x -b x', []],
    ['/usr/bin/ldapsearch -H " ldap://one,  LDAPS://two " -p 1 -h three', ['ldap://one', 'LDAPS://two']],
    ['ldapsearch -h " one, two " -p 390', ['ldap://one:390', 'ldap://two:390']],
    ['ldapsearch -h ""', []],
  ])('%s names its servers', (command, urls) => {
    expect(parseLdapsearch(command).urls).toEqual(urls);
  });

  it.each([
    [' ldapsearch  -b\t x ', 'x'],
    ['ldapsearch -b x\\', 'x'],
    ["ldapsearch -b a\"b 'c\"'d e'f", "ab 'cd ef"],
    ['ldapsearch -b "a\\"b"', 'a"b'],
    ["ldapsearch -b 'a\\b'", 'a\\b'],
    ["ldapsearch -b '' -x", ''],
    ["ldapsearch -b 'ou=my people,dc=example'", 'ou=my people,dc=example'],
    ['ldapsearch -b "ou=my people,dc=example"', 'ou=my people,dc=example'],
    ['ldapsearch -b ou=my\\ people,dc=example', 'ou=my people,dc=example'],
    ['ldapsearch -b ""', ''],
    ['ldapsearch', null],
  ])('%s names its base', (command, base) => {
    expect(parseLdapsearch(command).base).toBe(base);
  });

  it('holds a password with any character, asks for STARTTLS and a scope', () => {
    expect(parseLdapsearch('ldapsearch -ZZ -s one -D cn=x -w \'a "b" $c -y\'')).toMatchObject({
      bind: 'cn=x',
      password: 'a "b" $c -y',
      startTls: true,
      scope: 'one',
    });
    expect(parseLdapsearch('ldapsearch -xZ').startTls).toBe(true);
  });

  it.each(['base', 'one', 'sub', 'children'] as const)('has the scope %s', (scope) => {
    expect(parseLdapsearch(`ldapsearch -s ${scope}`).scope).toBe(scope);
    expect(parseLdapsearch('ldapsearch').scope).toBe('sub');
  });

  it('may limit, wrap and debug, which changes nothing here', () => {
    const plain = parseLdapsearch('ldapsearch -b x');
    expect(parseLdapsearch('ldapsearch -l 5 -z 10 -o nettimeout=3 -a never -d 0 -P 3 -v -n -A -b x')).toEqual(plain);
  });

  it.each([
    ['ldapsearch -Y EXTERNAL -H ldap://x', 'JMB_LDAPSEARCH: -Y (SASL) cannot be done here; use -x with -D and -y'],
    ['ldapsearch -x -W -D cn=x', 'JMB_LDAPSEARCH: -W asks for the password at a terminal; use -y FILE'],
    ['ldapsearch -D cn=x', 'JMB_LDAPSEARCH: -D needs the password, by -y FILE or -w'],
    ['ldapsearch -H', 'JMB_LDAPSEARCH: -H needs a value'],
    ['ldapsearch -H ldapi:///', 'JMB_LDAPSEARCH: "ldapi:///" is not an ldap:// or ldaps:// address'],
    ['ldapsearch -H see:ldap://x', 'JMB_LDAPSEARCH: "see:ldap://x" is not an ldap:// or ldaps:// address'],
    ['ldapsearcher -b x', 'JMB_LDAPSEARCH: it is not a command line of ldapsearch'],
    ['my-ldapsearch -b x', 'JMB_LDAPSEARCH: it is not a command line of ldapsearch'],
    ['ldapsearch -', 'JMB_LDAPSEARCH: word 2 has no place'],
    ['ldapsearch ""', 'JMB_LDAPSEARCH: word 2 has no place'],
    ['ldapsearch -j', 'JMB_LDAPSEARCH: -j is not understood'],
    ['ldapsearch -s all', 'JMB_LDAPSEARCH: -s all is not understood'],
    [
      'ldapsearch -x uid=alice mail',
      'JMB_LDAPSEARCH: word 3 has no place: filter and attributes are not given here, and what holds blanks goes between quotes',
    ],
    ['ldapsearch -b "x', 'JMB_LDAPSEARCH: the quote " is never closed'],
    ['ldap://127.0.0.1', 'JMB_LDAPSEARCH: it is not a command line of ldapsearch'],
  ])('%s is refused in words', (command, message) => {
    expect(() => parseLdapsearch(command)).toThrow(SettingsError);
    expect(() => parseLdapsearch(command)).toThrow(message);
    expect(() => parseLdapsearch(command)).toThrow(expect.objectContaining({ settings: ['JMB_LDAPSEARCH'] }));
  });
});
