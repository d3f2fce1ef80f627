"""What Florida asks at the moment of payment: hours of sale and the age of the buyer. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.core.clock import local_date
from apps.orders import aamva, errors
from apps.orders.types import AgeCheck, AgeMethod
from apps.stores.rules import is_open, next_opening

if TYPE_CHECKING:
    from datetime import date, datetime

    from apps.orders.types import AgeCheckRequest, PricedBasket
    from apps.stores.types import StoreProfile

# Names the rules that an age check was judged by, kept as evidence with every sale.
AGE_RULE = "FL 562.11 (2025)"


def check_hours(basket: PricedBasket, *, store: StoreProfile, now: datetime) -> None:
    """Refuse alcohol outside the store's lawful hours (s. 562.14, F.S., and local ordinances).

    Raises:
        OutsideSellingHours: with `opens_at`, when sale becomes lawful again.
    """
    if not basket.has_alcohol or is_open(store.calendar, now, zone=store.zone):
        return
    opens_at = next_opening(store.calendar, now, zone=store.zone)
    when = f"{opens_at.astimezone(store.zone):%A %H:%M}" if opens_at else "no day soon"
    raise errors.OutsideSellingHours(
        f"Alcohol may be sold here again from {when}.",
        opens_at=opens_at.isoformat().replace("+00:00", "Z") if opens_at else None,
    )


def check_age(
    asked: AgeCheckRequest | None, *, minimum_age: int, store: StoreProfile, now: datetime
) -> AgeCheck | None:
    """Judge the buyer's document by the store's local date; None where no line asks for an age.

    What was read is used here and forgotten: only the outcome leaves this function.

    Raises:
        AgeCheckRequired, AgeCheckUnreadable, AgeCheckUnderage, AgeCheckExpiredDocument.
    """
    if minimum_age == 0:
        return None
    if asked is None:
        raise errors.AgeCheckRequired(
            f"Scan or type a document that shows an age of {minimum_age}.", minimum_age=minimum_age
        )
    today = local_date(now, zone=store.zone)
    document = _read_document(asked, today)
    match aamva.judge_age(document, minimum_age=minimum_age, today=today):
        case aamva.AgeVerdict.UNDERAGE:
            raise errors.AgeCheckUnderage(
                f"The buyer is not {minimum_age} yet. Do not sell.", minimum_age=minimum_age
            )
        case aamva.AgeVerdict.EXPIRED_DOCUMENT:
            raise errors.AgeCheckExpiredDocument("Ask for a document that is still valid.")
        case aamva.AgeVerdict.ACCEPTED:
            return AgeCheck(minimum_age, asked.method, AGE_RULE)


def _read_document(asked: AgeCheckRequest, today: date) -> aamva.IdentityDocument:
    if asked.method is AgeMethod.SCAN:
        reading = aamva.read_barcode(asked.barcode_data, today=today)
        if reading.document is None:
            raise errors.AgeCheckUnreadable(
                f"{reading.reason} Look at the document and type its dates.",
                outcome=reading.outcome.value,
            )
        return reading.document
    born, expires = asked.date_of_birth, asked.expires_on
    if asked.document is None or born is None or expires is None:
        raise errors.AgeCheckUnreadable("Type the document, its date of birth and its expiry.")
    document = aamva.IdentityDocument(born, expires)
    if not aamva.is_plausible(document, today=today):
        raise errors.AgeCheckUnreadable("No document has these dates. Look again, then type them.")
    return document
