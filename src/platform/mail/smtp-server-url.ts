/** A mail server, as SMTP_URL names it. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (smtps); otherwise STARTTLS when the server offers it. */
  readonly tls: boolean;
  readonly login?: { readonly user: string; readonly password: string };
}

/** Message submission, RFC 8314: implicit TLS on 465, STARTTLS on 587. */
const PORTS: Record<string, number> = { 'smtps:': 465, 'smtp:': 587 };

/** @throws Error whose message completes the sentence «SMTP_URL=value …» */
export function parseSmtpUrl(text: string): SmtpServer {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const standard = url && PORTS[url.protocol];
  if (!url || !standard || !url.hostname) throw new Error('is not a URL that begins with smtp:// or smtps:// and names a host');
  if (!['', '/'].includes(url.pathname) || url.search || url.hash) throw new Error('has something after the host and port');
  if (Boolean(url.username) !== Boolean(url.password)) throw new Error('has a user without a password, or a password without a user');
  const login = url.username ? { user: decoded(url.username), password: decoded(url.password) } : undefined;
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port) || standard, tls: url.protocol === 'smtps:', login };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error('has a % in user or password that is not written %25');
  }
}
