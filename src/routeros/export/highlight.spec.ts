import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EXPORTS } from '../../../test/support/exports.js';
import { highlightDiff, highlightExport, unifiedDiff } from './index.js';

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

/** The text of a fragment, after making sure that there is no other markup than ours in it. */
function textOf(fragment: string): string {
  const body = /^<pre class="rosfleet-export">([^]*)<\/pre>$/.exec(fragment)![1]!.replace(/^\n/, '');
  const text = body.replace(/<span class="[a-z]+">([^<]+)<\/span>/g, '$1');
  expect(text).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]!);
}

describe('highlightExport', () => {
  it('marks what a line is made of', () => {
    expect(highlightExport('# x <y>\n/ip dns\nset [ find default=yes ] servers=192.0.2.1 \\\n    comment="a \\$b c"\n')).toBe(
      '<pre class="rosfleet-export"><span class="comment"># x &lt;y&gt;</span>\n' +
        '<span class="menu">/ip</span> <span class="menu">dns</span>\n' +
        '<span class="verb">set</span> <span class="selector">[</span> <span class="selector">find</span> <span class="selector">default</span>=<span class="value">yes</span> <span class="selector">]</span> ' +
        '<span class="property">servers</span>=<span class="value">192.0.2.1</span> \\\n' +
        '    <span class="property">comment</span>=<span class="string">&quot;</span><span class="string">a </span><span class="variable">\\$b</span><span class="string"> c</span><span class="string">&quot;</span>\n</pre>',
    );
  });

  it('knows a string that goes on in the next line', () => {
    expect(highlightExport('add a="x \\\n    add b=1" c=2')).toContain('<span class="string">    add b=1</span>');
  });

  it.each(EXPORTS)('loses nothing of %s', (_name, text) => {
    expect(textOf(highlightExport(text))).toBe(text);
  });

  it('keeps any text, and lets no markup through', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('<script>', '"', '&amp;', "'", '\\\n', '[', ']', '=', ' ', '$', '\n', '\r', '/ip ', 'add ', '</pre>', '#'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        expect(textOf(highlightExport(text))).toBe(text);
        expect(textOf(highlightDiff(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('highlightDiff', () => {
  it('marks lines that came and went, also those that look like a header', () => {
    const diff = unifiedDiff('/a\nadd b=1\n-- x\n', '/a\nadd b=2\n', { from: 'a.rsc', to: 'b.rsc' });
    expect(highlightDiff(diff)).toBe(
      '<pre class="rosfleet-export"><span class="file">--- a.rsc</span>\n<span class="file">+++ b.rsc</span>\n<span class="hunk">@@ -1,3 +1,2 @@</span>\n /a\n' +
        '<span class="removed">-add b=1</span>\n<span class="removed">--- x</span>\n<span class="added">+add b=2</span>\n</pre>',
    );
    expect(highlightDiff('')).toBe('<pre class="rosfleet-export"></pre>');
  });
});
