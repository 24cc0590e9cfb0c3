"""A trip's plan as fields of a JSON line.

What may not enter: words for people.
"""

from __future__ import annotations

from typing import Any

from notou.esim.catalogue.money import in_euro
from notou.esim.trip.needs import Part
from notou.esim.trip.offers import Offer
from notou.esim.trip.plan import TripPlan
from notou.esim.trip.standing import Standing
from notou.kernel.gotext import rfc3339


def trip_fields(plan: TripPlan) -> dict[str, Any]:
    """Everything the plan says; amounts of money are exact decimals, as text."""
    trip = plan.trip
    return {
        "country": trip.country,
        "known": plan.known,
        "from": trip.first_day.isoformat(),
        "to": trip.last_day.isoformat(),
        "days": trip.days,
        "audience": trip.audience.value,
        "parts": [_part(part) for part in plan.parts],
        "bytes_waiting_for_wifi": plan.need.waiting_bytes,
        "bytes_without_waiting": plan.need.all_bytes,
        "offers_waiting_for_wifi": [_offer(offer) for offer in plan.offers_waiting],
        "offers_without_waiting": [_offer(offer) for offer in plan.offers_all],
        "steps": [{"step": step.kind.value, "state": step.state.value} for step in plan.steps],
        "vault": _standing(plan.standing) if plan.standing is not None else None,
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "kind": part.kind.value,
        "bytes_a_day": part.bytes_a_day,
        "origin": part.origin.value,
        "waits": part.waits,
        "amount": None if part.amount is None else str(part.amount),
        "measured_days": part.measured.span_days if part.measured else None,
        "measured_backups": part.measured.backups if part.measured else None,
    }


def _offer(offer: Offer) -> dict[str, Any]:
    cost = offer.cost
    return {
        "plan": offer.plan.id,
        "count": offer.count,
        "cost": str(cost.amount) if cost else None,
        "currency": cost.currency if cost else None,
        "cost_eur": str(in_euro(cost)) if cost else None,
        "once_only": offer.once_only,
        "doubts": [doubt.value for doubt in offer.doubts],
    }


def _standing(standing: Standing) -> dict[str, Any]:
    first = standing.first
    return {
        "places": [{"location": each.location, "failure": each.failure or None} for each in standing.places],
        "last_backup": rfc3339(standing.last_backup_ns) if standing.last_backup_ns is not None else None,
        "whole_bytes": standing.whole_bytes,
        "largest_run_bytes": first.bytes_stored if first else None,
        "largest_run_s": first.took_s if first else None,
        "wallet_saved": rfc3339(standing.wallet_ns) if standing.wallet_ns is not None else None,
    }
