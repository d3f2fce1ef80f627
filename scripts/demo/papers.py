"""Receipts in the demo: e-mails are written to a folder, and a print agent takes a job."""

from __future__ import annotations

import os
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from scripts.demo.hour import Counter

ADDRESS = "maria@example.com"


def configure() -> Path:
    """Have e-mails written to files, before settings are read; their folder.

    Whatever mail server the machine has is left alone: nobody gets a letter from the demo.
    """
    folder = Path(os.environ.get("TILLHOUSE_VAR") or "var").resolve() / "demo" / "mail"
    os.environ |= {"EMAIL_URL": f"filemail://{folder}", "EMAIL_FROM": "receipts@tillhouse.example"}
    return folder


def email_receipt(till: Counter, order_id: str) -> None:
    """A customer wants the receipt by e-mail; a worker sends it."""
    told = till.client.post(f"orders/{order_id}/receipt/email", {"email": ADDRESS}).body
    till.say(f"the receipt goes to {told['email']} as well: {told['state']}")


def print_job(till: Counter, order_id: str) -> None:
    """The receipt once more, through the queue of the till's printer."""
    wanted = {"id": str(uuid4()), "kind": "receipt", "order_id": order_id}
    till.client.post("print-jobs", wanted)
    job = till.client.post("print-jobs/lease", {}).body["job"]
    content = b64decode(job["content"])
    mark = "marked as a copy" if b"COPY" in content else "as the original"
    till.client.post(f"print-jobs/{job['id']}/done", {"fence": job["fence"]})
    till.say(f"its printer takes {len(content)} bytes of ESC/POS from the queue, {mark}")
