import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { InvalidEnvironment } from './variable.js';
import { envExample, readSettings } from './settings.js';

describe('the environment', () => {
  it('needs nothing: every variable has a default', () => {
    expect(readSettings({})).toMatchObject({
      PORT: 8080,
      HOST: '127.0.0.1',
      PUBLIC_URL: 'http://127.0.0.1:8080',
      JOB_TIMEOUT_SECONDS: 900,
    });
  });

  it('names every bad variable, its value and a good one', () => {
    const attempt = (): unknown => readSettings({ PORT: '80a', LOG_LEVEL: 'loud', PUBLIC_URL: 'fleet.example', TRUST_PROXY: 'perhaps' });
    expect(attempt).toThrow(InvalidEnvironment);
    expect(attempt).toThrow(/PORT="80a" is not a whole number from 0 to 65535; for example PORT=8080/);
    expect(attempt).toThrow(/LOG_LEVEL="loud" is not one of trace, debug/);
    expect(attempt).toThrow(/PUBLIC_URL="fleet.example" is not a URL/);
    expect(attempt).toThrow(/TRUST_PROXY="perhaps" is neither true nor false/);
  });

  it.each(['10.20.0.1/16', '10.20', '10.0.0.0/33', '::ffff:10.0.0.1', 'https://hooks.lan', 'hooks_lan', '*', '*.', 'a b', '10.0.0.0/8,'])(
    'takes no receiver %j of webhooks',
    (raw) => expect(() => readSettings({ WEBHOOK_ALLOW: raw })).toThrow(/WEBHOOK_ALLOW=.*neither a network such as 10\.20\.0\.0\/16/),
  );

  it('reads which receivers of webhooks may be called though they are not public', () => {
    const allowed = ['10.20.0.0/16', 'fd00::/8', '192.168.1.7', 'hooks.lan', '*.corp.example'];
    expect(readSettings({ WEBHOOK_ALLOW: allowed.join(', ') })).toMatchObject({ WEBHOOK_ALLOW: allowed, WEBHOOK_HTTP: false });
    expect(readSettings({}).WEBHOOK_ALLOW).toBeUndefined();
  });

  it('keeps secrets out of its complaints', () => {
    const attempt = (): unknown =>
      readSettings({ APP_KEY: 'hunter2', ROSFLEET_ADMIN_PASSWORD: 'hunter3', DATABASE_URL: 'mysql://u:hunter4@h/d' });
    expect(attempt).toThrow(/APP_KEY=\(hidden\) is not 64 hexadecimal digits/);
    expect(attempt).not.toThrow(/hunter/);
  });

  it('reads a mail server and its sender, and asks for both', () => {
    expect(readSettings({ SMTP_URL: 'smtp://a%40b:p%25@mail.example.net', MAIL_FROM: 'Fleet <a@b.c>' })).toMatchObject({
      SMTP_URL: { host: 'mail.example.net', port: 587, tls: false, login: { user: 'a@b', password: 'p%' } },
      MAIL_FROM: { name: 'Fleet', address: 'a@b.c' },
    });
    expect(readSettings({ SMTP_URL: 'smtps://[::1]/', MAIL_FROM: 'a@b.c' }).SMTP_URL).toEqual({ host: '::1', port: 465, tls: true });
    expect(readSettings({})).toMatchObject({ SMTP_URL: undefined, MAIL_FROM: { address: 'noreply@localhost' } });
    expect(() => readSettings({ SMTP_URL: 'smtp://mail.example.net' })).toThrow(
      'MAIL_FROM is missing, and SMTP_URL needs it; for example MAIL_FROM=rosfleet <noreply@example.net>',
    );
    expect(() => readSettings({ SMTP_URL: 'smtp://m', MAIL_FROM: 'fleet' })).toThrow(
      'MAIL_FROM="fleet" is not one address, bare or as name',
    );
  });

  it.each([
    ['http://u:secret@mail', 'is not a URL that begins with smtp:// or smtps:// and names a host'],
    ['mail.example.net:587', 'is not a URL that begins'],
    ['smtp://mail/secret', 'has something after the host and port'],
    ['smtp://mail?tls.rejectUnauthorized=false', 'has something after the host and port'],
    ['smtp://secret@mail', 'has a user without a password'],
    ['smtp://u:100%secret@mail', 'has a % in user or password that is not written %25'],
  ])('refuses SMTP_URL=%s without repeating it', (SMTP_URL, why) => {
    const attempt = (): unknown => readSettings({ SMTP_URL, MAIL_FROM: 'a@b.c' });
    expect(attempt).toThrow(`SMTP_URL=(hidden) ${why}`);
    expect(attempt).not.toThrow(/secret/);
  });

  it('takes a Twilio account whole or not at all', () => {
    const whole = { SMS_TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, SMS_TWILIO_AUTH_TOKEN: 'f'.repeat(32), SMS_FROM: '+15005550006' };
    expect(readSettings(whole)).toMatchObject(whole);
    expect(() => readSettings({ SMS_FROM: '+15005550006' })).toThrow('SMS_TWILIO_ACCOUNT_SID and SMS_TWILIO_AUTH_TOKEN missing');
    const wrong = (): unknown => readSettings({ ...whole, SMS_TWILIO_AUTH_TOKEN: 'secret', SMS_FROM: '0821234567' });
    expect(wrong).not.toThrow('missing');
    expect(wrong).toThrow(/SMS_TWILIO_AUTH_TOKEN=\(hidden\) is not.*\n.*SMS_FROM="0821234567" is neither/);
  });

  it('keeps the two tokens of calling services apart', () => {
    const [a, b] = ['a'.repeat(32), 'b'.repeat(32)];
    expect(readSettings({ INTERNAL_TOKEN: a, SITE_INTERNAL_TOKEN: b })).toMatchObject({ SITE_INTERNAL_TOKEN: b });
    for (const both of [
      { INTERNAL_TOKEN: a, SITE_INTERNAL_TOKEN: a },
      { INTERNAL_TOKEN_PREVIOUS: a, SITE_INTERNAL_TOKEN: a },
      { INTERNAL_TOKEN: a, SITE_INTERNAL_TOKEN_PREVIOUS: a },
    ])
      expect(() => readSettings(both)).toThrow('stand for different services');
  });

  it('reads an empty value as absent, as docker compose writes it', () => {
    expect(readSettings({ PORT: '', DATABASE_URL: '' })).toMatchObject({ PORT: 8080, DATABASE_URL: undefined });
  });

  it('drops a trailing slash of URLs', () => {
    expect(readSettings({ PUBLIC_URL: 'https://fleet.example.net/' }).PUBLIC_URL).toBe('https://fleet.example.net');
  });

  it('is documented whole in .env.example', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
  });

  it('reads a range of ports', () => {
    expect(readSettings({})).toMatchObject({ TRANSIENT_PORTS: { first: 40_000, last: 49_999 }, TRANSIENT_PUBLIC_HOST: '127.0.0.1' });
    expect(readSettings({ TRANSIENT_PORTS: '50000-50009' }).TRANSIENT_PORTS).toEqual({ first: 50_000, last: 50_009 });
    expect(readSettings({ MGMT_TUNNEL_SERVER_ID: 'tunnel-1' }).TRANSIENT_PUBLIC_HOST).toBe('tunnel-1');
    for (const TRANSIENT_PORTS of ['50000', '50009-50000', '80-90', '60000-65536', '-1-5'])
      expect(() => readSettings({ TRANSIENT_PORTS })).toThrow(
        'is no range of ports from 1024 to 65535; for example TRANSIENT_PORTS=40000-49999',
      );
  });
});
