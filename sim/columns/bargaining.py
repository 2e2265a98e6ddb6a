"""Step 4 of the week: offers, texts, signatures and ratification, track by track (model section 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.columns.inputs import at
from sim.columns.lanes import Lane, Look, NextOffers, Offers, pieces
from sim.columns.ranges import Ask
from sim.columns.ratification import VetoPlayer
from sim.theory import bargaining
from sim.theory.utility import Array, Column
from sim.theory.weekly import weekly_probability

if TYPE_CHECKING:
    from sim.columns.packages import TrackPackages
    from sim.columns.parties import Belligerent
    from sim.columns.week import NegotiationModel

Trials = NDArray[np.int64]
MOVED = 1e-9
"""A change of offer smaller than this is not a concession."""


class Bargaining:
    """All tracks. Numbers about texts come from the scenario's ``talks`` section."""

    def __init__(self, model: NegotiationModel) -> None:
        self.model = model
        self.text_prob = model.inputs.per_trial("talks.text_prob")
        self.text_error = model.inputs.per_trial("talks.text_error")
        self.text_bias = model.inputs.per_trial("talks.text_bias")
        self.close_enough = model.inputs.per_trial("talks.close_enough")
        self._openings: tuple[int, list[Array]] = (-1, [])
        self.offers = {track.name: Offers(self._opening_offers()) for track in model.tracks}
        general = [track for track in model.tracks if track.is_general]
        self._headline = general[0].name
        asked = {name for track in model.tracks for name in track.track.ratified_by}
        self.veto_players = {name: VetoPlayer(model, name) for name in asked}

    def headline_offer(self, side: Belligerent) -> Array:
        """Standing offer on the first general track, which backers look at."""
        return self.offers[self._headline].mix[0 if side.end == 1 else 1]

    def reopen(self, tracks: Iterable[str], trials: Trials) -> None:
        """Bargaining on some tracks starts again from the opening offers."""
        openings = [opening.take(trials) for opening in self._opening_offers()]
        for name in tracks:
            self.offers[name].reopen(openings, trials)

    def _opening_offers(self) -> list[Array]:
        """Opening offers of both sides; an event may change them at the start of a week."""
        if self._openings[0] != self.model.week:
            self._openings = self.model.week, [side.opening_offer() for side in self.model.sides]
        return self._openings[1]

    def step(self, rounds: Trials) -> None:
        """Every track of this week's rounds; the farthest-reaching track that signs prevails."""
        if len(rounds) == 0:
            return
        model = self.model
        model.record.rounds_held(rounds)
        lanes = self._open_lanes(rounds)
        saw_range = np.zeros(len(rounds), dtype=bool)
        is_free = np.ones(len(rounds), dtype=bool)
        is_taken = False
        for lane in lanes:
            if is_taken:  # a later track was signed in some of the trials
                lane = lane.where(is_free)
                if len(lane.trials) == 0:
                    continue
            has_signed = self._negotiate(lane.track, lane.trials, lane.look, lane.offers)
            if lane.track.is_general:
                saw_range[lane.places] |= lane.look.has_range
                if has_signed.any():
                    is_free[lane.places[has_signed]] = False
                    is_taken = True
        model.convening.learn_from(rounds, saw_range)
        with_range = rounds[saw_range]
        model.record.ranges_seen(with_range)
        for backer in model.third_parties.acting:
            backer.weeks_waited[with_range] = 0

    def _open_lanes(self, rounds: Trials) -> list[Lane]:
        """Every track that is open somewhere, the last first, as it stands before anything is signed this week."""
        sides = self.model.sides
        losses = [_column(side.loss_from_peace(rounds), len(rounds)) for side in sides]
        found = []
        for track in reversed(self.model.tracks):
            places = np.flatnonzero(self.model.truces.is_open_to(track, rounds))
            if len(places):
                trials = rounds.take(places)
                needed = self._needs(track, trials, [loss.take(places) for loss in losses])
                found.append((track, places, trials, needed))
        looks = self._looks([(track, trials, needed) for track, _, trials, needed in found])
        moves = self._next_offers([(entry[0], entry[2], look) for entry, look in zip(found, looks, strict=True)])
        return [
            Lane(track, places, trials, look, offers)
            for (track, places, trials, _), look, offers in zip(found, looks, moves, strict=True)
        ]

    def look(self, track: TrackPackages, trials: Trials) -> Look:
        """Needs and reservation points of both sides on a track today."""
        return self._looks([(track, trials, self._needs(track, trials, (None, None)))])[0]

    def _needs(self, track: TrackPackages, trials: Trials, losses: Sequence[Array | None]) -> tuple[Array, Array]:
        of_a, of_b = (
            _column(side.needed_gain(track, trials, loss), len(trials))
            for side, loss in zip(self.model.sides, losses, strict=True)
        )
        return of_a, of_b

    def _looks(self, wanted: Sequence[tuple[TrackPackages, Trials, tuple[Array, Array]]]) -> list[Look]:
        """Ranges on several tracks, found together."""
        asks = [
            Ask(track.index, needed, track.rows_of(trials), track.status_quo_of(trials))
            for track, trials, needed in wanted
        ]
        return [
            Look(ask.needed, lower, upper, lower <= upper, ask.rows, ask.status_quo)
            for ask, (lower, upper) in zip(asks, self.model.gain_tables.ranges(asks), strict=True)
        ]

    def _next_offers(self, wanted: Sequence[tuple[TrackPackages, Trials, Look]]) -> list[NextOffers | None]:
        """What both sides would offer next on each track from last round's offers; None where none are made.

        Both move at once. A side is asked once for all tracks, so that a trial may stand in its list several times.
        """
        by_offers = [entry for entry in wanted if entry[0].signing_rate is None]
        if not by_offers:
            return [None] * len(wanted)
        trials = np.concatenate([trials for _, trials, _ in by_offers])
        standing = [self.offers[track.name] for track, _, _ in by_offers]
        parts = [entry[1] for entry in by_offers]

        def together(columns: Callable[[Offers], Array]) -> Array:
            return np.concatenate([columns(offers).take(part) for offers, part in zip(standing, parts, strict=True)])

        before = [together(lambda offers, own=own: offers.mix[own]) for own in (0, 1)]  # type: ignore[misc]
        moved = [together(lambda offers, own=own: offers.has_moved[own]) for own in (0, 1)]  # type: ignore[misc]
        limits = [np.concatenate([look[field] for _, _, look in by_offers]) for field in (1, 2)]
        sizes = [len(part) for part in parts]
        mixes, conceded = [], []
        for own, side in enumerate(self.model.sides):
            offer = side.next_offer(before[own], before[1 - own], limits[own], moved[1 - own], trials)
            mixes.append(pieces(np.asarray(offer), sizes))
            conceded.append(pieces((before[own] - offer) * side.end > MOVED, sizes))
        made = iter(zip(*mixes, *conceded, strict=True))
        return [NextOffers(*next(made)) if track.signing_rate is None else None for track, _, _ in wanted]

    def _negotiate(
        self, track: TrackPackages, trials: Trials, look: Look, offers: NextOffers | None
    ) -> NDArray[np.bool_]:
        """One round on one track: offers move at once, then crossing offers or an accepted text are signed."""
        if offers is None:
            self.model.record.round_on(track, trials, look, np.ones(len(trials), dtype=bool))
            return self._sign_by_hazard(track, trials, look)
        conceded = self._move_offers(track, trials, offers)
        self.model.record.round_on(track, trials, look, conceded)
        signed = np.zeros(len(trials), dtype=bool)
        ready = look.has_range & self.model.convening.may_sign(track.track.least_level, trials)
        if track.track.waits_for is not None:
            ready &= ~self._waits(track, trials)
        places = np.flatnonzero(ready)
        if len(places):
            mix, agreed = self._agreement(track, trials.take(places), look.some(places), offers.some(places))
            if agreed.any():
                places = places[agreed]
                signed[places] = self._sign(track, trials.take(places), mix[agreed], look.rows.take(places))
        return signed

    def _sign_by_hazard(self, track: TrackPackages, trials: Trials, look: Look) -> NDArray[np.bool_]:
        """Talks in one number: while there is a range its middle is signed at a weekly rate, whoever sits there."""
        luck = self.model.streams.uniform("signing", week=self.model.week)[trials]
        assert track.signing_rate is not None
        places = np.flatnonzero(look.has_range & (luck < weekly_probability(at(track.signing_rate, trials))))
        signed = np.zeros(len(trials), dtype=bool)
        if len(places):
            middle = (look.lower[places] + look.upper[places]) / 2.0
            signed[places] = self._sign(track, trials[places], middle, look.rows[places])
        return signed

    def _move_offers(self, track: TrackPackages, trials: Trials, made: NextOffers) -> NDArray[np.bool_]:
        """Put the new offers on the table; returns where either side conceded."""
        offers = self.offers[track.name]
        for side in (0, 1):
            offers.mix[side][trials] = made[side]
            offers.has_moved[side][trials] = made[2 + side]
        return made.a_conceded | made.b_conceded

    def _waits(self, track: TrackPackages, trials: Trials) -> NDArray[np.bool_]:
        """Linkage: a side does not sign while offers on the linked track are further apart than it tolerates."""
        assert track.track.waits_for is not None
        gap = self.offers[track.track.waits_for].gap(trials)
        waits = np.zeros(len(trials), dtype=bool)
        for side in self.model.sides:
            waits |= gap > at(side.linkage_tolerance, trials)
        return waits

    def _agreement(
        self, track: TrackPackages, trials: Trials, look: Look, offers: NextOffers
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Mix and place of agreements: an accepted text, or offers that crossed or came close enough to split."""
        split = np.clip((offers.of_a + offers.of_b) / 2.0, np.minimum(look.lower, 1.0), np.maximum(look.upper, 0.0))
        split_agreed = offers.of_a - offers.of_b <= at(self.close_enough, trials) + MOVED
        text, has_text = self._text(track, trials, look)
        if not has_text.any():
            return split, split_agreed
        side_a, side_b = self.model.sides
        agreed = has_text & side_a.accepts(text, look.lower, trials) & side_b.accepts(text, look.upper, trials)
        return np.where(agreed, text, split), agreed | split_agreed

    def _text(self, track: TrackPackages, trials: Trials, look: Look) -> tuple[Array, NDArray[np.bool_]]:
        """A mediator's text on a general halt: the Nash point as perceived, with an error that skill shrinks."""
        text = np.full(len(trials), np.nan)
        has_text = np.zeros(len(trials), dtype=bool)
        if not track.takes_force:
            return text, has_text
        skill = self.model.convening.skill.take(trials)
        if not (skill > 0).any():
            return text, has_text
        luck = self.model.streams.uniform("text", week=self.model.week).take(trials)
        has_text = luck < at(self.text_prob, trials) * skill
        places = np.flatnonzero(has_text)
        if len(places):
            chosen = trials.take(places)
            error = self.model.streams.favouring_b("text error", self.model.week).take(chosen)
            nash = self._nash(track, look.some(places))
            spread = at(self.text_error, chosen) * (1.0 - skill.take(places))
            text[places] = np.clip(nash + spread * error - self._pull(chosen), 0.0, 1.0)
        return text, has_text

    def _nash(self, track: TrackPackages, look: Look) -> Array:
        """Nash point of the range: equal relative gains at the margin, found on the grid."""
        best = bargaining.nash_weight(*track.values_on_grid(look.rows, look.status_quo), *look.needed)
        return np.where(np.isnan(best), (look.lower + look.upper) / 2.0, best)

    def _pull(self, trials: Trials) -> Column:
        """Bias of the mediators in the room, weighted by skill: positive pulls to side B's end."""
        pull: Column = 0.0
        weight: Column = 1e-12
        for party in self.model.third_parties.present:
            if not isinstance(party.skill, np.ndarray) and party.skill == 0:
                continue
            share = at(party.skill, trials) * (party.level.take(trials) > 0)
            pull = pull + share * at(party.bias, trials)
            weight = weight + share
        return at(self.text_bias, trials) * pull / weight

    def _sign(self, track: TrackPackages, trials: Trials, mix: Array, rows: Trials) -> NDArray[np.bool_]:
        """Signature, then ratification where the track asks for it; what passes takes force at once."""
        record = self.model.record
        record.signed(track, trials)
        self.reopen([track.name], trials)
        if not track.takes_force:
            record.exchanged(track, trials)
            return np.ones(len(trials), dtype=bool)
        package = track.package(mix, rows, trials)
        passes = np.ones(len(trials), dtype=bool)
        for name in track.track.ratified_by:
            passes &= self.veto_players[name].ratifies(package, trials)
        kept = np.flatnonzero(passes)
        record.ratified(track, trials[kept])
        if len(kept):
            chosen = {issue: terms[kept] for issue, terms in package.items()}
            self.model.truces.take_force(track, trials[kept], mix[kept], chosen, rows[kept])
        return passes


def _column(values: Column, n_trials: int) -> Array:
    """Shape (trials,), whatever a party gave."""
    is_column = isinstance(values, np.ndarray) and values.shape == (n_trials,) and values.dtype == np.float64
    return values if is_column else np.full(n_trials, values, dtype=float)  # type: ignore[return-value]
