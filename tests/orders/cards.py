"""One made-up buyer and the card of her, to be looked for where nothing of it may stand."""

from __future__ import annotations

from datetime import date

SURNAME, GIVEN_NAME = "ZYLBERMANNPLANTED", "QUINTILLAPLANTED"
DOCUMENT_NUMBER = "W426545307610"
BORN, EXPIRES = date(1985, 7, 4), date(2033, 8, 17)


def card(born: date = BORN, expires: date = EXPIRES) -> str:
    """The text of her Florida licence's barcode."""
    elements = [
        f"DAQ{DOCUMENT_NUMBER}",
        f"DCS{SURNAME}",
        f"DAC{GIVEN_NAME}",
        f"DBB{born:%m%d%Y}",
        f"DBA{expires:%m%d%Y}",
    ]
    return "@\n\x1e\rANSI 636010100102DL00410252ZF02930023DL" + "\n".join(elements) + "\r"


BARCODE = card()
FORMS_OF_DATES = tuple(
    day.strftime(form)
    for day in (BORN, EXPIRES)
    for form in ("%Y-%m-%d", "%m%d%Y", "%Y%m%d", "%m/%d/%Y", "%d.%m.%Y", "(%Y, %-m, %-d)")
)
