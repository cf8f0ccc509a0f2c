import { describe, expect, it } from '@jest/globals';
import { letter } from './letter.js';
import { UnsendableMail } from './mailbox.js';

const content = {
  title: 'Join «North»',
  greeting: 'Hello <b>Jo</b>,',
  paragraphs: ['First & foremost "this"', "two\nlines, it's so"],
  button: { label: 'Accept', url: 'https://fleet.example.net/join?a=1&b=<2>' },
  footer: 'Sent by rosfleet.',
};

describe('a letter', () => {
  it('is plain text with the link in full', () => {
    expect(letter(content).text).toBe(
      [
        'Join «North»',
        'Hello <b>Jo</b>,',
        'First & foremost "this"',
        "two\nlines, it's so",
        'Accept:\nhttps://fleet.example.net/join?a=1&b=%3C2%3E',
        '-- \nSent by rosfleet.\n',
      ].join('\n\n'),
    );
  });

  it('has the same content in HTML, every word of it escaped', () => {
    const { html } = letter(content);
    for (const part of [
      '>Join «North»</h1>',
      '>Hello &lt;b&gt;Jo&lt;/b&gt;,</p>',
      '>First &amp; foremost &quot;this&quot;</p>',
      '>two<br>\nlines, it&#39;s so</p>',
      '>Accept</a>',
      '>https://fleet.example.net/join?a=1&amp;b=%3C2%3E</a>',
      '>Sent by rosfleet.</p>',
    ])
      expect(html).toContain(part);
    expect(html).not.toMatch(/<b>|<script|<img|<link/);
  });

  it('loads nothing from anywhere and leaves its colours to the reader', () => {
    const { html } = letter(content);
    expect(html).not.toMatch(/src=|url\(|@import/);
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    expect(html).toContain('<meta name="viewport" content="width=device-width,initial-scale=1">');
    expect(html.match(/[^-]color:[^;"]*/g)).toEqual([';color:#ffffff']);
  });

  it('does without a button', () => {
    const { text, html } = letter({ ...content, button: undefined });
    expect(text + html).not.toMatch(/href|https:\/\//);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '/join', 'fleet.example.net', ''])('refuses a button that leads to %p', (url) => {
    expect(() => letter({ ...content, button: { label: 'Go', url } })).toThrow(UnsendableMail);
  });
});
