export { OutboundFailed, OutboundHttp, OutboundRefused } from './outbound-http.js';
export { OutboundModule } from './outbound.module.js';
export { type DeliveryState, WebhookDelivery } from './webhook-delivery.entity.js';
export { type TeamSecret, WebhookSecrets } from './webhook-secrets.js';
export { type WebhookMessage, Webhooks } from './webhooks.js';
