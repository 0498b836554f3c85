"""The style sheet of the page `/`: light and dark color schemes, wide screens and phones."""

STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif;
  --ground: #f4f5f7; --card: #fff; --text: #1c2024; --dim: #5c636b; --line: #d9dce1;
  --ok: #157347; --warn: #995200; --bad: #c02328; --link: #0b5cad }
@media (prefers-color-scheme: dark) { :root {
  --ground: #111315; --card: #1a1d21; --text: #e8eaed; --dim: #a0a7af; --line: #353a41;
  --ok: #4cc38a; --warn: #f1a10d; --bad: #ff7b7f; --link: #7cb8ff } }
body { background: var(--ground); color: var(--text); max-width: 68rem; margin: 0 auto;
  padding: 1rem }
a { color: var(--link) }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline;
  gap: 0 1rem }
h1 { font-size: 1.3rem; margin: 0 } h1 small, dt, footer, small, .fix, b.dim { color: var(--dim) }
h1 small { font-weight: normal }
nav a { margin-right: .8rem }
section { background: var(--card); border: 1px solid var(--line); border-left: 5px solid;
  border-radius: 6px; padding: .8rem 1rem; margin: 1rem 0 }
section.fleet { border-left: 1px solid var(--line) }
section.ok { border-left-color: var(--ok) } section.warn { border-left-color: var(--warn) }
section.bad { border-left-color: var(--bad) }
h2 { font-size: 1.15rem; margin: 0; overflow-wrap: anywhere }
section.ok h2 b, b.ok { color: var(--ok) } section.warn h2 b, b.warn { color: var(--warn) }
section.bad h2 b, b.bad { color: var(--bad) }
h3 { font-size: .95rem; margin: 1rem 0 .2rem }
p { margin: .3rem 0 } .lead { margin: .1rem 0 .6rem }
dl { display: flex; flex-wrap: wrap; gap: .3rem 2rem; margin: .6rem 0 }
dt { font-size: .8rem } dd { margin: 0 }
.tiles dd { font-size: 1.15rem } .tiles small { display: block; font-size: .8rem }
dd, li, td, p, summary { overflow-wrap: anywhere }
ul { margin: .3rem 0; padding-left: 1.2rem }
.wrong > li { margin-bottom: .5rem } .wrong li li { color: var(--dim); font-size: .9rem }
.fix { margin: 0 } .fix::before { content: "\\2192  " } code { font-size: .95em }
details { border-top: 1px solid var(--line); padding: .25rem 0 }
details + p { border-top: 1px solid var(--line); padding-top: .3rem }
summary { cursor: pointer; color: var(--dim) }
table { border-collapse: collapse; width: 100% }
details table { table-layout: fixed } details th:first-child { width: 38% }
td, th { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0;
  border-bottom: 1px solid var(--line) }
th { color: var(--dim); font-weight: normal; font-size: .8rem }
td[data-of] { font-variant-numeric: tabular-nums }
details td[data-of], .clusters td:nth-child(n+4) { white-space: nowrap }
.monitors { width: auto; min-width: 24rem } .monitors td { padding-right: 2rem }
td b { font-weight: 600 } .clusters td b { white-space: nowrap }
footer { font-size: .8rem }
@media (max-width: 44rem) {
  thead { display: none }
  table, tbody, tr { display: block } .monitors { min-width: 0 }
  tr { padding: .3rem 0; border-bottom: 1px solid var(--line) }
  td { display: inline-block; border: 0; padding: 0 .8rem 0 0 }
  td:first-child { font-weight: 600 } .clusters td:nth-child(3) { display: block }
  td[data-of]:empty { display: none }
  td[data-of]::before { content: attr(data-of) " "; color: var(--dim); font-size: .8rem }
  td[data-of^="What"]::before { content: none } }
"""
