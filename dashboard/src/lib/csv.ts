/** CSV as spreadsheets and scripts want it: RFC 4180, UTC, numbers unrounded. */

export type CsvCell = string | number | null;

function cell(v: CsvCell): string {
  if (v === null) return '';
  if (typeof v === 'number') return String(v);
  // A text that a spreadsheet would run as a formula is shown as text.
  const text = /^[=+\-@\t\r]/.test(v) ? `'${v}` : v;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const toCsv = (header: string[], rows: CsvCell[][]) =>
  [header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';

/** Epoch seconds as ISO-8601 in UTC, with milliseconds only when there are some. */
export const isoUtc = (t: number) => new Date(Math.round(t * 1000)).toISOString().replace('.000Z', 'Z');

export function download(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const a = document.createElement('a');
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
