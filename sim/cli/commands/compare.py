"""``parley compare``: differences between scenarios, by common random numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import common_folder, console, print_json, print_table, whole
from sim.cli.options import AsJson, Quiet, Reading, Seed, Sets, Trials, Workers
from sim.cli.runs import run_all, runs_of
from sim.errors import ParleyError
from sim.results.formatting import counted

if TYPE_CHECKING:
    from rich.console import Console

    from sim.analysis.failure.decompose import Decomposition
    from sim.results.run import Run


def compare(
    base: Annotated[str, typer.Argument(metavar="BASE", help="Scenario or run folder to compare with.")],
    variants: Annotated[list[str], typer.Argument(metavar="VARIANT...", help="Scenarios or run folders.")],
    trials: Trials = None,
    seed: Seed = 1,
    sets: Sets = None,
    reading: Reading = "pool",
    decompose: Annotated[bool, typer.Option("--decompose", help="Which of one variant's changes does it.")] = False,
    weights: Annotated[
        str | None, typer.Option(metavar="W0,W1,...", help="How likely each is, the base first: one mixed forecast.")
    ] = None,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Compare with a base, by common random numbers."""
    from sim.analysis.failure.decompose import decompose as decomposed
    from sim.execution import plan
    from sim.results.compare import check_weights, mixed
    from sim.results.compare import compare as compare_runs

    base = base if plan.is_run(base) else plan.full_name(base)
    names = [base, *(one for name in variants for one in plan.expand_or_run(name) if one != base)]
    if len(names) < 2:
        raise ParleyError("compare: expected another scenario, got a variant that is the base itself")
    shares = as_weights(weights) if weights is not None else None
    if shares is not None:
        check_weights(shares, len(names))
    if decompose and len(names) != 2:
        raise ParleyError(f"--decompose: expected one variant, got {len(names) - 1}")
    runs = runs_of(names, trials, seed, sets, workers, quiet, reading)
    results = [compare_runs(runs[0], variant, len(runs) - 1) for variant in runs[1:]]
    mixture = mixed(runs, shares) if shares is not None else None
    changes = decomposed(runs[0], runs[1], lambda wanted: run_all(wanted, workers, quiet)) if decompose else None
    if as_json:
        extra = {"mixed": mixture} if mixture else {}
        extra |= {"decomposition": changes.as_dict()} if changes else {}
        only = results[0] if len(results) == 1 else results
        return print_json({"comparisons": results, **extra} if extra else only)
    to = console()
    show_comparison(results, runs[0], to)
    if changes:
        show_decomposition(changes, to)
    if mixture:
        show_mixture(mixture, to)


def as_weights(text: str) -> list[float]:
    """Return the weights of ``--weights`` as numbers."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        meant = "; per cents go without the sign: 50,30,20" if "%" in text else ""
        raise ParleyError(f"--weights: expected numbers such as .5,.3,.2, got {text[:40]!r}{meant}") from None


def show_comparison(found: Sequence[Mapping[str, Any]], base: Run, to: Console) -> None:
    """Print differences in points with 95 % intervals, one row per variant."""
    from sim.results import wording

    prefix = common_folder([base.name, *(str(item["variant"]) for item in found)])
    days = list(found[0]["tiers"]["durable"])
    shown = [day for day in days if day != days[0]] or days
    asked = "the odds of a ceasefire that lasts 30 days or more"
    to.print(f"Change of {asked}, against {base.name}, in points (\u00b1 the 95 % interval)", style="bold")
    if len(found) > 1:
        level = 100 * found[0]["level"]
        to.print(f"{len(found)} are compared, so each interval is widened to {level:.2f} %: 95 % for all together.")
    to.print(f"{counted(found[0]['trials'], 'trial')} each with common random numbers, seed {base.seed}\n")
    rows, label = [], f"  {wording.IN_FORCE_180}"
    for item in found:
        for name, by_days in ((item["variant"], item["tiers"]["durable"]), (label, item["in_force_180"])):
            last = by_days[days[-1]]
            verdict = wording.more_in_100(last["difference"], last["lo"], last["hi"]) if last else ""
            if name != label and not item["n_changed"]:
                verdict = "no trial changed"
            rows.append((name.removeprefix(prefix), *(points_cell(by_days[day]) for day in shown), verdict))
    print_table(to, ("scenario", *(f"{day} days" for day in shown), f"by {days[-1]} days"), rows)
    shown_cells = (item["tiers"]["durable"][day] for item in found for day in shown)
    if any(wording.is_no_interval(cell["lo"], cell["hi"]) for cell in shown_cells):
        to.print(wording.NO_INTERVAL)
    to.print("\nThe interval is Monte Carlo error alone; it says nothing about whether the model is right.")
    to.print(wording.in_force_note(cell for item in found for cell in map(item["in_force_180"].get, shown)))


def points_cell(cell: Mapping[str, float] | None) -> str:
    """Return a difference of odds in points, a dash where it is not known."""
    from sim.results import wording

    return "-" if cell is None else wording.points(*(cell[key] for key in ("difference", "lo", "hi")))


def show_decomposition(found: Decomposition, to: Console) -> None:
    """Print each change alone and left out, in points of the durable odds, and what they do only together."""
    from sim.results.wording import points

    def cell(ends: tuple[float, float, float] | None) -> str:
        return "no scenario" if ends is None else points(*ends)

    to.print(f"\nWhich change does it, by {found.days} days, in points", style="bold")
    shares = sorted(found.shares, key=lambda one: -abs(one.alone[0] if one.alone else 0.0))
    rows = [("all together", cell(found.whole), "")]
    rows += [(one.sentence, cell(one.alone), cell(one.left_out)) for one in shares]
    if found.together is not None:
        rows.append(("only in company (all less the sum of each alone)", f"{100 * found.together:+.1f}", ""))
    print_table(to, ("change", "alone", "lost without it"), rows)
    if not found.varies:
        to.print("\nThe odds do not vary over these changes by more than chance would make them, so none leads.")
    to.print(f"\n{counted(found.n_intervals, 'interval')}, widened to hold together with 95 %.")


def show_mixture(found: Mapping[str, Any], to: Console) -> None:
    """Print one forecast over the scenarios by how likely each is held to be."""
    from sim.results import wording

    days = list(found["tiers"]["durable"])
    to.print("\nOne forecast over these scenarios, by the weights given", style="bold")
    to.print(", ".join(f"{name} {wording.percent(share)}" for name, share in found["weights"].items()))
    if abs(found["weights_sum"] - 1) > 1e-9:
        to.print(f"The weights given add to {found['weights_sum']:g}, not to 1: each is divided by that.")
    rows = []
    for tier, cells in found["tiers"].items():
        rows.append((tier, *mixture_cells(cells)))
        if tier == "durable":
            rows.append((f"  {wording.IN_FORCE_180}", *mixture_cells(found["in_force_180"])))
    print_table(to, ("per cent", *(f"{day} days" for day in days), "least to greatest"), rows)


def mixture_cells(by_days: Mapping[str, Mapping[str, float] | None]) -> list[str]:
    """Return the weighted odds by day, then the least and greatest by the last; dashes where they are not known."""
    from sim.results import wording

    cells = list(by_days.values())
    odds = [whole(cell["p"]) if cell else "-" for cell in cells]
    return [*odds, wording.band(cells[-1]["least"], cells[-1]["greatest"]) if cells[-1] else "-"]
