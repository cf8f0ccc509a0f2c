import { applyDecorators } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { Answers, Public } from '../../../platform/access/index.js';
import { type ErrorClass, ValidationFailed } from '../../../platform/errors/index.js';
import { BrowserRoute } from '../../../platform/http/index.js';
import { FormRefused } from './errors.js';
import { errorPage } from './page-error.js';

/** Largest form in bytes; the longest right one has a tenth of it. */
export const FORM_LIMIT = 16_384;

/**
 * A page for people: open to anybody, no part of the API, and its errors are pages, too.
 * @param errors what it may answer, for the catalogue of errors
 */
export const ShowsPage = (...errors: ErrorClass[]): MethodDecorator =>
  applyDecorators(Public(), Answers(...errors), ApiExcludeEndpoint(), BrowserRoute(errorPage));

/** Where a page's form goes. @param errors as for `ShowsPage` */
export const TakesForm = (...errors: ErrorClass[]): MethodDecorator =>
  applyDecorators(Public(), Answers(FormRefused, ValidationFailed, ...errors), ApiExcludeEndpoint(), BrowserRoute(errorPage, FORM_LIMIT));
