import { getDocument, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

export interface PdfText {
  readonly text: string;
  /** Distance from the left edge in points. */
  readonly x: number;
}

/** The texts of each page of a PDF in the order of their drawing, as a reader that knows nothing of ours finds them. */
export async function textOfPdf(pdf: Buffer): Promise<PdfText[][]> {
  const document: PDFDocumentProxy = await getDocument({ data: new Uint8Array(pdf), useSystemFonts: false, verbosity: 0 }).promise;
  const pages: PdfText[][] = [];
  for (let n = 1; n <= document.numPages; n++) {
    const { items } = await (await document.getPage(n)).getTextContent();
    pages.push(items.flatMap((i) => ('str' in i && i.str.trim() !== '' ? [{ text: i.str, x: (i.transform as number[])[4]! }] : [])));
  }
  await document.destroy();
  return pages;
}
