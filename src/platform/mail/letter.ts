import { UnsendableMail } from './mailbox.js';

export interface Letter {
  /** The heading. */
  readonly title: string;
  readonly greeting: string;
  /** Plain text; a line break stays one. */
  readonly paragraphs: readonly string[];
  readonly button?: {
    readonly label: string;
    /** An absolute http or https URL. */
    readonly url: string;
  };
  /** Why the person gets this mail and what to do when it is not for them. */
  readonly footer: string;
}

/**
 * Text and HTML of a mail with the same content. All of it is plain text and escaped here; the button's URL also stands
 * in full, for programs that show no buttons and people who look before they follow.
 * @throws UnsendableMail when the button leads elsewhere than to http or https
 */
export function letter(content: Letter): { text: string; html: string } {
  const button = content.button && { label: content.button.label, url: webUrl(content.button.url) };
  return { text: asText({ ...content, button }), html: asHtml({ ...content, button }) };
}

function webUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new UnsendableMail('`button.url` is not an absolute http or https URL.');
  return url.href; // its form without blanks, line breaks and quotes
}

const asText = ({ title, greeting, paragraphs, button, footer }: Letter): string =>
  `${[title, greeting, ...paragraphs, ...(button ? [`${button.label}:\n${button.url}`] : []), `-- \n${footer}`].join('\n\n')}\n`;

/** No colours but the button's, so that a program's dark mode has nothing to fight with; widths fit a phone. */
function asHtml({ title, greeting, paragraphs, button, footer }: Letter): string {
  const paragraph = (text: string): string => `<p style="margin:0 0 16px">${escaped(text)}</p>`;
  const link = button && `<a href="${escaped(button.url)}" style="${BUTTON}">${escaped(button.label)}</a>`;
  const plainLink = button && `<a href="${escaped(button.url)}" style="word-break:break-all">${escaped(button.url)}</a>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(title)}</title>
</head>
<body style="margin:0;padding:24px 16px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<div style="max-width:560px;margin:0 auto">
<h1 style="margin:0 0 24px;font-size:22px;line-height:1.3">${escaped(title)}</h1>
${[greeting, ...paragraphs].map(paragraph).join('\n')}
${link ? `<p style="margin:24px 0">${link}</p>\n<p style="margin:0 0 16px;font-size:14px">${plainLink}</p>\n` : ''}<p style="margin:32px 0 0;font-size:13px;opacity:0.75">${escaped(footer)}</p>
</div>
</body>
</html>
`;
}

const BUTTON =
  'display:inline-block;padding:12px 24px;border-radius:6px;background:#1d4ed8;color:#ffffff;font-weight:600;text-decoration:none';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '\n': '<br>\n' };

const escaped = (text: string): string => text.replace(/\r\n?/g, '\n').replace(/[&<>"'\n]/g, (character) => ENTITIES[character]!);
