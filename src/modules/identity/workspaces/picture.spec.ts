import { describe, expect, it } from '@jest/globals';
import { PICTURE_LIMIT, readPicture } from './picture.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const uri = (type: string, content: Buffer): string => `data:${type};base64,${content.toString('base64')}`;

describe('a picture', () => {
  it.each([
    ['image/png', PNG],
    ['image/jpeg', Buffer.from('ffd8ffe000104a464946', 'hex')],
    ['image/gif', Buffer.from('GIF87a...')],
    ['image/gif', Buffer.from('GIF89a...')],
  ])('may be a data URI of %s', (type, content) => {
    expect(readPicture(uri(type, content))).toMatchObject({
      kind: 'upload',
      type,
      content,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('may be an https URL', () => {
    expect(readPicture('https://example.net/logo.png?v=2')).toEqual({ kind: 'link', url: 'https://example.net/logo.png?v=2' });
  });

  it.each([
    ['http://example.net/logo.png', 'https URL'],
    ['javascript:alert(1)', 'https URL'],
    ['logo.png', 'https URL'],
    ['', 'https URL'],
    ['https://user:secret@example.net/x.png', 'without user name'],
    [`https://example.net/${'x'.repeat(2100)}`, 'at most 2048'],
    ['data:image/png,raw', 'data URI such as'],
    ['data:image/png;base64,', 'data URI such as'],
    ['data:image/png;base64,***', 'data URI such as'],
    [uri('image/svg+xml', Buffer.from('<svg/>')), 'not image/svg+xml'],
    [uri('image/jpeg', PNG), 'its content is image/png'],
    [uri('image/png', Buffer.from('<script>alert(1)</script>')), 'none of JPEG, PNG and GIF'],
  ])('is refused as %.60s', (text, why) => {
    expect(readPicture(text)).toEqual(expect.stringContaining(why));
  });

  it('stays below 2 MB', () => {
    const of = (bytes: number): Buffer => Buffer.concat([PNG, Buffer.alloc(bytes - PNG.length)]);
    expect(readPicture(uri('image/png', of(PICTURE_LIMIT - 1)))).toMatchObject({ kind: 'upload' });
    expect(readPicture(uri('image/png', of(PICTURE_LIMIT)))).toMatch(/smaller than 2 MB; it has 2097152 bytes/);
  });
});
