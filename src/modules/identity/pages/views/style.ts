import { createHash } from 'node:crypto';

/**
 * The one stylesheet, inlined in each page and allowed there by its hash. System fonts; light and dark by the person's
 * choice; every text on its ground has a contrast of 4.5:1 or more, borders of inputs 3:1.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #eef1f6; --card: #ffffff; --text: #131a26; --quiet: #4d586b; --line: #788397; --hair: #dfe4ec;
  --accent: #1d4ed8; --accent-strong: #1e40af; --on-accent: #ffffff; --bad: #b3161b; --bad-ground: #fdf0f0; --good: #14653a; --good-ground: #edf8f1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0d1219; --card: #161d28; --text: #edf1f7; --quiet: #a9b4c6; --line: #76839a; --hair: #2a3445;
    --accent: #8fb4ff; --accent-strong: #b5cdff; --on-accent: #0b1526; --bad: #ff9d9a; --bad-ground: #351a1d; --good: #86d9a8; --good-ground: #14291f;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100svh; padding: 24px 16px 48px; display: flex; flex-direction: column; align-items: center;
  background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
.brand { margin: max(0px, 6vh) 0 24px; display: flex; align-items: center; gap: 10px; font-weight: 650; font-size: 20px; letter-spacing: -0.01em; }
.brand svg { width: 30px; height: 30px; fill: none; stroke: var(--accent); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
main {
  width: 100%; max-width: 432px; padding: 32px; background: var(--card); border: 1px solid var(--hair); border-radius: 14px;
  box-shadow: 0 1px 2px rgb(10 20 40 / 6%), 0 12px 32px rgb(10 20 40 / 8%); overflow-wrap: anywhere;
}
h1 { margin: 0 0 8px; font-size: 24px; line-height: 1.25; letter-spacing: -0.015em; text-wrap: balance; }
h2 { margin: 0 0 4px; font-size: 16px; }
p { margin: 0 0 16px; }
.lead, .quiet, .hint { color: var(--quiet); }
.lead { margin-bottom: 24px; }
.quiet, .hint { font-size: 14px; }
form { margin: 0; }
.field { margin: 0 0 20px; }
.field-head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 12px; align-items: baseline; }
.field-head a { font-size: 14px; }
label { display: block; margin: 0 0 6px; font-weight: 600; }
.hint, .wrong { margin: 0 0 8px; }
.wrong { color: var(--bad); font-size: 14px; font-weight: 600; }
input:not([type=hidden]) {
  display: block; width: 100%; min-height: 46px; padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--card); color: inherit; font: inherit;
}
input[readonly] { background: var(--ground); }
input[aria-invalid=true] { border-color: var(--bad); border-width: 2px; padding: 9px 11px; }
input.code { font-size: 22px; letter-spacing: 0.2em; font-variant-numeric: tabular-nums; }
.button {
  display: block; width: 100%; min-height: 46px; padding: 10px 16px; border: 1px solid var(--accent); border-radius: 8px; cursor: pointer;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; text-align: center; text-decoration: none;
}
.button:hover { background: var(--accent-strong); border-color: var(--accent-strong); }
.button.second { background: transparent; color: var(--text); border-color: var(--line); }
.button.second:hover { background: var(--ground); }
.link {
  display: inline; padding: 0; border: 0; background: none; color: var(--accent); font: inherit; text-decoration: underline;
  text-underline-offset: 2px; cursor: pointer;
}
a { color: var(--accent); text-underline-offset: 2px; }
a:hover, .link:hover { color: var(--accent-strong); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.notice { margin: 0 0 24px; padding: 12px 16px; border-left: 4px solid; border-radius: 4px 8px 8px 4px; }
h1 + .notice { margin-top: 16px; }
.notice p, .notice ul { margin: 0; }
.notice ul { padding-left: 20px; }
.notice a { color: inherit; }
.notice.bad { background: var(--bad-ground); border-color: var(--bad); color: var(--bad); }
.notice.good { background: var(--good-ground); border-color: var(--good); color: var(--good); }
.more { margin: 24px 0 0; padding: 20px 0 0; border-top: 1px solid var(--hair); }
.more > :last-child { margin-bottom: 0; }
.more p { margin-bottom: 8px; }
.stack > * + * { margin-top: 12px; }
.or { margin: 20px 0; display: flex; align-items: center; gap: 12px; color: var(--quiet); font-size: 14px; }
.or::before, .or::after { content: ''; flex: 1; border-top: 1px solid var(--hair); }
.who { margin: 0 0 24px; display: flex; flex-wrap: wrap; gap: 4px 12px; justify-content: space-between; align-items: baseline; font-size: 14px; color: var(--quiet); }
.who strong { color: var(--text); font-weight: 600; }
.unseen { position: absolute; width: 1px; height: 1px; min-height: 0; margin: -1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; border: 0; }
@media (max-width: 420px) {
  body { padding: 16px 12px 32px; }
  .brand { margin: 8px 0 16px; }
  main { padding: 24px 20px; }
}
@media (forced-colors: active) { .brand svg { stroke: CanvasText; } .button { border-width: 2px; } }
`;

/** CSP source that allows exactly this stylesheet. */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
