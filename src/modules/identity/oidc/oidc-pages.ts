import { Injectable } from '@nestjs/common';
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';

/** Pages that the provider shows itself. */
@Injectable()
export class OidcPages {
  /** Asks whether to sign out. @param form the provider's empty form (id `op.logoutForm`) with its CSRF secret */
  signOut(ctx: KoaContextWithOIDC, form: string): void {
    ctx.body = `<!doctype html><title>Sign out</title>${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`;
  }

  signedOut(ctx: KoaContextWithOIDC): void {
    ctx.body = '<!doctype html><title>Signed out</title><p>You are signed out.</p>';
  }

  /** What was wrong with an authorization request that must not be led back to its sender. */
  error(ctx: KoaContextWithOIDC, out: ErrorOut, _error: Error): void {
    ctx.type = 'html';
    ctx.body = `<!doctype html><title>Error</title><p>${out.error.replace(/[^a-z_]/g, '')}</p>`;
  }
}
