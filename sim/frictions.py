"""The frictions that keep two sides from a deal both prefer, and the other reasons why no ceasefire lasts.

The one home of their names, codes and words. Columns, summaries, sentences, figures and reference pages are made from
these tables; ``sim.model.switches`` has for each friction how it is switched off. How to add one:
docs/contributing/new_friction.md.
"""

from __future__ import annotations

from dataclasses import dataclass

LAST_FIRST_CODE = 12
"""Last code of the first format of runs: what has a larger one was added later, and earlier runs do not know it."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Hold a reason for failure.

    ``name`` is its key in JSON, ``code`` its number in the stored column ``tag``: once given it is never given to
    another. ``sentence`` follows "the main reason is that", ``short`` stands in a table, ``look`` names a colour and
    perhaps a hatch of ``dashboards.theme``.
    """

    name: str
    code: int
    sentence: str
    short: str
    look: str


@dataclass(frozen=True, kw_only=True)
class Friction(Reason):
    """Hold a friction, a reason that has a Shapley share as well: the stored column ``share_<name>``.

    ``meaning`` says what it is in the model, with its equation in the symbols of docs/odd.md; ``off`` what is set to
    nought when it is switched off. ``part`` and ``short_part`` name it in a list of what closed a range.
    """

    meaning: str
    off: str
    part: str
    short_part: str

    @property
    def column(self) -> str:
        """Return the name of the column of its Shapley shares."""
        return f"share_{self.name}"

    @property
    def is_later(self) -> bool:
        """Return whether runs of the first format lack its column."""
        return self.code > LAST_FIRST_CODE


FRICTIONS = (
    Friction(
        name="information",
        code=3,
        sentence="the sides disagree about who is winning",
        short="who is winning",
        look="sky",
        meaning="a side overestimates momentum in its own favour over the coming year: its need holds W at "
        "g = clip(s m^ + o, -1, 1) rather than at s m^",
        off="optimism o",
        part="optimism about the war",
        short_part="optimism",
    ),
    Friction(
        name="commitment",
        code=4,
        sentence="each fears that the other would use the pause to rearm",
        short="rearming feared",
        look="blue",
        meaning="a side fears that the other uses the pause and war resumes: fear (1 - assurance) b / phi in its need",
        off="fear",
        part="fear of what the other would do with the pause",
        short_part="fear",
    ),
    Friction(
        name="trust",
        code=5,
        sentence="promised gains are not believed",
        short="distrust",
        look="orange",
        meaning="a side counts what is not delivered at signature with the share that it expects of promises: "
        "[delta + (1 - delta) a] v for v > 0",
        off="distrust 1 - a",
        part="distrust of promises",
        short_part="distrust",
    ),
    Friction(
        name="audience",
        code=6,
        sentence="leaders have ruled it out in public",
        short="public vows",
        look="purple",
        meaning="leaders pay for what they ruled out: costs of the track, of signing and of meeting in the need, "
        "audience_slope for each step beyond the public line, and no package beyond red lines, demands, red lines of "
        "veto players or what these need",
        off="audience, signature and meeting cost, audience slope, red lines, demands and veto players",
        part="what leaders have ruled out",
        short_part="vows",
    ),
    Friction(
        name="controllers",
        code=7,
        sentence="third parties withhold what only they can give",
        short="third parties",
        look="sky x",
        meaning="an issue needs the consent of third parties: x stays within their limits, and at the status quo x0 "
        "where one of them is absent",
        off="limits and absence of controllers",
        part="missing consent of third parties",
        short_part="no consent",
    ),
)
"""The frictions in the order of their columns; a new one comes last."""

REASONS: tuple[Reason, ...] = (
    Reason(name="not_convened", code=0, sentence="the sides hardly meet", short="no talks", look="grey"),
    Reason(
        name="fighting_pays",
        code=1,
        sentence="one side still expects more from fighting on",
        short="fighting pays",
        look="vermillion",
    ),
    Reason(
        name="scope",
        code=2,
        sentence="too little is on the table for both to gain",
        short="narrow agenda",
        look="yellow /",
    ),
    *FRICTIONS,
    Reason(
        name="combined",
        code=8,
        sentence="several frictions stand in the way together, none of them alone",
        short="mixed frictions",
        look="yellow",
    ),
    Reason(
        name="ratification", code=9, sentence="a veto player at home refuses", short="veto at home", look="purple /"
    ),
    Reason(
        name="process",
        code=10,
        sentence="a deal was there, but level, mandate or time missed it",
        short="missed chance",
        look="green",
    ),
    Reason(
        name="collapsed",
        code=11,
        sentence="halts are signed but collapse within a month",
        short="halts collapse",
        look="ink",
    ),
    Reason(name="victory", code=12, sentence="one side wins first", short="a side wins", look="vermillion \\"),
)
"""All reasons, neighbours in a figure side by side: the frictions stand together whatever their codes."""
