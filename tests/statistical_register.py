"""Every test whose verdict hangs on luck: what it compares, how often it fails a right engine, what it sees.

    python -m tests.statistical_register          write the table into docs/numbers.md

``tests/project/test_statistical_register.py`` holds that no such test is missing here
and that the page shows this table. Rates that no formula gives are measured: ``python -m tests.other_seeds 23 FILE::TEST ...``.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import beta, binom

from sim.analysis.statics.definitions import STATICS, TRIALS
from tests.error_rates import (
    COVERS_95,
    ERROR_RATE,
    POWER,
    Chance,
    detects,
    detects_shift,
    ends,
    passing,
    two_stage_detects,
    two_stage_failing_chance,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "numbers.md"
TABLE = re.compile(r"^\| test \| compares \|.*?(?=\n\n)", re.M | re.S)
SEEDS = 23
"""Other seeds under which the tests without a formula were run."""


@dataclass(frozen=True)
class Stated:
    """A line of the table. ``test`` is ``file::name`` below ``tests/``."""

    test: str
    compares: str
    error_rate: str
    detects: str

    @property
    def line(self) -> str:
        return f"| `{self.test}` | {self.compares} | {self.error_rate} | {self.detects} |"


def number(value: float) -> str:
    """Three digits, without a zero before the point; small ones as a power of ten."""
    if 0 < abs(value) < 1e-3:
        return re.sub(r"e-0?(\d+)", r"e-\1", f"{value:.0e}")
    return f"{value:.3g}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3g}"


def at_rate(rate: float, n_assertions: int) -> str:
    return number(rate) if n_assertions == 1 else f"{number(rate)} each, {n_assertions} assertions"


def frequency(test: str, compares: str, n: int, *chances: float, error_rate: float = ERROR_RATE) -> Stated:
    """Shares of ``n`` independent trials against chances that are known."""
    seen = "; ".join(f"{number(p)}: below {number(low)} or above {number(high)}"
                     for p, (low, high) in ((p, detects(n, p, error_rate)) for p in chances))  # fmt: skip
    return Stated(test, f"{compares}, {n:,} trials", at_rate(error_rate, len(chances)), seen)


def staged(test: str, compares: str, *sizes: int, p: Chance = COVERS_95) -> Stated:
    """Shares by the two-stage rule, one size for each way the test is run (fast, slow)."""
    rate = max(two_stage_failing_chance(q, n, p) for n in sizes for q in ends(p))
    seen = "; ".join(f"{n:,}: below {number(low)} or above {number(high)}"
                     for n, (low, high) in ((n, two_stage_detects(n, p)) for n in sizes))  # fmt: skip
    return Stated(test, compares, f"{number(rate)} (two stages)", seen)


def shift(
    test: str, compares: str, *standard_errors: float, error_rate: float = ERROR_RATE, n_assertions: int = 1
) -> Stated:
    """Estimates that are about normal, with known standard errors."""
    seen = ", ".join(number(detects_shift(one, error_rate)) for one in standard_errors)
    return Stated(test, compares, at_rate(error_rate, max(len(standard_errors), n_assertions)), f"off by {seen}")


def measured(test: str, compares: str, tolerance: str, failures: int = 0, seeds: int = SEEDS) -> Stated:
    """No formula: failures under other seeds, and how far off an estimate may be."""
    return Stated(test, compares, f"{failures} of {seeds} other seeds", f"more than {tolerance}")


def counted(
    test: str, compares: str, n: int, rate: str, *, fewest: int | None = None, most: int | None = None
) -> Stated:
    """Bounds on a count of ``n``, with an error rate that the test's own remarks work out."""
    below = f"a chance below {number(float(beta.ppf(1 - POWER, fewest, n - fewest + 1)))}" if fewest else ""
    above = f"a chance above {number(float(beta.ppf(POWER, most + 1, n - most)))}" if most is not None else ""
    return Stated(test, compares, rate, " or ".join(words for words in (below, above) if words))


FIVE, FOUR_AND_A_HALF, FOUR = 5.7e-7, 6.8e-6, 6.3e-5
"""Error rates of so many standard errors."""
EXACT_TESTS, SIGNING, MECHANISMS = "model/test_exact.py", "model/test_signing.py", "model/test_mechanisms.py"
EXACT_RANGES, TALKS = "model/test_exact_ranges.py", "model/test_talks.py"
SECOND_SCORING = "evidence/backtest/test_second_implementation.py"
SYNTHETIC = "evidence/backtest/test_synthetic_forecasters.py"
OWN_PAST = "evidence/backtest/test_own_past.py"
DIRECTIONS, FEWER = "model/test_directions.py", "analysis/variance_reduction/test_methods.py"

STATED = (
    frequency(f"{EXACT_TESTS}::test_convening_at_a_weekly_chance_of_three_tenths", "a round held", 40_000, 0.7599),
    frequency(f"{EXACT_TESTS}::test_competing_risks_of_a_halt_and_victory", "halt, victory, neither", 40_000,
              0.583815, 0.146687, 0.269498),
    frequency(f"{EXACT_TESTS}::test_lasting_of_halts_in_the_engine", "halts alive at 52 draws", 40_000, 0.473940),
    frequency(f"{EXACT_TESTS}::test_a_ceasefire_still_in_force_after_180_days_got_through_26_draws",
              "ceasefires alive at 26 draws", 40_000, 0.575984),
    frequency(f"{EXACT_TESTS}::test_holiday_windows", "truces", 40_000, 0.488, 0.195643),
    shift(f"{EXACT_TESTS}::test_draws_are_uniform_normal_and_antithetic", "mean of uniforms, sd of normals",
          (12 * 40_000) ** -0.5, (2 * 20_000) ** -0.5),
    shift(f"{EXACT_TESTS}::test_momentum_spreads_as_theory_says", "sd of momentum, .128", 0.127793 / 200),
    shift(f"{EXACT_TESTS}::test_the_mean_cost_of_war_is_what_the_scenario_says_in_every_week",
          "mean cost of war today and of the coming year, in standard errors", 1.0, error_rate=2.7e-3, n_assertions=36),
    measured(f"{EXACT_RANGES}::test_a_moderated_aim_closes_no_range_and_lowers_no_odds", "odds of four aims", "their order"),
    frequency(f"{TALKS}::test_third_parties_bring_leaders_to_the_table", "leaders persuaded", 40_000, 0.55, 0.16),
    frequency(f"{TALKS}::test_a_chance_that_lasts_is_still_the_chance_of_each_week", "leave in week 0", 40_000, 0.3),
    measured("model/test_bounds.py::test_a_certain_senate_never_refuses", "odds with a senate and without", "their order"),
    frequency(f"{SIGNING}::test_with_a_range_every_week_waiting_times_are_exponential",
              "signed by 1, 4, 13, 26 weeks", 40_000, 0.139292, 0.451188, 0.857726, 0.979758),
    frequency(f"{SIGNING}::test_a_high_rate_is_a_rate_and_not_a_chance", "signed at once", 40_000, 0.776870),
    frequency(f"{SIGNING}::test_it_signs_only_in_weeks_with_a_round", "signed by 13 weeks", 40_000, 0.807263),
    frequency(f"{SIGNING}::test_an_exchange_can_be_signed_by_hazard_too", "exchange by 4 weeks", 40_000, 0.451188),
    frequency(f"{SIGNING}::test_the_share_that_signs_is_that_of_a_normal_beyond_the_known_cost",
              "signed at once", 40_000, 0.336805, 0.718638),
    shift(f"{SIGNING}::test_antithetic_trials_see_opposite_signs_and_each_side_its_own",
          "sd of two sides, in units of itself, and their correlation", 20_000**-0.5, 0.01, n_assertions=3),
    shift(f"{MECHANISMS}::test_every_decision_party_and_week_has_luck_of_its_own",
          "12 correlations of 2,048", 2_048**-0.5, error_rate=FIVE, n_assertions=12),
    shift(f"{MECHANISMS}::test_every_parameter_has_luck_of_its_own", "correlation of 512", 512**-0.5, error_rate=FIVE),
    shift(f"{MECHANISMS}::test_own_luck_is_shared_with_nobody_and_draws_of_parameters_are",
          "6 correlations of 4,096", 1 / 64, error_rate=FIVE, n_assertions=6),
    frequency(f"{MECHANISMS}::test_victory_goes_to_the_side_that_momentum_favours_and_at_nought_to_either",
              "the victor at momentum 0", 256, 0.5),
    Stated(f"{DIRECTIONS}::test_goes_up", "paired z above 3, eight scenarios", f"0 of {SEEDS} other seeds; .05 if z "
           "is 4.6, as for `halt_30_days_monitored`", "no effect; sure of 4.3 standard errors"),
    Stated(f"{DIRECTIONS}::test_goes_down", "paired z below -3, eight scenarios",
           f"3 of {SEEDS} other seeds, all `us_presses_ukraine_only`", "no effect; sure of 4.3 standard errors"),
    Stated(f"{DIRECTIONS}::test_changes_little", "odds within .03 of the base, two scenarios",
           "4e-7 (.021, standard error .0018)", "a difference above .032"),
    measured(f"{DIRECTIONS}::test_more_strain_and_more_monitoring_raise_the_odds", "paired z above 3", "z below 3"),
    Stated(f"{DIRECTIONS}::test_walking_away_with_the_aid_raises_victory_and_is_worse_than_walking_away",
           "two differences above 0", "below 1e-15 (z 9 and 17)", "differences of the wrong sign"),
    measured(f"{DIRECTIONS}::test_a_summit_helps_at_once_and_fades", "gains by 30 and 365 days", "their order"),
    measured(f"{DIRECTIONS}::test_sanctions_work_late", "gains by 30 and 365 days", "below .02, above .10"),
    measured(f"{DIRECTIONS}::test_guarantees_help_lasting_more_than_signing", "shares of halts that last", ".03 apart"),
    measured(f"{DIRECTIONS}::test_a_collapsing_front_brings_victory_and_imposed_halts", "victories", "double"),
    measured(f"{DIRECTIONS}::test_base_lands_in_the_band_that_was_plausible_before_the_start", "odds by four days",
             "the band"),
    measured(f"{DIRECTIONS}::test_base_at_central_values_lands_in_the_band_too", "the same at central values",
             "the band; expected to fail"),
    measured(f"{DIRECTIONS}::test_the_base_is_what_the_head_of_its_file_says", "odds by four days", "4.5 s.e. and .5 points"),
    measured(f"{DIRECTIONS}::test_the_base_does_not_climb_by_construction", "hazards of quarters", "twofold"),
    measured(f"{DIRECTIONS}::test_the_hazard_of_the_base_stays_within_a_factor_of_two", "hazards of quarters", "twofold"),
    measured(f"{DIRECTIONS}::test_reversal_of_the_front_decides_iran_iraq", "odds", ".2 apart"),
    measured("model/test_reasons.py::test_each_reason_can_be_the_reason", "shares of one reason, 128 trials", ".9"),
    measured("behaviour/test_numbers.py::test_thirty_days_are_four_draws_survived_and_no_fewer",
             "enough halts to look at (60 and more are usual)", "five"),
    staged("statistics/test_estimates.py::test_intervals_cover_with_and_without_the_stopping_rule",
           "coverage .94 to .96 of eight intervals; 600 and (slow) 10,000 replications", 600, 10_000),
    staged("statistics/test_estimates.py::test_monte_carlo_interval_covers_clustered_trials",
           "coverage .94 to .96 of three intervals", 2_000),
    counted("statistics/test_estimates.py::test_more_trials_change_the_number_by_no_more_than_is_said",
            "coverage .95 of four intervals", 200, f"{number(4 * float(binom.cdf(179, 200, 0.95)))}", fewest=180),
    staged("statistics/test_estimates.py::test_paired_interval_covers", "coverage .94 to .96 of a difference", 600),
    staged("statistics/test_level.py::test_the_interval_of_a_difference_at_a_level_covers",
           "coverage .94 to .96 of a difference", 600),
    shift("statistics/test_estimates.py::test_band_finds_the_spread_of_a_known_beta", "both ends of a band",
          0.0020, 0.0059),
    shift("statistics/test_estimates.py::"
          "test_the_band_of_conditional_odds_finds_a_known_beta_in_draws_of_unequal_size", "both ends of a band",
          0.0029, 0.0078),
    measured("execution/test_run.py::test_a_party_of_ones_own_changes_the_run", "odds, same luck", "their order"),
    measured("results/test_compare_and_wording.py::test_the_same_luck_shows_a_small_change", "an interval", "0"),
    measured("scenario/test_history_wars.py::test_a_competing_risk_and_a_hidden_demand_show",
             "victories around .1 and .3, odds", ".03 apart"),
    shift("evidence/calibration/test_episode_scenario.py::test_sides_may_be_swapped", "odds of an episode and its mirror, in standard errors",
          1.0, error_rate=FOUR, n_assertions=2),
    measured("evidence/calibration/test_episode_scenario.py::test_directions_with_common_random_numbers", "changes of the right sign", "7 of 8 draws"),
    shift("evidence/calibration/test_simulate_episodes.py::test_episodes_coded_alike_have_independent_streams_and_share_the_draws",
          "difference and correlation of twins, in standard errors", 1.0, error_rate=FOUR, n_assertions=2),
    counted("evidence/backtest/test_backtest.py::test_how_often_the_word_is_right", "right words for calibrated forecasters", 100,
            number(float(binom.cdf(79, 100, 0.91))), fewest=80),
    measured("evidence/backtest/test_backtest.py::test_the_one_word", "words for three forecasters", "one example each"),
    counted("evidence/backtest/test_scores.py::test_the_calibrated_forecaster_passes_and_the_overconfident_one_fails",
            "passes of calibrated forecasters, and four more counts", 300, "5e-5 in all", fewest=265, most=297),
    counted("evidence/backtest/test_scores.py::test_correlated_rows_deceive_the_plain_test_and_not_the_one_by_war",
            "passes by war, and by the plain test", 200, "7e-5 in all", fewest=172),
    counted("evidence/backtest/test_scores.py::test_the_interval_covers_the_truth", "coverage of a 90 % interval", 300,
            "2e-6", fewest=232, most=297),
    shift("evidence/backtest/test_reliability.py::test_coverage_is_nominal_under_the_true_model",
          "coverage of five intervals, 3,000 rows, the widest", (0.25 / 3_000) ** 0.5, error_rate=1.6e-6,
          n_assertions=5),
    shift(f"{SECOND_SCORING}::test_ends_of_the_interval_by_redrawn_wars",
          "shares of 3,000 redraws beyond two ends of 10,000 redraws", (0.05 * 0.95 * (1 / 10_000 + 1 / 3_000)) ** 0.5,
          n_assertions=6),
    shift(f"{SYNTHETIC}::test_scores_are_what_they_are_in_expectation", "four scores, in standard errors", 1.0,
          n_assertions=4),
    shift(f"{SYNTHETIC}::test_the_difference_of_both_is_the_fault_of_one_and_the_interval_finds_it",
          "a difference and the width of its interval, in standard errors", 1.0),
    shift(f"{SYNTHETIC}::test_lines_have_slope_one_and_one_half", "two lines, in standard errors", 1.0,
          n_assertions=4),
    counted(f"{SYNTHETIC}::test_verdicts_and_intervals_of_a_record_of_the_shipped_size",
            "right words for calibrated forecasters, and three more counts", 300, "1e-6 each, 4 assertions",
            fewest=passing(300, (0.89, 0.93))[0], most=passing(300, (0.89, 0.93))[1]),
    shift(f"{SYNTHETIC}::test_bins_show_the_chances_and_not_the_forecasts", "ten shares, in standard errors", 1.0,
          n_assertions=10),
    shift(f"{SYNTHETIC}::test_the_brier_score_is_reliability_less_resolution_and_uncertainty",
          "two parts of a score, in standard errors", 1.0, n_assertions=2),
    shift(f"{SYNTHETIC}::test_coverage_is_nominal_of_the_calibrated_and_too_low_of_the_overconfident",
          "coverage of six intervals, in standard errors", 1.0, n_assertions=6),
    counted("evidence/calibration/test_simulation_based_calibration.py::test_a_right_estimator_fails_as_often_as_stated", "failures of right records",
            100, "5e-4 at the stated .01; .005 at .016, measured on 1,400 other records", most=5),
    shift("analysis/discovery/test_prim.py::test_the_test_of_a_box_keeps_its_level_when_pairs_share_their_luck",
          "p-values below .05, of 2,000", (0.05 * 0.95 / 2_000) ** 0.5, error_rate=2.1e-3),
    measured("analysis/discovery/test_prim.py::test_a_planted_box_is_found_and_holds_in_draws_that_had_no_say",
             "limits of a planted box", ".02", failures=2),
    measured("analysis/discovery/test_prim.py::test_a_planted_box_with_luck_inside_is_found_among_many_inputs",
             "shares of a planted box", ".05"),
    measured("analysis/discovery/test_cart.py::test_planted_splits_are_found_in_their_order", "a planted split", ".01"),
    counted("analysis/discovery/test_discover.py::test_noise_has_no_box", "boxes in noise", 30, f"0 of {SEEDS} other seeds", most=0),
    counted("analysis/discovery/test_discover.py::test_noise_has_no_box_in_99_of_100_seeds", "boxes in noise (slow)", 100,
            "not measured: minutes for each seed", most=1),
    shift("statistics/test_polynomial.py::test_a_known_surface_is_recovered", "112 coefficients, in standard errors", 1.0,
          error_rate=6.8e-6, n_assertions=112),
    measured("statistics/test_polynomial.py::test_the_basis_is_about_orthogonal", "inner products of the basis", ".03"),
    measured("statistics/test_polynomial.py::test_the_surface_of_an_episode_agrees_with_its_raw_shares",
             "raw and fitted shares, whole and by halves", ".01, .03"),
    measured("analysis/sensitivity/test_sobol.py::test_luck_does_not_pass_for_variance", "six indices under luck", ".08"),
    measured("analysis/sensitivity/test_morris.py::test_luck_adds_neither_size_nor_spread", "sizes of effects under luck", ".1; 2 %"),
    measured("evidence/backtest/test_worst_forecasts.py::test_weights_are_carried_to_the_draws_that_resemble_them", "weighted means", ".025"),
    measured(f"{OWN_PAST}::test_the_spread_of_made_up_wars_is_recovered", "spreads .45 and .9 of 400 wars", ".15",
             failures=2, seeds=20),
    measured(f"{OWN_PAST}::test_wars_that_do_not_differ_rule_out_a_wide_effect", "weight of spreads of .45 and more",
             ".1", seeds=10),
    measured(f"{OWN_PAST}::test_a_wars_own_effect_is_told_apart_from_its_age", "likelihoods of slopes and spreads",
             "one place on the grid", failures=1, seeds=20),
    measured("evidence/backtest/test_shared_ridge.py::test_a_heavy_penalty_on_a_right_forecaster_leaves_it_as_it_is",
             "log odds with and without a correction", ".1"),
    measured("analysis/levers/test_regret.py::test_luck_is_no_regret", "regret of six like packages", ".6 of the naive one",
             failures=1),
    measured("analysis/sensitivity/test_value_of_information.py::test_a_planted_function_is_measured", "movements .15 and .05",
             ".012, .015", failures=1),
    measured("analysis/sensitivity/test_value_of_information.py::test_a_turning_point_counts_too", "a movement of .125", ".015"),
    measured("analysis/sensitivity/test_value_of_information.py::test_inputs_without_influence_get_nothing_on_average",
             "mean of 150 movements of nought", ".002"),
    Stated("analysis/sensitivity/test_value_of_information.py::test_no_interval_is_narrower_than_inputs_of_pure_luck_spread",
           "widths of 60 intervals", f"0 of {SEEDS} other seeds", "a floor under fewer than half of them"),
    measured("analysis/test_point_levels.py::test_means_of_designs_are_the_headline_within_monte_carlo_error",
             "headlines of designs and of a run", ".03"),
    measured("analysis/surrogate/test_surrogate.py::test_nothing_moved_is_the_scenario_itself", "odds of fit and model", ".05"),
    measured("analysis/surrogate/test_surrogate.py::test_a_moved_input_moves_the_odds_as_the_model_does", "the same, one input moved",
             ".06"),
    Stated("analysis/surrogate/test_surrogate.py::test_a_band_is_of_draws_and_not_of_luck", "variance between draws, 0 and .0133",
           ".01 (2.6 and 2.7 standard errors)", "more than .003 off"),
    shift(f"{FEWER}::test_a_single_scrambled_point_is_uniform", "ten shares and a correlation of 2,000, in "
          "standard errors", 1.0, error_rate=FOUR_AND_A_HALF, n_assertions=11),
    shift(f"{FEWER}::test_sobol_sets_are_unbiased_evener_and_their_interval_holds", "a mean of 1, in standard errors"
          "; coverage of 100", 1.0, error_rate=FOUR_AND_A_HALF, n_assertions=2),
    shift(f"{FEWER}::test_sobol_agrees_with_plain_trials_and_gains_where_draws_decide", "two pairs of odds, in "
          "standard errors", 1.0, error_rate=FOUR_AND_A_HALF, n_assertions=2),
    shift(f"{FEWER}::test_the_interval_of_a_ratio_holds_for_normal_means", "coverage of 4,000",
          (0.95 * 0.05 / 4_000) ** 0.5, error_rate=FOUR_AND_A_HALF),
    shift(f"{FEWER}::test_common_luck_pairs_what_luck_does_to_both", "a difference, in standard errors", 1.0,
          error_rate=FOUR_AND_A_HALF),
    shift(f"{FEWER}::test_the_interval_of_what_pairing_gains_holds", "coverage of 1,000; a mean logarithm",
          (0.95 * 0.05 / 1_000) ** 0.5, 0.0039, error_rate=FOUR_AND_A_HALF),
    shift(f"{FEWER}::test_intervals_hold_as_often_as_they_say", "nine means of 60 (slow), in standard errors", 1.0,
          error_rate=FOUR_AND_A_HALF, n_assertions=9),
    Stated("behaviour/test_statics.py::test_static", f"{len(STATICS)} verdicts on "
           f"{sum(len(static.claims) for static in STATICS)} claims, paired, {TRIALS:,} trials a level",
           f"{number(min(static.error_rate for static in STATICS))} to {number(max(static.error_rate for static in STATICS))}"
           " each, for no effect or a rule just kept; one half where the true effect is the stated size",
           "no effect, or a broken rule; sure of 4.3 standard errors"),
    Stated("evidence/calibration/test_shipped_record.py::test_the_engine_on_posterior_draws_says_what_the_surfaces_say",
           "30 forecasts (slow)", "not measured: minutes for each seed", "more than .05 for one, .015 in the mean"),
)  # fmt: skip

HOLDS_FOR_EVERY_DRAW = {
    "analysis/statics/test_worlds.py::test_estimates_are_those_of_the_columns": "means worked out twice",
    "results/test_tally.py": "equal counts and sums, of hits at random cut anywhere",
    "statistics/test_in_force.py": "equal odds and limit cases, of hits at random; but for coverage, above",
    "statistics/test_exact_sums.py": "equal quantiles, of values at random read in pieces",
    "execution/test_streaming.py": "streamed and whole estimates of the same trials",
    "model/test_attribution_limits.py": "theorems, tried on configurations at random",
    "model/test_packages.py": "properties of the path of packages, on wars at random",
    f"{EXACT_RANGES}::test_without_frictions_there_is_always_something_that_both_prefer": "a theorem, tried on wars at random",
    "model/test_random_numbers.py": "equal numbers of two implementations, for shares and orders at random",
    "scenario/test_mirror.py": "columns of shares at random, turned around one by one",
    "evidence/backtest/test_baselines.py": "properties of a fit, on rows at random",
    SECOND_SCORING: "equal numbers of two implementations, on tables at random",
    "evidence/backtest/test_nested.py": "rules and equal bytes, on rows at random",
    "evidence/backtest/test_nested_headline.py": "equal bytes, on odds at random",
    "evidence/backtest/test_ordered.py": "equal numbers of two implementations, on odds at random",
    "evidence/backtest/test_own_past.py": "equal bytes, on odds at random; but for made-up wars, above",
    "evidence/backtest/test_shared_ridge.py": "equal numbers of two implementations, on rows at random; but for one, above",
    "evidence/calibration/test_posterior.py": "equal bytes, on rows at random",
    "analysis/replay/test_replay.py": "trials picked at random, each told exactly",
    "analysis/test_point_levels.py::test_batches_are_the_clusters_of_a_pair": "equal counts, of hits at random",
    "analysis/sensitivity/test_uncertain_inputs.py": "equal answers for any workers, at shares at random",
    "evidence/backtest/test_backtest.py::test_the_word_is_refused_below_fifty_rows": "a count of rows",
    "evidence/backtest/test_backtest.py::test_scores_are_those_of_the_scored_cells": "means worked out twice",
    "evidence/backtest/test_backtest.py::test_a_contested_end_is_a_variant": "means worked out twice",
    "evidence/backtest/test_scores.py::test_against_a_plain_loop": "the same draws in a loop",
    "evidence/backtest/test_scores.py::test_rows_without_a_score_change_no_bit": "equal numbers",
    "evidence/backtest/test_scores.py::test_repeating_the_rows_of_wars_gains_no_certainty": "equal numbers",
    "analysis/sensitivity/test_value_of_information.py::test_nothing_is_learnt_from_the_partner_of_a_draw": "equal means",
    "statistics/test_polynomial.py::test_chances_are_chances": "sums and bounds",
    "statistics/test_polynomial.py::test_finite_where_draws_showed_nothing_else": "bounds that no draw can break",
    "statistics/test_estimates.py::test_reference_class_worked_example": "4.5 is a number of ties",
    "results/test_from_counts_to_odds.py::test_the_reference_class_stands_beside_durable_odds_alone": "the same",
    "evidence/calibration/test_episode_scenario.py::test_inputs_multiply_what_they_are_about": "products; ends of 128 draws",
    "play/test_session.py::test_shares_add_up_and_a_refusal_ends_worse_than_a_deal": "shares of the same trials",
}
"""Tests, or whole files, that draw at random and assert what no draw may break, with what that is."""


def table() -> str:
    head = ["| test | compares | error rate | detects |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *(one.line for one in STATED)])


def main() -> None:
    text, n = TABLE.subn(lambda _: table(), PAGE.read_text(encoding="utf-8"))
    if n != 1:
        raise SystemExit(f"{PAGE.name}: {n} tables of tests, one is wanted")
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
