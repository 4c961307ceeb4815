/** The report's style sheet: ink on paper, on a screen and printed. */
export const REPORT_STYLE = `
:root { color-scheme: light; }
body { margin: 0 auto; padding: 32px 28px 64px; max-width: 980px; background: #fff; color: #24292f;
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { margin: 0 0 4px; font-size: 24px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 36px 0 10px; padding-top: 14px; border-top: 1px solid #d0d7de; font-size: 18px; }
h3 { margin: 24px 0 6px; font-size: 15px; }
p { margin: 6px 0; max-width: 80ch; }
.quiet { color: #57606a; font-weight: 400; }
.exact { font-weight: 600; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 20px; margin: 14px 0; }
dt { color: #57606a; }
dd { margin: 0; overflow-wrap: anywhere; }
ul { margin: 6px 0; padding-left: 20px; }
.warnings { margin: 16px 0; padding: 10px 16px; border: 1px solid #c4320a; border-left-width: 4px; border-radius: 3px; }
.warnings ul { list-style: none; padding: 0; margin: 0; }
.warnings li + li { margin-top: 4px; }
.warnings li::before { content: "\\26a0  "; color: #c4320a; }
table { border-collapse: collapse; margin: 10px 0; font-variant-numeric: tabular-nums; }
.numbers { font-size: 12.5px; }
.numbers th, .numbers td { padding: 2px 10px; text-align: right; white-space: nowrap; font-weight: 400; }
.numbers thead th { font-weight: 600; border-bottom: 1px solid #24292f; }
.numbers tbody th { text-align: left; }
.numbers tbody tr + tr { border-top: 1px solid #eaeef2; }
.strips th { padding: 2px 12px 2px 0; text-align: left; font-weight: 400; color: #57606a; }
.strips thead th { text-align: center; padding: 2px 8px; font-weight: 600; color: inherit; }
.strips td { min-width: 40px; padding: 2px 8px; border: 1px solid #8c959f; text-align: center; }
.strips .stretched { border-style: dashed; color: #57606a; }
.strips .grouped { border: 2px solid #1769aa; }
.strips .product { border: 0; text-align: left; color: #57606a; }
figure { margin: 12px 0; }
figcaption { color: #57606a; font-size: 13px; max-width: 90ch; }
svg { display: block; max-width: 100%; height: auto; }
pre { margin: 4px 0 12px; padding: 8px 12px; overflow-x: auto; border: 1px solid #d0d7de; border-radius: 3px;
  background: #f6f8fa; font: 12.5px/1.45 ui-monospace, "Cascadia Code", Menlo, Consolas, monospace; white-space: pre-wrap; }
blockquote { margin: 8px 0; padding: 2px 12px; border-left: 3px solid #1769aa; font-style: italic; }
.scroll { overflow-x: auto; }
summary { cursor: pointer; color: #57606a; }
footer { margin-top: 40px; padding-top: 10px; border-top: 1px solid #d0d7de; color: #57606a; font-size: 12.5px; }
@page { margin: 15mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  .numbers { font-size: 8pt; }
  .numbers th, .numbers td { padding: 1px 5px; }
  h2, h3 { break-after: avoid; }
  figure, .strips, .warnings, .numbers tr { break-inside: avoid; }
  .scroll { overflow: visible; }
  details:not([open]) { display: none; }
}
`;
