/** Renderers of the scripts that make a router join, report, work and leave. All pure: the same input gives the same script. */
export { answerLimitBytes } from './answer-limit.js';
export { renderAdoption, renderPollEntries, renderPollNow, type AdoptionInput, type PollEntriesInput } from './adoption.js';
export { type BackupInput, renderBackup, type SftpUpload } from './backup.js';
export { bootstrapCommand, renderBootstrapCommand, type BootstrapInput } from './bootstrap-command.js';
export { renderBootstrap } from './bootstrap.js';
export { printJob, renderJob, type JobInput } from './job.js';
export { InvalidRenderInput, type RouterLink } from './link.js';
export { renderMessage, type MessageInput } from './message.js';
export { BOOT_ENTRY, LAST_JOB, POLL_ENTRY, POLL_SECONDS } from './names.js';
export { renderPoll, type PollInput } from './poll.js';
export { rendererRegistry, type Renderer, type RenderOptions } from './registry.js';
export { renderRemoval, type RemovalInput } from './removal.js';
export { renderClearFirewall, renderReboot, renderScriptCall, renderUpgrade, type ScriptCallInput } from './site-actions.js';
export {
  renderTransientClear,
  renderTransientForward,
  renderTransientLogin,
  renderTransientRemoval,
  type TransientForwardInput,
  type TransientLoginInput,
} from './transient.js';
