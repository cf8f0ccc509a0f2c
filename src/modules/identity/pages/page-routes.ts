import { applyDecorators } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { Answers, Public } from '../../../platform/access/index.js';
import { BrowserRoute } from '../../../platform/http/index.js';
import { FormRefused } from './errors.js';
import { errorPage } from './page-error.js';

/** Largest form in bytes; the longest right one has a tenth of it. */
export const FORM_LIMIT = 16_384;

/** A page for people: open to anybody, no part of the API, and its errors are pages, too. */
export const ShowsPage = (): MethodDecorator => applyDecorators(Public(), ApiExcludeEndpoint(), BrowserRoute(errorPage));

/** Where a page's form goes. */
export const TakesForm = (): MethodDecorator =>
  applyDecorators(Public(), ApiExcludeEndpoint(), Answers(FormRefused), BrowserRoute(errorPage, FORM_LIMIT));
