"""Draw the random numbers of one trial, by the name of the decision they are for.

The same numbers as ``sim.random_streams``: Philox4x64-10 with the key (seed, stream) and the counter (trial // 4,
week), whose four words serve four neighbouring trials; normals come from one uniform for each pair of trials, with
opposite signs. They are drawn when a step first asks for them, and kept for the trials that share them.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from sim.compiler.decorators import routine, step
from sim.random_streams import stream_key

LANES = 4
"""Numbers of a stream in a week: for four neighbouring trials, or four pairs of them."""
SLOTS = 4
"""Blocks of trials whose numbers are kept."""

STREAMS = (
    ("momentum at start", ""),
    ("strain at start", "A"),
    ("strain at start", "B"),
    ("unseen cost of war", "A"),
    ("unseen cost of war", "B"),
    ("momentum", ""),
    ("strain", "A"),
    ("strain", "B"),
    ("text error", ""),
    ("victory", ""),
    ("imposed halt", ""),
    ("victor", ""),
    ("round", ""),
    ("call home", ""),
    ("level shift", ""),
    ("text", ""),
    ("signing", ""),
    ("violation", ""),
    ("upgrade", ""),
    ("holiday", ""),
    ("holiday agreed", ""),
    ("call home in general", ""),
    ("text in general", ""),
    ("level shift in general", ""),
    ("persuasion", "A"),
    ("persuasion", "B"),
)
OF_THIRD_PARTY = ("quit", "end aid", "press", "blame")
(
    MOMENTUM_AT_START, STRAIN_AT_START, _, UNSEEN, _, MOMENTUM, STRAIN, _, TEXT_ERROR, VICTORY, IMPOSED_CEASEFIRE,
    VICTOR, ROUND, CALL_HOME, LEVEL_SHIFT, TEXT, SIGNING, VIOLATION, UPGRADE, HOLIDAY, HOLIDAY_AGREED,
    CALL_IN_GENERAL, TEXT_IN_GENERAL, LEVEL_IN_GENERAL, PERSUASION, _,
) = range(len(STREAMS))  # fmt: skip
"""Numbers of the streams; those of side B follow those of side A, those of third parties come last."""
QUIT, END_AID, PRESS, BLAME = range(len(STREAMS), len(STREAMS) + len(OF_THIRD_PARTY))
PER_THIRD_PARTY = len(OF_THIRD_PARTY)


class Room(NamedTuple):
    """Hold the random numbers of the last sixteen trials: those of one draw of the parameters.

    ``blocks`` (streams, slots, weeks) says for which block of trials a week's numbers in ``numbers`` (streams, slots,
    weeks x lanes) were last drawn; ``central`` is scratch.
    """

    keys: NDArray[np.uint64]
    blocks: NDArray[np.int64]
    numbers: NDArray[np.float64]
    central: NDArray[np.float64]


def streams(sides: tuple[str, str], third_parties: list[str], vetoes: list[str], weeks: int, prefix: str) -> Room:
    """Return room for random numbers, with the streams' keys."""
    names = {"A": sides[0], "B": sides[1], "": ""}
    wanted = [(decision, names[of]) for decision, of in STREAMS]
    wanted += [(decision, party) for party in third_parties for decision in OF_THIRD_PARTY]
    wanted += [("veto", name) for name in vetoes]
    return Room(
        np.array([stream_key(prefix + decision, of) for decision, of in wanted], np.uint64),
        np.full((len(wanted), SLOTS, weeks), -1, np.int64),
        np.zeros((len(wanted), SLOTS, weeks * LANES)),
        np.zeros(weeks * LANES),
    )


@intrinsic  # type: ignore[untyped-decorator]
def _high_word(typing: Any, a: Any, b: Any) -> Any:
    """Upper 64 bits of a product of two 64-bit numbers, for which Python has no operator."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), generate


MULTIPLIERS = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
STEPS_OF_KEY = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
ROUNDS = 10


@step
def philox(seed: Any, stream: Any, block: Any, week: Any) -> Any:
    """Return four random words of 64 bits.

    References
    ----------
    Salmon, Moraes, Dror and Shaw (2011). Parallel random numbers: as easy as 1, 2, 3. Proceedings of SC11, 16:1-12.
    """
    key_0, key_1 = np.uint64(seed), np.uint64(stream)
    word_0, word_1, word_2, word_3 = np.uint64(block), np.uint64(week), np.uint64(0), np.uint64(0)
    for _ in range(ROUNDS):
        high_0, low_0 = _high_word(MULTIPLIERS[0], word_0), MULTIPLIERS[0] * word_0
        high_1, low_1 = _high_word(MULTIPLIERS[1], word_2), MULTIPLIERS[1] * word_2
        word_0, word_1, word_2, word_3 = high_1 ^ word_1 ^ key_0, low_1, high_0 ^ word_3 ^ key_1, low_0
        key_0 += STEPS_OF_KEY[0]
        key_1 += STEPS_OF_KEY[1]
    return word_0, word_1, word_2, word_3


@step
def _unit(word: Any) -> float:
    """Return a uniform strictly between 0 and 1, from the upper 53 bits."""
    return (np.float64(word >> np.uint64(11)) + 0.5) * 1.1102230246251565e-16


@step
def uniform(world: Any, stream: int) -> float:
    """Return the uniform random number of a decision in this trial and week."""
    trial = world.trial
    block = trial.number >> 2
    if world.blocks[stream, block % SLOTS, trial.week] != block:
        _draw(world, stream, block, trial.week, trial.week + 1)
    return world.numbers[stream, block % SLOTS, trial.week * LANES + (trial.number & 3)]


@step
def normal(world: Any, stream: int) -> float:
    """Return the standard normal random number of a decision; trials 2i and 2i + 1 see opposite signs."""
    trial = world.trial
    block = trial.number >> 3
    if world.blocks[stream, block % SLOTS, trial.week] != block:
        _draw_normals(world, stream, block, trial.week, trial.week + 1)
    size = world.numbers[stream, block % SLOTS, trial.week * LANES + ((trial.number >> 1) & 3)]
    return size if trial.number & 1 == 0 else -size


@step
def uniforms_ahead(world: Any, stream: int) -> None:
    """Draw a stream that is asked for in most weeks up to the horizon, all at once: that is faster."""
    trial = world.trial
    block = trial.number >> 2
    if world.blocks[stream, block % SLOTS, trial.horizon - 1] != block:
        _draw(world, stream, block, 0, trial.horizon)


@step
def normals_ahead(world: Any, stream: int) -> None:
    """Draw normals up to the horizon, all at once."""
    trial = world.trial
    block = trial.number >> 3
    if world.blocks[stream, block % SLOTS, trial.horizon - 1] != block:
        _draw_normals(world, stream, block, 0, trial.horizon)


@step
def of_veto(world: Any, number: int) -> int:
    """Return the stream of a veto player: they come after those of third parties."""
    return QUIT + PER_THIRD_PARTY * len(world.third_parties) + number


@step
def lasting(world: Any, stream: int, in_general: float) -> float:
    """Return a uniform of a week that resembles the other weeks' of its trial: ``Phi(sqrt(rho) Z + sqrt(1 - rho) z)``.

    ``in_general`` is Z; rho is ``talks.persistence_of_chance``. Without it the week's own number. [-]
    """
    rho, today = world.talks.persistence_of_chance, uniform(world, stream)
    if rho <= 0.0:
        return today
    return below_normal(math.sqrt(rho) * in_general + math.sqrt(1.0 - rho) * inverse_normal(today))


@step
def below_normal(number: float) -> float:
    """Return the share of a standard normal below a number."""
    return 0.5 * math.erfc(-number * 0.7071067811865476)


@step
def between_sides(world: Any, stream: int) -> float:
    """Return a uniform that chooses between side A (high) and B (low); a mirrored scenario sees 1 - u."""
    trial = world.trial
    number = uniform(world, stream)
    return 1.0 - number if trial.is_mirrored else number


@step
def favouring_b(world: Any, stream: int) -> float:
    """Return a normal whose positive sign favours side B; a mirrored scenario sees the other sign."""
    trial = world.trial
    number = normal(world, stream)
    return -number if trial.is_mirrored else number


@routine
def _draw(world: Any, stream: int, block: int, first: int, end: int) -> None:
    """Draw a stream for some weeks."""
    seed, key, slot = world.trial.seed, world.keys[stream], block % SLOTS
    blocks, numbers = world.blocks[stream, slot], world.numbers[stream, slot]
    for week in range(first, end):
        # numpy steps the counter before its first output.
        words = philox(seed, key, block + 1, week)
        place = week * LANES
        numbers[place], numbers[place + 1] = _unit(words[0]), _unit(words[1])
        numbers[place + 2], numbers[place + 3] = _unit(words[2]), _unit(words[3])
        blocks[week] = block


@routine
def _draw_normals(world: Any, stream: int, block: int, first: int, end: int) -> None:
    """Draw a stream for some weeks as normals: all as central ones first, which a processor works out side by side."""
    _draw(world, stream, block, first, end)
    numbers, central = world.numbers[stream, block % SLOTS, first * LANES : end * LANES], world.central
    for place in range(len(numbers)):
        central[place] = _central_normal(numbers[place])
    for place in range(len(numbers)):
        share = numbers[place]
        numbers[place] = central[place] if _is_central(share) else _tail_normal(share)


# Rational approximations on three intervals (Cephes, Moshier 1989, which scipy uses as well), highest power first.
EDGE = 0.13533528323661269189  # exp(-2)
CENTRE = (
    (-5.99633501014107895267e1, 9.80010754185999661536e1, -5.66762857469070293439e1, 1.39312609387279679503e1,
     -1.23916583867381258016e0),
    (1.0, 1.95448858338141759834e0, 4.67627912898881538453e0, 8.63602421390890590575e1, -2.25462687854119370527e2,
     2.00260212380060660359e2, -8.20372256168333339912e1, 1.59056225126211695515e1, -1.18331621121330003142e0),
)  # fmt: skip
TAIL = (
    (4.05544892305962419923e0, 3.15251094599893866154e1, 5.71628192246421288162e1, 4.40805073893200834700e1,
     1.46849561928858024014e1, 2.18663306850790267539e0, -1.40256079171354495875e-1, -3.50424626827848203418e-2,
     -8.57456785154685413611e-4),
    (1.0, 1.57799883256466749731e1, 4.53907635128879210584e1, 4.13172038254672030440e1, 1.50425385692907503408e1,
     2.50464946208309415979e0, -1.42182922854787788574e-1, -3.80806407691578277194e-2, -9.33259480895457427372e-4),
)  # fmt: skip
FAR_TAIL = (
    (3.23774891776946035970e0, 6.91522889068984211695e0, 3.93881025292474443415e0, 1.33303460815807542389e0,
     2.01485389549179081538e-1, 1.23716634817820021358e-2, 3.01581553508235416007e-4, 2.65806974686737550832e-6,
     6.23974539184983293730e-9),
    (1.0, 6.02427039364742014255e0, 3.67983563856160859403e0, 1.37702099489081330271e0, 2.16236993594496635890e-1,
     1.34204006088543189037e-2, 3.28014464682127739104e-4, 2.89247864745380683936e-6, 6.79019408009981274425e-9),
)  # fmt: skip


@step
def _polynomial(x: float, coefficients: Any) -> float:
    total = coefficients[0]
    for one in coefficients[1:]:
        total = total * x + one
    return total


@step
def _is_central(share: float) -> bool:
    return EDGE < share <= 1.0 - EDGE


@step
def _central_normal(share: float) -> float:
    middle = share - 0.5
    square = middle * middle
    found = middle + middle * (square * _polynomial(square, CENTRE[0]) / _polynomial(square, CENTRE[1]))
    return found * 2.50662827463100050242


@routine
def _tail_normal(share: float) -> float:
    is_low = share <= 0.5
    root = math.sqrt(-2.0 * math.log(share if is_low else 1.0 - share))
    inverse = 1.0 / root
    near = root - math.log(root) / root
    if root < 8.0:
        found = near - inverse * _polynomial(inverse, TAIL[0]) / _polynomial(inverse, TAIL[1])
    else:
        found = near - inverse * _polynomial(inverse, FAR_TAIL[0]) / _polynomial(inverse, FAR_TAIL[1])
    return -found if is_low else found


@routine
def inverse_normal(share: float) -> float:
    """Return the standard normal number below which a share of all lies.

    References
    ----------
    Moshier (1989). Methods and programs for mathematical functions. Ellis Horwood.
    """
    return _central_normal(share) if _is_central(share) else _tail_normal(share)
