"""``parley play``: decide for one side of a trial, week by week; the other parties are the model."""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import console, note, print_json
from sim.cli.exit import Terminated, leave
from sim.cli.options import AsJson, Quiet, Reading, as_trials, count_of, whole
from sim.cli.runs import opened
from sim.errors import ParleyError

if TYPE_CHECKING:
    from rich.console import Console

    from sim.play.answers import Decision, Script
    from sim.play.debrief import Debrief
    from sim.play.session import Play

WIDTH = 80
FOLDER = Path("results") / "plays"
LARGEST = 1 << 20
DEFAULT_TRIALS = 20_000
HELP = (
    "Type one of the answers shown, or nothing to do what the model would do in your place. "
    "'show' repeats the question, 'quit' keeps the decisions and leaves."
)


def play(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or file of a scenario.")],
    side: Annotated[str, typer.Option(metavar="PARTY", help="The belligerent that you decide for.")],
    seed: Annotated[
        int | None,
        typer.Option(metavar="S", help="Seed of what is hidden and of chance [1].", parser=whole),
    ] = None,
    script: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decisions of an earlier play: replay them, then go on.")
    ] = None,
    trials: Annotated[int | None, count_of("the comparison [20,000]", as_trials)] = None,
    reading: Reading = "pool",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Decide for one side of a trial, then see what was hidden."""
    from sim.execution.blocks import check_counts
    from sim.play.session import Play
    from sim.scenario.sampling.readings import as_read

    loaded = opened(scenario, None, quiet)
    before = _read(script) if script else None
    if before is not None:
        _check(before, loaded.name, side, seed)
        seed = before.seed
        if before.start != loaded.scenario.start:
            raise ParleyError(f"{script}: expected the start {loaded.scenario.start}, got {before.start}")
    seed = 1 if seed is None else seed
    n_trials = DEFAULT_TRIALS if trials is None else trials
    check_counts(n_trials, seed, None)
    game = Play(as_read(loaded.scenario, reading), side, seed, before.answers if before else None, loaded.name)
    shown = console(to_stderr=as_json)
    shown.width = min(shown.width, WIDTH)
    if not (as_json and game.pending is None):
        _show_start(game, shown)
    kept = script or _free_file(game)
    try:
        _decide(game, shown, kept)
    except (KeyboardInterrupt, Terminated) as stopped:
        _leave(game, kept, 130 if isinstance(stopped, KeyboardInterrupt) else 143)
    if as_json:
        print_json({"scenario": game.name, "decisions": _lines(game), **game.debrief(n_trials).as_dict()})
    else:
        show_debrief(game.debrief(n_trials), shown)
        if kept.exists():
            note(f"Decisions: {kept} (replay with --script)", quiet)


# -- the play --------------------------------------------------------------------------------------------


def _decide(game: Play, shown: Console, kept: Path) -> None:
    """Ask for one decision after the other, and keep each as soon as it is made."""
    n_news = 0
    while True:
        n_news = _show_news(game, shown, n_news)
        if game.pending is None:
            return
        show_decision(game.pending, shown)
        while not _answer(game, shown, kept):
            pass
        _keep(game, kept)


def _answer(game: Play, shown: Console, kept: Path) -> bool:
    """Read one answer; return whether it fits. A mistake is named, and asked again."""
    decision = game.pending
    assert decision is not None
    usual = f" [{decision.usual}]" if decision.usual else ""
    shown.print(f"Your answer{usual}: ", end="")
    shown.file.flush()
    line = sys.stdin.readline()
    if not line:
        shown.print()
        where = f"go on with --script {kept}" if kept.exists() else "no decision was made"
        raise ParleyError(f"play: expected an answer in the week of {decision.date}, got the end of the input; {where}")
    typed = line.strip()
    if not sys.stdin.isatty():
        shown.print(typed)
    match typed.lower():
        case "quit" | "q":
            raise KeyboardInterrupt
        case "?" | "help":
            say(shown, HELP)
        case "show":
            show_decision(decision, shown)
        case _:
            try:
                game.apply(typed)
            except ParleyError as mistake:
                say(shown, str(mistake))
            else:
                return True
    return False


def _keep(game: Play, kept: Path) -> None:
    from sim.storage.atomic_files import make_folder, write_file

    make_folder(kept.parent)
    write_file(kept, game.script.to_text().encode())


def _leave(game: Play, kept: Path, code: int) -> None:
    if not game.answers:
        leave("\nStopped before the first decision.", code)
    _keep(game, kept)
    leave(f"\nStopped. Go on with:\n  parley play {game.name} --side {game.side} --script {kept}", code)


def _free_file(game: Play) -> Path:
    """Return a file of the folder of plays that is not there yet."""
    stem = re.sub(r"[^\w.]+", "-", f"{game.name}-{game.side}-{game.seed}").strip("-.")[-100:]
    number, path = 1, FOLDER / f"{stem}.txt"
    while path.exists():
        number += 1
        path = FOLDER / f"{stem}-{number}.txt"
    return path


def _read(script: Path) -> Script:
    from sim.play.answers import read_script
    from sim.scenario.diagnostics import escaped

    try:
        with script.open("rb") as stream:
            text = stream.read(LARGEST).decode("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no text"
        raise ParleyError(f"{escaped(str(script))}: cannot be read as a script: {reason.lower()}") from None
    return read_script(text, escaped(str(script)))


def _check(script: Script, name: str, side: str, seed: int | None) -> None:
    """Refuse a script of another play."""
    asked = (("SCENARIO", name, script.scenario), ("--side", side, script.side), ("--seed", seed, script.seed))
    for what, given, wanted in asked:
        if given is not None and given != wanted:
            raise ParleyError(f"{what}: expected {wanted}, as the script says, got {given}")


# -- what is printed -------------------------------------------------------------------------------------


def _show_start(game: Play, to: Console) -> None:
    scenario = game.scenario
    to.print(f"{game.name}: you decide for {game.side}, seed {game.seed}", style="bold")
    say(to, f"Supposes: {scenario.supposes}")
    say(to, f"From {scenario.start} on, {scenario.horizon_weeks} weeks. {HELP}")


def _show_news(game: Play, to: Console, seen: int) -> int:
    from sim.play.news import plain

    news = game.news
    day = None
    for one in news[seen:]:
        head = "" if one.date == day else plain(one.date)
        day = one.date
        say(to, f"{head:<13}{one.text}", "", subsequent_indent=" " * 13)
    return len(news)


def show_decision(decision: Decision, to: Console) -> None:
    """Print what the side knows, the question and the answers."""
    from sim.play.news import plain

    to.print()
    title = f"-- Week {decision.key.week + 1}, {plain(decision.date)} "
    to.print(title + "-" * max(0, to.width - 1 - len(title)), style="bold")
    for text in decision.briefing:
        say(to, text.strip(), "    " if text.startswith(" ") else "")
    to.print()
    say(to, decision.question)
    for choice in decision.choices:
        say(to, f"  {choice.answer:>4}  {choice.words}", "", subsequent_indent=" " * 8)


def show_debrief(found: Debrief, to: Console) -> None:
    """Print what was hidden, what was missed and where the play lies."""
    for heading, sentences in found.sections:
        to.print()
        to.print(heading, style="bold")
        for sentence in sentences:
            say(to, sentence)


def say(to: Console, text: str, indent: str = "", subsequent_indent: str | None = None) -> None:
    """Print a paragraph, wrapped at the width of the terminal."""
    after = indent if subsequent_indent is None else subsequent_indent
    to.print(textwrap.fill(text, to.width - 1, initial_indent=indent, subsequent_indent=after), soft_wrap=True)


def _lines(game: Play) -> list[str]:
    return [line for line in game.script.to_text().splitlines() if line[:1].isdigit()]
