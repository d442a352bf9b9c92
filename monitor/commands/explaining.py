"""`monitor explain`: what language makes of one post, and why."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.commands.shared_options import CONFIG, ConfigPath, Json, begun_database, read_config, told_in_one_line
from monitor.exit_codes import Exit

if TYPE_CHECKING:
    from analysis.annotation import Document
    from analysis.explanation import Explanation
    from monitor.config import Config


def explain(
    post: Annotated[
        str | None, typer.Option("--post", help="Key of a stored post, e.g. weibo:5007183087403383.")
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="Any text, as somebody would post it.")] = None,
    platform: Annotated[
        str, typer.Option("--platform", help="Of --text: topics may have terms of their own there.")
    ] = ("weibo"),
    config: ConfigPath = CONFIG,
    as_json: Json = False,
) -> None:
    """Show what a post is read as: normal form, tokens, hashtags, topics, complaints, polarity, each with its reasons.

    Spans are offsets into the text as published. A stored post is read as the configuration is now.

    Example: monitor explain --text "知夏又崩了，券也用不了"
    """
    from msgspec import to_builtins

    from monitor.service import make_annotator

    if (post is None) == (text is None):
        raise typer.BadParameter("give either --post or --text")
    settings = read_config(config)
    with told_in_one_line():
        document = stored(settings, post) if post is not None else as_document(text or "", platform)
        explanation = make_annotator(settings).explain(document)
    if as_json:
        told = to_builtins(explanation, builtin_types=(bytes,))
        typer.echo(json.dumps(told, ensure_ascii=False, default=bytes.hex))  # a sketch is bytes
        return
    for line in lines(explanation):
        typer.echo(line)


def as_document(text: str, platform: str) -> "Document":
    """The text as a source would hand it on."""
    from analysis.annotation import Document
    from collectors.normalise import clean

    return Document(text=clean(text), platform=platform)


def stored(settings: "Config", key: str) -> "Document":
    """A stored post; exit 1 where there is none of this key."""
    from analysis.annotation import Document
    from monitor.store.sqlite import open_store

    with open_store(begun_database(settings), read_only=True) as store:
        found = store.post(key)
    if found is None:
        typer.echo(f"no post {key} is stored; `monitor export posts` lists keys in the column post", err=True)
        raise typer.Exit(Exit.FAILURE)
    post = found.post
    return Document(text=post.text, platform=post.platform, kind=post.kind.value, author_id=post.author_id)


def lines(explanation: "Explanation") -> Iterator[str]:
    text, annotation = explanation.document.text, explanation.annotation

    def place(start: int, end: int) -> str:
        return f"{start}-{end} {text[start:end]!r}"

    yield f"text       {text!r}"
    yield f"normal     {annotation.normal!r}"
    if explanation.quoted:
        yield f"quoted     {explanation.quoted!r}: read for topics only"
    yield f"tokens     {' / '.join(token for token in explanation.tokens if token.strip()) or '(none)'}"
    for hashtag in annotation.hashtags:
        yield f"hashtag    #{hashtag.key}#  at {place(hashtag.start, hashtag.end)}"
    for topic in explanation.topics:
        yield f"topic      {topic.topic}: " + (
            "mentioned" if topic.because is None else f"NOT mentioned: {topic.because}"
        )
        for term in topic.shown:
            yield f"             {term.role:7} {term.term}  at {place(term.start, term.end)}"
    if not explanation.topics:
        yield "topic      (none)"
    for complaint in explanation.complaints:
        counted = "" if complaint.discount is None else f"  NOT counted: {complaint.discount}"
        by_nearness = " (weak: by what stands near it)" if complaint.weak else ""
        yield f"complaint  {complaint.category}  at {place(complaint.start, complaint.end)}{by_nearness}{counted}"
    if not explanation.complaints:
        yield "complaint  (none)"
    told = "(cannot tell)" if annotation.polarity is None else f"{annotation.polarity:+.2f} {annotation.sentiment}"
    yield f"polarity   {told}"
    for words, value in explanation.polarity_reasons:
        yield f"             {value:+.2f} {words}"
    yield f"version    {annotation.version}"
