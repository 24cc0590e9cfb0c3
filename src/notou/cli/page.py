"""A document as one page of HTML that needs nothing else: to be read in a browser, and printed.

Every text is escaped; no script, nothing that is fetched. What may not enter: what any document says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape

from notou.cli.document import Block, Document, Grid, Lines, Section, Ticks

Say = Callable[[str], str]
"""Gives a text in the reader's language."""

_STYLE = """
body { font: 11pt/1.45 system-ui, sans-serif; color: #111; max-width: 48em; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.5em; margin: 0 0 .2em }
h2 { font-size: 1.1em; margin: 1.6em 0 .4em; border-bottom: 1px solid #999 }
p { margin: .3em 0; overflow-wrap: anywhere }
table { border-collapse: collapse; margin: .6em 0; width: 100%; font-size: .9em }
th, td { text-align: left; vertical-align: top; padding: .25em .7em .25em 0; border-bottom: 1px solid #ddd }
ul { list-style: none; padding: 0; margin: .4em 0 }
li { padding-left: 1.8em; text-indent: -1.8em; margin: .35em 0; break-inside: avoid }
li span { display: inline-block; width: 1.8em; text-indent: 0 }
tr { break-inside: avoid }
@page { margin: 18mm }
@media print { body { margin: 0; max-width: none; font-size: 10pt } h2 { break-after: avoid } }
"""
_BOXES = {True: "☑", False: "☐", None: "☐"}


def page(document: Document, language: str, spoken: Say) -> str:
    """The whole page, for a file in UTF-8. ``language`` is its code, such as ``en``."""

    def text(words: str) -> str:
        return escape(spoken(words))

    body = "\n".join(line for section in document.sections for line in _section(section, text))
    title = text(document.title)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _section(section: Section, text: Say) -> Iterator[str]:
    yield f"<h2>{text(section.heading)}</h2>"
    for block in section.blocks:
        yield from _block(block, text)


def _block(block: Block, text: Say) -> Iterator[str]:
    match block:
        case Lines(sentences):
            yield from (f"<p>{text(sentence)}</p>" for sentence in sentences)
        case Grid(heads, rows):
            yield "<table>"
            yield f"<thead>{_row('th', heads, text)}</thead>"
            yield f"<tbody>{''.join(_row('td', row, text) for row in rows)}</tbody>"
            yield "</table>"
        case Ticks(items):
            boxes = (f"<li><span>{_BOXES[done]}</span>{text(item)}</li>" for done, item in items)
            yield f"<ul>{''.join(boxes)}</ul>"


def _row(tag: str, cells: Iterable[str], text: Say) -> str:
    return "<tr>" + "".join(f"<{tag}>{text(cell)}</{tag}>" for cell in cells) + "</tr>"
