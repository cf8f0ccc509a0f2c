interface Cookie {
  readonly value: string;
  readonly path: string;
}

/** Cookies of a browser: by origin and path, which is what sign-in relies on. Redirects are followed by hand. */
export class CookieBrowser {
  private readonly jars = new Map<string, Map<string, Cookie>>();

  /** One request. Answers where it leads, if anywhere. */
  async get(url: string | URL): Promise<{ status: number; location: string; headers: Headers; text: string }> {
    const target = new URL(url);
    const response = await fetch(target, { redirect: 'manual', headers: { cookie: this.cookiesFor(target) } });
    this.take(target.origin, response.headers.getSetCookie());
    const location = response.headers.get('location');
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, location: location === null ? '' : new URL(location, target).href };
  }

  /** Follows redirects until one leads to an address that begins with `stop`; answers that address. */
  async follow(url: string, stop: string): Promise<string> {
    let next = url;
    for (let hops = 0; hops < 12; hops++) {
      if (next.startsWith(stop)) return next;
      const { status, location, text } = await this.get(next);
      if (!location) throw new Error(`${next} answered ${status} and led nowhere: ${text.slice(0, 300)}`);
      next = location;
    }
    throw new Error(`Too many redirects at ${next}`);
  }

  /** Forgets the cookies of an origin. */
  forget(origin: string): void {
    this.jars.delete(new URL(origin).origin);
  }

  private take(origin: string, lines: string[]): void {
    const jar = this.jars.get(origin) ?? new Map<string, Cookie>();
    this.jars.set(origin, jar);
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const path = attributes.find((a) => /^path=/i.test(a))?.slice(5) ?? '/';
      jar.set(`${path} ${name}`, { value, path });
    }
  }

  private cookiesFor({ origin, pathname }: URL): string {
    return [...(this.jars.get(origin) ?? [])]
      .filter(([, { value, path }]) => value && (pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)))
      .map(([key, { value }]) => `${key.slice(key.indexOf(' ') + 1)}=${value}`)
      .join('; ');
  }
}
