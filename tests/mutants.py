"""`make mutants`: bugs planted one at a time in a copy of the sources; the tests must catch all but one in twenty.

``python -m tests.mutants`` prints which test caught which bug; words choose bugs by name. A bug that its own tests miss
has survived: exit 1 if more than one in twenty does.

Two copies are worked on at once. A bug in the model has the model compiled again, about half a minute: such bugs come
last, so that the others run the machine code that was copied, and name one test each.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from sim.compiler.machine_code import COMPILED_FROM

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("sim", "dashboards", "tests", "scenarios", "pyproject.toml")
EXACT, MECHANISMS, INVARIANCE = (f"tests/model/test_{name}.py" for name in ("exact", "mechanisms", "invariance"))
RANGES, BOUNDS, TALKS = (f"tests/model/test_{name}.py" for name in ("exact_ranges", "bounds", "talks"))
POWERS, CONDITIONS = (f"tests/model/test_{name}.py" for name in ("powers", "conditions"))
UTILITY = "tests/equations/test_bargaining.py"
RANDOM, PACKAGES, BLOCKS = (f"tests/model/test_{name}.py" for name in ("random_numbers", "packages", "blocks"))
ON_PATHS = f"{PACKAGES}::test_the_path_runs_from_all_that_side_a_can_have_to_all_that_side_b_can_have"
VICTOR = f"{MECHANISMS}::test_victory_goes_to_the_side_that_momentum_favours_and_at_nought_to_either"
IN_BLOCKS = f"{BLOCKS}::test_a_block_may_begin_and_end_within_a_draw"
STREAMS = f"{RANDOM}::test_every_stream_gives_a_trial_what_its_column_holds"
ESTIMATES, RUN, WORDS = (
    f"tests/{name}.py"
    for name in ("statistics/test_estimates", "execution/test_run", "results/test_compare_and_wording")
)
EXECUTORS, PRIORS = "tests/execution/test_worker_pool.py", "tests/scenario/sampling/test_parameter_draws.py"
NUMBERS = "tests/behaviour/test_numbers.py"
ABSENT = "tests/model/test_absent.py"
STORE, FILES = (f"tests/storage/test_{name}.py" for name in ("run_folder", "atomic_files"))
INFORMATION = "tests/analysis/sensitivity/test_value_of_information.py"
OWN_PAST, WEIGHING = "tests/evidence/backtest/test_own_past.py", "tests/results/test_weighing.py"
SCORES, NESTED, POSTERIOR, TERMS = (
    f"tests/evidence/{name}.py"
    for name in (
        *("backtest/test_scores", "backtest/test_nested"),
        *("calibration/test_posterior", "calibration/test_optional_terms"),
    )
)
REPORT, TABLES, OF_TERMS, STUDIES = (
    f"tests/dashboards/{name}.py"
    for name in ("report/test_build", "tables/test_runs", "figures/test_terms", "test_study_cache")
)
STATE, SERVICE = (f"tests/dashboards/app/test_{name}.py" for name in ("what_if_edits", "simulation_service"))

LONGEST = 600.0
"""Seconds for one file of tests."""
AT_ONCE = 2


class Mutant(NamedTuple):
    """A bug: in ``file`` the one place ``old`` becomes ``new``; ``tests`` are the files, or the one test, to fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant("a week too young at each violation draw", "sim/model/steps/ceasefires.py",
           "trial.week - ceasefire.start_week - 1\n", "trial.week - ceasefire.start_week\n",
           (f"{EXACT}::test_lasting_of_halts_in_the_engine",)),
    Mutant("a halt proves durable a week early", "sim/outcome_columns.py",
           "DRAWS_IN_180_DAYS = 4, 13, 26", "DRAWS_IN_180_DAYS = 3, 13, 26",
           (f"{NUMBERS}::test_thirty_days_are_four_draws_survived_and_no_fewer",)),
    Mutant("a ceasefire imposed by a victor counts as durable", "sim/model/steps/record.py",
           "if ceasefire.track >= 0 and ceasefire.start_week", "if ceasefire.start_week",
           (f"{EXACT}::test_a_ceasefire_that_a_victor_imposes_is_an_ending_of_its_own",)),
    Mutant("still in force after 180 days a week early", "sim/outcome_columns.py",
           "DRAWS_IN_180_DAYS = 4, 13, 26", "DRAWS_IN_180_DAYS = 4, 13, 25",
           (f"{EXACT}::test_a_ceasefire_that_collapses_at_the_last_draw_has_not_lasted",)),
    Mutant("a term ends a week late", "sim/model/steps/ceasefires.py",
           "trial.week + track.term_weeks if track.has_term", "trial.week + track.term_weeks + 1 if track.has_term",
           (f"{EXACT}::test_a_halt_of_thirty_days_that_serves_its_term_is_durable",)),
    Mutant("odds by a day count one week more", "sim/statistics/horizons.py",
           "(column < weeks)", "(column <= weeks)", (NUMBERS,)),
    Mutant("> for >= at the level that may sign", "sim/model/steps/bargaining.py",
           "return side.level >= least_level and", "return side.level > least_level and",
           (f"{NUMBERS}::test_the_least_level_may_sign",)),
    Mutant("< for <= where the range is one point", "sim/model/ranges.py",
           "has_range = track.lower <= track.upper + TOUCHING", "has_range = track.lower < track.upper",
           (f"{PACKAGES}::test_a_range_of_one_point_is_a_range",)),
    Mutant("reused stream: level shift drawn from rounds", "sim/model/steps/convening.py",
           "draw.lasting(world, draw.LEVEL_SHIFT,", "draw.lasting(world, draw.ROUND,",
           (f"{NUMBERS}::test_every_decision_draws_from_a_stream_of_its_own_name",)),
    Mutant("reused stream: one week's luck in every week", "sim/model/random_numbers.py",
           "philox(seed, key, block + 1, week)", "philox(seed, key, block + 1, 0)", (STREAMS,)),
    Mutant("seed + worker: every block has a seed of its own", "sim/execution/run.py",
           "work.scenario, work.seed, block.first",
           "work.scenario, work.seed + block.index, block.first", (RUN,)),
    Mutant("biased tie-break: at momentum 0 side B wins", "sim/model/steps/war.py",
           "draw.between_sides(world, draw.VICTOR) < 0.5", "draw.between_sides(world, draw.VICTOR) < 1.5", (VICTOR,)),
    Mutant("swapped sides in the victor", "sim/model/steps/war.py",
           "outcome.victory = 2 if favours_b else 1", "outcome.victory = 1 if favours_b else 2", (VICTOR,)),
    Mutant("dropped last block", "sim/execution/blocks.py",
           "range(0, trials, size)", "range(0, max(1, trials - size + 1), size)", (RUN, NUMBERS)),
    Mutant("streams named by Python's own hash", "sim/random_streams.py",
           'int.from_bytes(blake2b(f"{decision}\\0{party}".encode(), digest_size=8).digest(), "little")',
           "hash((decision, party)) % 2**64", (NUMBERS,)),
    Mutant("blocks joined in the order they came", "sim/execution/worker_pool.py",
           "            item, future = pending[0]\n",
           "            pending.rotate(1)\n            item, future = pending[0]\n", (EXECUTORS, RUN)),
    Mutant("32-bit trial numbers", "sim/model/random_numbers.py",
           "np.uint64(block), np.uint64(week)", "np.uint64(block % 2**32), np.uint64(week)",
           (f"{RANDOM}::test_words_are_those_of_numpy",)),
    Mutant("pairs are not antithetic", "sim/model/random_numbers.py",
           "return size if trial.number & 1 == 0 else -size", "return size", (STREAMS,)),
    Mutant("the mirror forgets momentum", "sim/model/random_numbers.py",
           "return -number if trial.is_mirrored else number", "return number", (STREAMS,)),
    Mutant("a number kept for four trials is given to the next four", "sim/model/random_numbers.py",
           "trial.week] != block:\n        _draw(", "trial.week] < 0:\n        _draw(", (STREAMS,)),
    Mutant("a normal number of the wrong pair", "sim/model/random_numbers.py",
           "LANES + ((trial.number >> 1) & 3)]", "LANES + (trial.number & 1)]", (STREAMS,)),
    Mutant("trades of one draw serve the next", "sim/model/compiled.py",
           "world.books[book].is_open = 0", "world.books[book].is_open *= 1", (IN_BLOCKS,)),
    Mutant("a trial goes on from the last one of its draw", "sim/model/compiled.py",
           "copy(of_draw, world.row)\n    if world.trial", "if world.trial", (IN_BLOCKS,)),
    Mutant("a gain beyond the own wish counts as gain", "sim/equations/utility.py",
           "- loss_aversion * (progress_made - goal)", "+ loss_aversion * (progress_made - goal)",
           (f"{UTILITY}::test_value_by_hand",)),
    Mutant("losses weigh no more than gains", "sim/equations/utility.py",
           "return -loss_aversion * (curve - progress_made)", "return progress_made - curve",
           (f"{UTILITY}::test_value_by_hand",)),
    Mutant("distrust discounts losses too", "sim/equations/utility.py",
           "return min(change, trust * change)", "return trust * change",
           (f"{UTILITY}::test_gains_count_as_they_are_delivered_and_losses_in_full",)),
    Mutant("the worst trades first", "sim/model/trades.py",
           "trades[place - 1].rate < rate or", "trades[place - 1].rate > rate or", (ON_PATHS,)),
    Mutant("trades of one rate one after the other", "sim/model/packages.py",
           "while first > 0 and is_same(", "while first < 0 and is_same(",
           (f"{PACKAGES}::test_trades_at_one_rate_are_made_together",)),
    Mutant("an infinite rate equals every other", "sim/model/packages.py",
           "EQUAL_RATES * min(rate, other)", "EQUAL_RATES * max(rate, other)",
           (f"{PACKAGES}::test_an_issue_that_costs_side_a_nothing_is_given_first_and_apart_from_the_others",)),
    Mutant("steps of an issue move with both wishes", "sim/model/trades.py",
           "if low < line < high:", "if low < line < low:",
           (f"{RANGES}::test_a_moderated_aim_changes_neither_the_need_nor_what_giving_costs",)),
    Mutant("a reservation point between whole trades is cut down", "sim/model/packages.py",
           "part = 0.0 if low == path.n else", "part = 0.0 if low <= path.n else",
           (f"{PACKAGES}::test_at_its_reservation_point_a_side_gains_just_what_it_needs",)),
    Mutant("the Nash point runs past its best trade", "sim/model/packages.py",
           "        if part < 1.0:\n", "        if part <= 0.0:\n",
           (f"{PACKAGES}::test_the_nash_point_has_the_largest_product_of_surpluses",)),
    Mutant("today's momentum for the coming year's", "sim/model/value_of_war.py",
           "war.momentum_ahead * (war.momentum - mean)", "(war.momentum - mean)",
           (f"{BOUNDS}::test_war_is_valued_by_the_momentum_of_the_coming_year",)),
    Mutant("noise raises the mean cost of war", "sim/model/value_of_war.py",
           "math.exp(side.log_strain - 0.5 * side.strain_variance)", "math.exp(side.log_strain)",
           (f"{EXACT}::test_the_mean_cost_of_war_is_what_the_scenario_says_in_every_week",)),
    Mutant("a demand binds on every track", "sim/model/switches.py",
           "world.demands[track * len(world.issues) + number]", "world.demands[number]",
           (f"{BOUNDS}::test_a_demand_bounds_its_own_track_alone",)),
    Mutant("a veto player refuses what already is", "sim/model/switches.py",
           "high = min(high, max(line, issue.given_status_quo))", "high = min(high, line)",
           (f"{BOUNDS}::test_packages_lie_within_lines_demands_and_wishes",)),
    Mutant("a side knows its parliament's mind", "sim/model/veto_players.py",
           "return need + record.error if record.is_known else need", "return need + record.error",
           (f"{BOUNDS}::test_before_it_has_refused_nobody_knows_what_a_veto_player_thinks",)),
    Mutant("a refusal teaches nothing", "sim/model/steps/ratification.py",
           "record.is_known = was_known or not accepts", "record.is_known = was_known",
           (f"{BOUNDS}::test_misjudged_votes_are_drawn_once_and_a_refusal_closes_the_range",)),
    Mutant("meeting costs whoever comes", "sim/model/ranges.py",
           "        if leaders_met:\n", "        if track.halts:\n",
           (f"{BOUNDS}::test_what_a_side_needs_by_hand",)),
    Mutant("a delegation signs what its mandate does not name", "sim/model/steps/bargaining.py",
           "(side.signs >> number) & 1 != 0)", "side.signs >= 0)",
           (f"{TALKS}::test_below_leaders_a_delegation_signs_what_its_mandate_names",)),
    Mutant("a side that never concedes takes any text", "sim/model/steps/bargaining.py",
           "nearest = max(limit, farthest) if number == 0 else min(limit, farthest)", "nearest = limit",
           (f"{TALKS}::test_sides_that_never_concede_sign_no_text_either",)),
    Mutant("all of a chance lasts", "sim/model/random_numbers.py",
           "math.sqrt(1.0 - rho) * inverse_normal(today)", "0.0 * inverse_normal(today)",
           (f"{TALKS}::test_part_of_the_chance_of_leave_from_home_lasts",)),
    Mutant("every week is ripe", "sim/model/steps/convening.py",
           "ripe = talks.ripeness if trial.saw_range else 0.0", "ripe = talks.ripeness",
           (f"{TALKS}::test_a_round_that_saw_a_range_brings_the_next_one_sooner",)),
    Mutant("who takes no part persuades all the same", "sim/model/steps/convening.py",
           "        if party.is_engaged:\n            fails", "        if party.effort > 0.0:\n            fails",
           (f"{TALKS}::test_third_parties_bring_leaders_to_the_table",)),
    Mutant("persuasion has the last word", "sim/model/steps/convening.py",
           "level = dated[number] if dated[number] >= 0 else level\n        side.own", "side.own",
           (f"{TALKS}::test_caps_and_events_come_before_persuasion",)),
    Mutant("half of the aid that is cut flows on", "sim/model/steps/third_parties.py",
           "        backer.aid_a = 0.0\n", "        backer.aid_a *= 0.5\n",
           (f"{POWERS}::test_a_cut_takes_what_flows_once",)),
    Mutant("the side that fears gains by rearming", "sim/model/steps/war.py",
           "done * (by_b - by_a)", "done * (by_a - by_b)",
           (f"{POWERS}::test_in_a_ceasefire_power_moves_by_what_the_other_side_fears",)),
    Mutant("limits on resupply slow the other side", "sim/model/steps/war.py",
           "calm * assurances.resupply_limits_a", "calm * assurances.resupply_limits_b * 1.0",
           (f"{POWERS}::test_limits_on_resupply_slow_the_side_that_they_bind",)),
    Mutant("leverage stays while a ceasefire is in force", "sim/model/steps/war.py",
           "war.leverage_left * TURNING_AWAY if", "war.leverage_left if",
           (f"{POWERS}::test_leverage_of_a_mediator_fades_in_a_ceasefire_alone",)),
    Mutant("an event on a condition happens again and again", "sim/model/steps/events.py",
           "if happened[number].applied_week < 0 and _holds", "if _holds",
           (f"{CONDITIONS}::test_an_ultimatum_applies_where_there_is_no_ceasefire_by_its_day",)),
    Mutant("whoever was never asked was absent", "sim/model/steps/events.py",
           "if not talks.has_met or level", "if level",
           (f"{CONDITIONS}::test_an_event_waits_for_a_leader_who_stayed_away",)),
    Mutant("each block repeats the first draws of the parameters", "sim/random_streams.py",
           'stream_key("parameter", path), 0, 0, first_pair, last_pair',
           'stream_key("parameter", path), 0, 0, 0 * first_pair, last_pair', (INVARIANCE,)),
    Mutant("unsorted weights in a choice", "sim/scenario/sampling/parameter_draws.py",
           "np.cumsum(np.asarray(weights)[order])", "np.cumsum(np.asarray(weights))", (PRIORS,)),
    Mutant("one-sided quantile in a two-sided interval", "sim/statistics/estimates.py",
           "special.ndtri((1 + level) / 2)", "special.ndtri(level)", (ESTIMATES,)),
    Mutant("clusters counted as independent trials", "sim/statistics/estimates.py",
           "return max(LEAST_DESIGN_EFFECT, variance * n / (p * (1 - p)))", "return 1.0", (ESTIMATES,)),
    Mutant("the difference has the wrong sign", "sim/statistics/paired_differences.py",
           "heads[1] - heads[0]",
           "heads[0] - heads[1]", (ESTIMATES,)),
    Mutant("intervals not widened for the number compared", "sim/results/compare.py",
           "1.0 - ERROR_RATE / max(1, n_compared)", "1.0 - ERROR_RATE", (WORDS,)),
    Mutant("nought is printed as 0 %", "sim/results/wording.py",
           '        return "under 1 %"\n', '        return "0 %"\n', (WORDS,)),
    Mutant("a round is held though one side stays away", "sim/model/steps/convening.py",
           "if sides[0].level > 0 and sides[1].level > 0:", "if sides[0].level > 0 or sides[1].level > 0:",
           (f"{ABSENT}::test_a_round_at_which_one_side_stays_away_is_not_held_and_counts_as_failed",)),
    Mutant("antithetic pairs split over folds", "sim/analysis/sensitivity/value_of_information.py",
           "dtype=np.int64) // 2 % N_FOLDS", "dtype=np.int64) % N_FOLDS", (INFORMATION,)),
    Mutant("no floor under the interval of an input", "sim/analysis/sensitivity/value_of_information.py",
           "reach = max((hi - lo) / 2, least_reach)", "reach = (hi - lo) / 2", (INFORMATION,)),
    Mutant("the log score of what did not happen", "sim/evidence/backtest/scores.py",
           "np.where(y == 1, p, 1 - p)", "np.where(y == 1, 1 - p, p)", (SCORES,)),
    Mutant("a war teaches its own forecast", "sim/evidence/calibration/posterior.py",
           "if name not in wars]", "if name]", (POSTERIOR,)),
    Mutant("a fold sets the ridge's penalty with its own war", "sim/evidence/backtest/nested.py",
           "outcomes, folds.of != fold)", "outcomes, folds.of >= 0)", (NESTED,)),
    Mutant("a war's own effect is learned from its own rows", "sim/evidence/backtest/own_past.py",
           "if fold not in without]", "if fold >= 0]", (OWN_PAST,)),
    Mutant("later talks of a war count as its past", "sim/evidence/backtest/own_past.py",
           "or episode.talks_opened >= day:", "or episode.talks_opened == day:", (OWN_PAST,)),
    Mutant("the share of an empty class is lost", "sim/results/weighing.py",
           "shares[later[0] if len(later) else among[-1]] += share", "shares[place] += share", (WEIGHING,)),
    Mutant("a variant starts from another level than its base", "sim/results/weighing.py",
           "intercept=logit(head) - logit(rows[at].file),", "intercept=logit(head),", (WEIGHING,)),
    Mutant("a term does not reach the inputs of a row", "sim/evidence/calibration/prior.py",
           "np.array([factors[name] for factors in by_alternative])[chosen]", "1.0", (TERMS,)),
    Mutant("the block that the old end cut is kept", "sim/storage/run_folder.py",
           'self.manifest["blocks"] if entry["n"] == size]', 'self.manifest["blocks"] if entry["n"]]', (STORE,)),
    Mutant("a block of another run is believed", "sim/storage/block_parquet.py",
           'if stated != origin_of(manifest["run"], index, columns):', "if not stated:", (STORE,)),
    Mutant("a lock is written into under its other name", "sim/storage/atomic_files.py",
           "found.st_nlink > 1:", "found.st_nlink > 9:", (FILES,)),
    Mutant("an edited manifest is believed", "sim/storage/manifest.py",
           'manifest.pop("digest") == digest_of(manifest)', 'bool(manifest.pop("digest"))', (STORE,)),
    Mutant("a victory that imposes a ceasefire is shown as a plain one", "dashboards/tables/runs.py",
           'has_won & ~by_a & ~imposes', 'has_won & ~by_a', (TABLES,)),
    Mutant("halts last seen in force count as ended", "dashboards/tables/terms.py",
           "own[:, ENDED + 1 :]", "own[:, ENDED:]", (OF_TERMS,)),
    Mutant("the ends of an error bar change places", "dashboards/figures/survival.py",
           '"array": [round(top - middle, 2) for top, middle in zip(high, holds',
           '"array": [round(middle - top, 2) for top, middle in zip(low, holds', (OF_TERMS,)),
    Mutant("a study of another scenario is shown", "dashboards/study_cache.py",
           'if not is_ours or record["about"] != of or path', "if not is_ours or path", (STUDIES,)),
    Mutant("a moved number keeps the source of the old one", "dashboards/app/what_if_edits.py",
           "        result = without_source(result, path)\n", "        pass\n", (STATE,)),
    Mutant("odds alone are taken for the run with its reasons", "dashboards/app/simulation_service.py",
           "for known in (key, (*key[:-1], True)):", "for known in (key, (*key[:-1], False)):", (SERVICE,)),
)  # fmt: skip


def planted(mutant: Mutant, place: Path) -> None:
    """The bug, in the copy at ``place``. ValueError if the sources have changed so that it has no one place."""
    path = place / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise ValueError(f"{mutant.name}: stands {text.count(mutant.old)} times in {mutant.file}, once is wanted")
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


def caught_by(tests: tuple[str, ...], place: Path) -> str:
    """The first test that fails, file after file; empty if all pass. RuntimeError where tests could not run.

    The test that looks for these very places in the sources is left out: it would catch every bug.
    """
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-k", "not planted"]
    within = {**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    for test in tests:
        try:
            done = subprocess.run(
                [*words, test], cwd=place, env=within, capture_output=True, text=True, timeout=LONGEST
            )
        except subprocess.TimeoutExpired:
            return f"{test} (never ended)"
        if done.returncode < 0:  # compiled code does not check the bounds of arrays
            return f"{test} (the process died)"
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.M)
        if done.returncode and not failed:
            raise RuntimeError(f"{test}: the tests did not run\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        if failed:
            return failed[1]
    return ""


def copied(place: Path) -> Path:
    """A copy of the sources with their machine code, which fits as long as no file of the model is changed."""
    place.mkdir()
    for name in COPIED:
        whole, to = ROOT / name, place / name
        if whole.is_dir():
            shutil.copytree(whole, to, ignore=shutil.ignore_patterns("*.pyc", ".hypothesis"))
        else:
            shutil.copy2(whole, to)
    return place


def needs_compilation(mutant: Mutant) -> bool:
    return any(mutant.file.startswith(f"sim/{part}") for part in COMPILED_FROM)


def tried(mutant: Mutant, places: "SimpleQueue[Path]") -> tuple[str, float]:
    """What caught a bug in a copy that is free, and the seconds it took."""
    place, began = places.get(), time.monotonic()
    try:
        planted(mutant, place)
        return caught_by(mutant.tests, place), time.monotonic() - began
    finally:
        shutil.copy2(ROOT / mutant.file, place / mutant.file)
        places.put(place)


def main(words: list[str]) -> int:
    """Plant, test and print each; 1 if more than one in twenty survive."""
    chosen = [mutant for mutant in MUTANTS if not words or any(word in mutant.name for word in words)]
    chosen.sort(key=needs_compilation)
    survived, places, began = 0, SimpleQueue[Path](), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as temporary, ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(AT_ONCE):
            places.put(copied(Path(temporary) / str(number)))
        results = pool.map(lambda mutant: tried(mutant, places), chosen)
        for mutant, (found, seconds) in zip(chosen, results, strict=True):
            survived += not found
            print(f"{mutant.name:<54} {seconds:4.0f} s  {'caught by ' + found if found else 'SURVIVED'}", flush=True)
    spent = time.monotonic() - began
    print(f"{len(chosen)} bugs planted, {len(chosen) - survived} caught in {spent / 60:.1f} min")
    return int(survived * 20 > len(chosen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
