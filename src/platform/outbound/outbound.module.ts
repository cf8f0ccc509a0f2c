import './webhook-delivery.entity.js';
import './webhook-secret.entity.js';
import { Global, Module } from '@nestjs/common';
import { OutboundHttp } from './outbound-http.js';
import { Resolver } from './resolver.js';
import { WebhookDeliveriesAcrossTeams, WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';
import { WebhookSecrets, WebhookSecretsRepository } from './webhook-secrets.js';
import { Webhooks } from './webhooks.js';

/** Calls to addresses that users name. */
@Global()
@Module({
  providers: [
    ...[OutboundHttp, Resolver, WebhookDeliveriesAcrossTeams, WebhookDeliveriesRepository],
    ...[WebhookSecrets, WebhookSecretsRepository, Webhooks],
  ],
  exports: [OutboundHttp, WebhookSecrets, Webhooks],
})
export class OutboundModule {}
