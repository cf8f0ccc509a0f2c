import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type OidcLibrary from 'oidc-provider';
import type { InteractionResults } from 'oidc-provider';
import { SignInExpired } from '../errors.js';
import { errors } from '../oidc/library.js';
import { OidcProvider } from '../oidc/oidc-provider.js';
import { formTarget } from './page-headers.js';
import type { Visit } from './pages.js';

/** An authorization request that waits for its person. */
export interface Interaction {
  readonly uid: string;
  /** `login`, or `consent`, which nobody is asked for. */
  readonly prompt: string;
  /** The person was sent here a second time for the same request. */
  readonly isRepeated: boolean;
  /** Name of the application. */
  readonly client: string;
  /** Address that the application expects, or empty. */
  readonly loginHint: string;
  /** Where the browser goes in the end: CSP sources. */
  readonly formTargets: readonly string[];
}

/** The provider's side of the sign-in pages. */
@Injectable()
export class Interactions {
  constructor(private readonly oidc: OidcProvider) {}

  /** The request with this id, which began in this very browser. @throws SignInExpired */
  async of({ request, reply }: Visit, uid: string): Promise<Interaction> {
    const provider = this.oidc.current;
    const interaction = await this.details(request, reply);
    if (interaction.uid !== uid) throw new SignInExpired();
    const { params, prompt, lastSubmission } = interaction;
    const client = await provider.Client.find(String(params['client_id']));
    const hint = params['login_hint'];
    return {
      ...{ uid, prompt: prompt.name, isRepeated: lastSubmission !== undefined },
      client: client?.clientName ?? client?.clientId ?? 'the application',
      loginHint: typeof hint === 'string' && hint.length <= 254 && hint.includes('@') ? hint : '',
      formTargets: formTarget(params['redirect_uri']),
    };
  }

  private async details(request: FastifyRequest, reply: FastifyReply): ReturnType<OidcLibrary['interactionDetails']> {
    try {
      return await this.oidc.current.interactionDetails(request.raw, reply.raw);
    } catch (error) {
      if (error instanceof errors.SessionNotFound) throw new SignInExpired();
      throw error;
    }
  }

  /** Hands the outcome to the provider; answers the path where it goes on. */
  async finish({ request, reply }: Visit, result: InteractionResults): Promise<string> {
    const returnTo = await this.oidc.current.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission: false });
    return new URL(returnTo).pathname; // on this host, whatever a proxy calls it
  }
}
