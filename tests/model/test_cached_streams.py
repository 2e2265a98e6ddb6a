"""What is cached between simulations of one block must change no number."""

import numpy as np

from sim.execution.blocks import Block
from sim.execution.cancellable_block import CancellationTable, LiveBlock, cached_streams, simulate_live_block
from sim.random_streams import CachedStreams, Streams
from sim.scenario.reading.load import load


def test_cached_streams_draw_the_same() -> None:
    cached, plain = CachedStreams(3, 37, 50), Streams(3, 37, 50)
    for _ in range(2):
        for week in (0, 1, 2, 9, 1):
            for party in ("", "North"):
                np.testing.assert_array_equal(cached.uniform("press", party, week), plain.uniform("press", party, week))
                np.testing.assert_array_equal(cached.normal("strain", party, week), plain.normal("strain", party, week))
        np.testing.assert_array_equal(cached.parameter("war.tau"), plain.parameter("war.tau"))


def test_a_block_seen_again_after_another_scenario_has_the_same_trials() -> None:
    base, other = load("istanbul_2025/aides_only"), load("istanbul_2025/us_walks_away_aid_ends")
    table, block = CancellationTable(), Block(0, 64, 96)
    try:
        for is_explained in (False, True):
            alone = simulate_live_block(LiveBlock(base, 5, block, is_explained))
            for scenario in (base, other, base):
                found = simulate_live_block(LiveBlock(scenario, 5, block, is_explained, table.path, table.take_slot()))
                if scenario is base:
                    for name, column in alone.items():
                        np.testing.assert_array_equal(found[name], column, err_msg=name)
        assert cached_streams.cache_info().hits >= 2
    finally:
        table.close()
