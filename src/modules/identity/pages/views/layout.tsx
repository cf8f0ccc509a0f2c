import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Problem } from '../problem.js';
import { STYLE } from './style.js';

/** What a page shows. Text in it is escaped by the renderer. */
export interface View {
  /** Names the step; the window's title, too. */
  readonly title: string;
  readonly body: ComponentChildren;
  /** What was refused; its fields are in the body's form. */
  readonly problem?: Problem;
  /** The page is there because something went wrong. */
  readonly failed?: boolean;
}

/** The whole document. */
export const renderPage = (view: View): string => `<!doctype html>${renderToString(<Document {...view} />)}`;

function Document({ title, body, problem, failed }: View): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${problem || failed ? 'Error: ' : ''}${title} – rosfleet`}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <header class="brand">
          <Mark />
          <span>rosfleet</span>
        </header>
        <main>
          {problem && <Summary problem={problem} />}
          <h1>{title}</h1>
          {body}
        </main>
      </body>
    </html>
  );
}

/** Three routers on one line: the mark of the product. */
const Mark = (): VNode => (
  <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path d="M16 11V5M16 27v-6M9.5 18 5 22.5M22.5 18l4.5 4.5" />
    <circle cx="16" cy="16" r="5" />
    <circle cx="16" cy="4" r="2" />
    <circle cx="4.5" cy="24" r="2" />
    <circle cx="27.5" cy="24" r="2" />
    <circle cx="16" cy="28" r="2" />
  </svg>
);

/** Gets the focus when the page opens, so that a screen reader begins with what went wrong; each line leads to its field. */
const Summary = ({ problem }: { problem: Problem }): VNode => (
  <div class="notice bad" role="alert" tabIndex={-1} autofocus>
    <h2>That did not work</h2>
    <ul>
      {problem.general.map((text) => (
        <li>{text}</li>
      ))}
      {Object.entries(problem.fields).map(([name, text]) => (
        <li>
          <a href={`#${name}`}>{text}</a>
        </li>
      ))}
    </ul>
  </div>
);
