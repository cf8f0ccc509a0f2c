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

  it('keeps secrets out of its complaints', () => {
    const attempt = (): unknown =>
      readSettings({ APP_KEY: 'hunter2', ROSFLEET_ADMIN_PASSWORD: 'hunter3', DATABASE_URL: 'mysql://u:hunter4@h/d' });
    expect(attempt).toThrow(/APP_KEY=\(hidden\) is not 64 hexadecimal digits/);
    expect(attempt).not.toThrow(/hunter/);
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
});
