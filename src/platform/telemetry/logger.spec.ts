import { describe, expect, it } from '@jest/globals';
import { Logger } from './logger.js';

describe('the log', () => {
  it('never contains tokens, passwords or scripts, at any depth it is given them', () => {
    let text = '';
    const logger = new Logger('debug', { write: (line: string) => void (text += line) });
    const secrets = { token: 'S3CRET', password: 'S3CRET', script: 'S3CRET', authorization: 'S3CRET' };
    logger.info({ ...secrets, headers: secrets, request: { headers: secrets, body: 'S3CRET' } }, 'hello');
    expect(text).toContain('hello');
    expect(text).toContain('[redacted]');
    expect(text).not.toContain('S3CRET');
  });

  it('keeps the parameters of a failed query out', () => {
    let text = '';
    const failure = Object.assign(new Error('duplicate key'), {
      query: 'INSERT S3CRET',
      parameters: ['S3CRET'],
      driverError: { code: '23505', constraint: 'uq_x' },
    });
    new Logger('debug', { write: (line: string) => void (text += line) }).error({ err: failure }, 'request failed');
    expect(text).toContain('uq_x');
    expect(text).not.toContain('S3CRET');
  });
});
