export { ApiServer, type ApiServerOptions } from './api/index.js';
export { RealClock, VirtualClock, type Clock } from './clock.js';
export { RouterOsError, RouterStopped, UnsupportedByVirtualRouter } from './errors.js';
export type { ExportOptions } from './menus/export.js';
export type { RouterOptions, UploadHook, UploadRequest } from './router-options.js';
export { nodeHttp, type HttpRequest, type HttpResponse, type HttpTransport } from './system/http-transport.js';
export type { LogEntry } from './system/log-book.js';
export { fromBytes, toText, typeOf, type RosValue } from './values/value.js';
export { VirtualRouter, type PlainItem, type RequestRecord, type RouterEvent, type RouterSession } from './virtual-router.js';
