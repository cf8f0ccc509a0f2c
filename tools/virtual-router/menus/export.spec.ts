import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VirtualClock, VirtualRouter } from '../index.js';
import { quote } from './export.js';

const fresh = (): VirtualRouter =>
  new VirtualRouter({ model: 'RB5009UG+S+', serial: 'HG1', version: '7.22.3', clock: new VirtualClock(), random: () => 0.5 });

const CONFIGURATION = `
/interface bridge add name=lan comment="the \\"lan\\" \\$1"
/interface ethernet set [find default-name=ether2] name=wan disabled=yes
/interface ovpn-client add name=mgmt connect-to=192.0.2.1 user=u cipher=aes256-cbc auth=sha256 disabled=no
/ip address add address=10.0.0.1/24 interface=lan
/ip service set telnet disabled=yes
/ip service set api address=10.0.0.0/8,192.168.0.0/16
/ip firewall filter add chain=input connection-state=established,related action=accept
/ip firewall filter add chain=input action=drop comment="rosfleet:fw:drop" disabled=yes
/ip dns set servers=1.1.1.1,8.8.8.8 allow-remote-requests=yes
/ppp profile set default use-ipv6=no
/system identity set name="R\\C3\\A4 1"
/system logging set [find topics=info] topics=info,!fetch
/system note set note="line 1\\nline 2"
/system scheduler add name=poll interval=30s start-date=2026-01-01 start-time=00:00:00 on-event={:local x "a"; :put "$x\\t"} policy=read,write,test
/user group add name=ops policy=read,api
/user add name=ops1 group=ops password=secret
`;

describe('/export', () => {
  it('of a factory router is empty, however much was looked at', async () => {
    const router = fresh();
    await router.run('/ip service print; /user print; /interface print; /ip dns print; /system logging print; /ppp profile print');
    expect(router.export()).toBe('');
  });

  it('imported into a fresh router gives the same export', async () => {
    const first = fresh();
    await first.run(CONFIGURATION);
    const second = fresh();
    second.files.put('config.rsc', first.export());
    await second.run('/import config.rsc');
    expect(second.export()).toBe(first.export());
    expect(first.export()).toMatchInlineSnapshot(`
     "/interface bridge
     add comment="the \\"lan\\" \\$1" name=lan
     /interface ethernet
     set [ find default-name=ether2 ] disabled=yes name=wan
     /ppp profile
     set *0 use-ipv6=no
     /interface ovpn-client
     add auth=sha256 cipher=aes256-cbc connect-to=192.0.2.1 disabled=no name=mgmt user=u
     /ip address
     add address=10.0.0.1/24 interface=lan network=10.0.0.0
     /ip dns
     set allow-remote-requests=yes servers=1.1.1.1,8.8.8.8
     /ip firewall filter
     add action=accept chain=input connection-state=established,related
     add action=drop chain=input comment=rosfleet:fw:drop disabled=yes
     /ip service
     set telnet disabled=yes
     set api address=10.0.0.0/8,192.168.0.0/16
     /system identity
     set name="R\\C3\\A4 1"
     /system logging
     set *1 topics=info,!fetch
     /system note
     set note="line 1\\nline 2"
     /system scheduler
     add interval=30s name=poll on-event=":local x \\"a\\"; :put \\"\\$x\\\\t\\"" policy=read,write,test start-date=2026-01-01 start-time=00:00:00
     /user group
     add name=ops policy=read,api
     /user
     add group=ops name=ops1
     "
    `);
  });

  it('is byte-identical again once everything was taken back', async () => {
    const router = fresh();
    await router.run('/ip address add address=192.168.88.1/24 interface=ether1');
    const before = router.export('', { sensitive: true });
    await router.run(`
      /system scheduler add name=x interval=30s; /ip firewall filter add chain=input comment="rosfleet:a"; /ip service set ssh port=2222
      /system logging set [find topics=info] topics=info,!fetch; /system note set note=x; /ip dns set servers=1.1.1.1; /interface ethernet set ether2 comment=x`);
    expect(router.export()).not.toBe(before);
    await router.run(`
      /system scheduler remove x; /ip firewall filter remove [find comment~"^rosfleet"]; /ip service set ssh port=22
      /system logging set [find topics~"fetch"] topics=info; /system note set note=""; /ip dns set servers=""; /interface ethernet set ether2 comment=""`);
    expect(router.export('', { sensitive: true })).toBe(before);
  });

  it('hides secrets unless asked, and user passwords always', async () => {
    const router = fresh();
    await router.run('/ppp secret add name=a password=hidden; /user add name=b group=full password=never');
    expect(router.export()).not.toMatch(/hidden|never/);
    expect(router.export('', { sensitive: true })).toContain('hidden');
    expect(router.export('', { sensitive: true })).not.toContain('never');
  });

  it("takes one menu, and writes a file with RouterOS' header", async () => {
    const router = fresh();
    await router.run('/system identity set name=a; /ip dns set servers=1.1.1.1; /ip dns export file=dns; /export file=all');
    expect(router.export('/ip/dns')).toBe('/ip dns\nset servers=1.1.1.1\n');
    expect(router.files.toRecord()['dns.rsc']).toMatch(/^# 2026-01-01 00:00:00 by RouterOS 7.22.3\n[^]*\/ip dns\nset servers=1.1.1.1\n$/);
    expect(router.files.toRecord()['all.rsc']).toContain('# serial number = HG1\n');
  });

  it('gives back any comment and any script source through an import', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.string(), async (comment, source) => {
        const first = fresh();
        await first.run(
          `/system script add name=s comment=${quote(Buffer.from(comment).toString('latin1'))} source=${quote(Buffer.from(source).toString('latin1'))}`,
        );
        expect(first.item('/system/script', 's')).toMatchObject({ comment, source });
        const second = fresh();
        await second.run(first.export());
        expect(second.export()).toBe(first.export());
      }),
      { numRuns: 100 },
    );
  });
});
